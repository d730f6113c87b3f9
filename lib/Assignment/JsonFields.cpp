//===- JsonFields.cpp - what the files of this folder consist of -------------------------------------------------------===//

#include "JsonFields.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;
using namespace nibble::assignment;

JsonFields::JsonFields(const json::Value &value, json::Path path) : object(value.getAsObject()), path(path) {
  if (object)
    return;
  path.report("expected an object");
  valid = false;
}

void JsonFields::fail(StringLiteral key, StringLiteral message) {
  if (valid)
    path.field(key).report(message);
  valid = false;
}

const json::Value *JsonFields::get(StringLiteral key) { return valid ? object->get(key) : nullptr; }

void JsonFields::read(StringLiteral key, std::string &text) {
  const json::Value *member = get(key);
  std::optional<StringRef> found = member ? member->getAsString() : std::nullopt;
  if (!found)
    return fail(key, "expected a string");
  text = found->str();
}

void JsonFields::read(StringLiteral key, bool &flag) {
  const json::Value *member = get(key);
  std::optional<bool> found = member ? member->getAsBoolean() : std::nullopt;
  if (!found)
    return fail(key, "expected true or false");
  flag = *found;
}

void JsonFields::read(StringLiteral key, double &number, double least) {
  const json::Value *member = get(key);
  std::optional<double> found = member ? member->getAsNumber() : std::nullopt;
  if (!found || !std::isfinite(*found))
    return fail(key, "expected a finite number");
  if (*found < least)
    return fail(key, "expected a number that is not negative");
  number = *found;
}

void JsonFields::read(StringLiteral key, int64_t &number, int64_t least) {
  const json::Value *member = get(key);
  std::optional<int64_t> found = member ? member->getAsInteger() : std::nullopt;
  if (!found || *found < least)
    return fail(key, "expected a whole number that is not negative");
  number = *found;
}

void JsonFields::readList(StringLiteral key, function_ref<bool(const json::Value &, json::Path)> readElement) {
  const json::Value *member = get(key);
  const json::Array *array = member ? member->getAsArray() : nullptr;
  if (!array)
    return fail(key, "expected an array");
  for (size_t number = 0; number < array->size() && valid; ++number)
    valid = readElement((*array)[number], path.field(key).index(number));
}

void JsonFields::readMap(StringLiteral key, function_ref<bool(StringRef, const json::Value &, json::Path)> readMember) {
  const json::Value *member = get(key);
  const json::Object *map = member ? member->getAsObject() : nullptr;
  if (!map)
    return fail(key, "expected an object");
  for (const auto &[name, value] : *map)
    if (valid)
      valid = readMember(name, value, path.field(key).field(name));
}

void JsonFields::readStrings(StringLiteral key, std::vector<std::string> &texts) {
  readList(key, [&](const json::Value &value, json::Path at) {
    std::optional<StringRef> text = value.getAsString();
    if (!text) {
      at.report("expected a string");
      return false;
    }
    texts.push_back(text->str());
    return true;
  });
}

void JsonFields::expect(StringLiteral format, int64_t version) {
  if (valid && object->getString("format") != StringRef(format))
    fail("format", "expected the format of this kind of file");
  if (valid && object->getInteger("version") != version)
    fail("version", "expected another version");
}

Expected<std::string> nibble::assignment::readText(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(path + ": " + buffer.getError().message());
  return (*buffer)->getBuffer().str();
}

std::string nibble::assignment::toJson(json::Value value) {
  std::string text;
  raw_string_ostream(text) << value;
  return text;
}
