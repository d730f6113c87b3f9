//===- JsonObject.cpp - configurations beside files of tensors --------------------------------------------===//

#include "nibble/Import/JsonObject.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using llvm::Expected;
using llvm::StringRef;
namespace json = llvm::json;

/// Whether brackets nest so deep that the recursive parser would exhaust the stack.
static bool nestsTooDeep(StringRef text) {
  constexpr int maxDepth = 64;
  int depth = 0;
  for (char c : text) {
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    if (depth > maxDepth)
      return true;
  }
  return false;
}

Expected<json::Object> nibble::parseJsonObject(StringRef text) {
  if (nestsTooDeep(text))
    return llvm::createStringError("the JSON nests deeper than 64");
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return value.takeError();
  if (json::Object *object = value->getAsObject())
    return std::move(*object);
  return llvm::createStringError("expected a JSON object");
}

Expected<json::Object> nibble::readJsonObject(StringRef path) {
  constexpr uint64_t maxSizeInBytes = 64 << 20;
  uint64_t sizeInBytes = 0;
  if (llvm::sys::fs::file_size(path, sizeInBytes) || sizeInBytes > maxSizeInBytes)
    return llvm::createStringError(path + ": expected a JSON text of at most 64 MiB");
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  Expected<json::Object> object = parseJsonObject((*buffer)->getBuffer());
  if (!object)
    return llvm::createStringError(path + ": " + llvm::toString(object.takeError()));
  return object;
}
