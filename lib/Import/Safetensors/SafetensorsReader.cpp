//===- SafetensorsReader.cpp - safetensors files ----------------------------------------------------------===//

#include "SafetensorsReader.h"
#include "HeaderScan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace nibble;
using namespace nibble::safetensors;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;
namespace json = llvm::json;

static std::optional<ElementEncoding> findEncoding(StringRef dtype) {
#define NIBBLE_SAFETENSORS_TYPE(type, name, numElements, numBytes)                                                     \
  if (dtype == #type)                                                                                                  \
    return ElementEncoding{#name, numElements, numBytes};
#include "ElementTypes.def"
  return std::nullopt;
}

/// The members of an object, which has no order of its own, sorted by key.
static std::map<StringRef, const json::Value *> sortMembers(const json::Object &object) {
  std::map<StringRef, const json::Value *> members;
  for (const auto &[key, value] : object)
    members[key] = &value;
  return members;
}

/// Non-negative integers below 2^62, or nothing.
static std::optional<llvm::SmallVector<int64_t, 4>> getNumbers(const json::Array *array) {
  if (!array)
    return std::nullopt;
  llvm::SmallVector<int64_t, 4> numbers;
  for (const json::Value &value : *array) {
    std::optional<int64_t> number = value.getAsInteger();
    if (!number || *number < 0 || *number >> 62)
      return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

/// One member of the header; `begin` is where the data starts in the file.
static Error readTensor(StringRef name, const json::Value &value, StringRef content, uint64_t begin,
                        StoredTensor &tensor) {
  const json::Object *object = value.getAsObject();
  if (!object)
    return llvm::createStringError("expected an object");
  std::optional<StringRef> dtype = object->getString("dtype");
  auto shape = getNumbers(object->getArray("shape")), offsets = getNumbers(object->getArray("data_offsets"));
  if (!dtype || !shape || !offsets || offsets->size() != 2)
    return llvm::createStringError("expected 'dtype', 'shape' and two 'data_offsets', whole numbers below 2^62");
  std::optional<ElementEncoding> encoding = findEncoding(*dtype);
  if (!encoding)
    return llvm::createStringError("elements of dtype '" + *dtype + "' are not supported");
  std::optional<uint64_t> size = getSizeInBytes(*shape, *encoding);
  uint64_t first = (*offsets)[0], last = (*offsets)[1], numBytes = content.size() - begin;
  if (first > last || last > numBytes)
    return llvm::createStringError("expected data_offsets within " + Twine(numBytes) + " bytes, got [" + Twine(first) +
                                   ", " + Twine(last) + "]");
  if (!size || *size != last - first)
    return llvm::createStringError("shape and dtype do not make the " + Twine(last - first) +
                                   " bytes between its data_offsets");
  tensor = {name.str(), *encoding, *shape, begin + first,
            llvm::arrayRefFromStringRef(content.slice(begin + first, begin + last))};
  return Error::success();
}

static Error readMetadata(const json::Value &value, TensorFile &file) {
  const json::Object *object = value.getAsObject();
  if (!object)
    return llvm::createStringError("'__metadata__': expected an object");
  for (auto [key, text] : sortMembers(*object)) {
    std::optional<StringRef> string = text->getAsString();
    if (!string)
      return llvm::createStringError("'__metadata__': expected a string for '" + key + "'");
    file.addMetadata(key, file.keep(*string));
  }
  return Error::success();
}

/// Tensors, sorted by their place, must cover the data.
static Error checkCoverage(llvm::ArrayRef<StoredTensor> tensors, uint64_t begin, uint64_t end) {
  uint64_t position = begin;
  for (const StoredTensor &tensor : tensors) {
    if (tensor.offset != position)
      return llvm::createStringError("tensor '" + tensor.name + "': expected its bytes at offset " +
                                     Twine(position - begin) + ", behind the tensor before it, got " +
                                     Twine(tensor.offset - begin));
    position += tensor.bytes.size();
  }
  if (position != end)
    return llvm::createStringError("the last " + Twine(end - position) + " bytes belong to no tensor");
  return Error::success();
}

/// The parsed header and where the data begins.
static Expected<json::Value> readHeader(StringRef content, uint64_t &begin) {
  if (content.size() < 8)
    return llvm::createStringError("not a safetensors file: expected at least 8 bytes, got " + Twine(content.size()));
  uint64_t size = llvm::support::endian::read64le(content.data());
  if (size > content.size() - 8)
    return llvm::createStringError("expected a header of " + Twine(size) + " bytes, got " + Twine(content.size() - 8));
  begin = 8 + size;
  StringRef text = content.substr(8, size);
  if (!text.starts_with("{"))
    return llvm::createStringError("byte 8: expected '{' at the beginning of the header");
  if (Error error = scanHeader(text))
    return std::move(error);
  Expected<json::Value> header = json::parse(text);
  if (!header)
    return llvm::createStringError("the header: " + llvm::toString(header.takeError()));
  return header;
}

Error nibble::safetensors::read(StringRef content, TensorFile &file) {
  uint64_t begin = 0;
  Expected<json::Value> header = readHeader(content, begin);
  if (!header)
    return header.takeError();
  std::vector<StoredTensor> tensors;
  for (auto [name, value] : sortMembers(*header->getAsObject())) {
    if (name == "__metadata__") {
      if (Error error = readMetadata(*value, file))
        return error;
    } else if (Error error = readTensor(name, *value, content, begin, tensors.emplace_back())) {
      return llvm::createStringError("tensor '" + name + "': " + llvm::toString(std::move(error)));
    }
  }
  // Empty tensors lie between others; names make the order one of its own.
  llvm::sort(tensors, [](const StoredTensor &a, const StoredTensor &b) {
    return std::tuple(a.offset, a.bytes.size(), a.name) < std::tuple(b.offset, b.bytes.size(), b.name);
  });
  if (Error error = checkCoverage(tensors, begin, content.size()))
    return error;
  file.setFormat("safetensors");
  for (StoredTensor &tensor : tensors)
    file.addTensor(std::move(tensor));
  return Error::success();
}
