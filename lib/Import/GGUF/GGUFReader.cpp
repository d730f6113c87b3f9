//===- GGUFReader.cpp - GGUF files, versions 2 and 3 ----------------------------------------------------===//

#include "GGUFReader.h"
#include "Metadata.h"
#include "nibble/Numerics/BlockFormats.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace nibble;
using namespace nibble::gguf;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

static std::optional<ElementEncoding> findEncoding(uint32_t number) {
  switch (number) {
#define NIBBLE_GGML_TYPE(number, name, numBytes)                                                                       \
  case number:                                                                                                         \
    return ElementEncoding{#name, 1, numBytes};
#define NIBBLE_GGML_BLOCK_TYPE(number, name)                                                                           \
  case number: {                                                                                                       \
    constexpr const numerics::BlockFormat *format = numerics::findBlockFormat(#name);                                  \
    return ElementEncoding{#name, unsigned(format->numElements), unsigned(format->numBytes)};                          \
  }
#include "ElementTypes.def"
  }
  return std::nullopt;
}

namespace {
class Reader {
public:
  Reader(llvm::StringRef content, TensorFile &file) : cursor(content), file(file) {}

  Error read() {
    uint64_t numTensors, numKeys;
    if (Error error = readHeader(numTensors, numKeys))
      return error;
    for (uint64_t i = 0; i < numKeys; ++i)
      if (Error error = readKey())
        return error;
    if (Error error = findAlignment())
      return error;
    // Each tensor and key takes several bytes, so that wrong numbers of them end at the end of the file.
    std::vector<StoredTensor> tensors;
    for (uint64_t i = 0; i < numTensors; ++i)
      if (Error error = readTensor(tensors.emplace_back()))
        return error;
    return placeTensors(std::move(tensors));
  }

private:
  Error readHeader(uint64_t &numTensors, uint64_t &numKeys) {
    uint32_t version;
    Expected<llvm::StringRef> start = cursor.readBytes(magic.size(), "the header");
    if (!start)
      return start.takeError();
    if (*start != magic)
      return llvm::createStringError("not a GGUF file");
    if (Error error = cursor.readNumber<uint32_t>("the header").moveInto(version))
      return error;
    if (version == llvm::byteswap(2u) || version == llvm::byteswap(3u))
      return llvm::createStringError("expected a little-endian file, got a big-endian one");
    if (version != 2 && version != 3)
      return llvm::createStringError("expected GGUF version 2 or 3, got " + Twine(version));
    file.setFormat("GGUF " + std::to_string(version));
    if (Error error = cursor.readNumber<uint64_t>("the header").moveInto(numTensors))
      return error;
    return cursor.readNumber<uint64_t>("the header").moveInto(numKeys);
  }

  Error readKey() {
    Expected<llvm::StringRef> key = cursor.readString("a key");
    if (!key)
      return key.takeError();
    uint64_t position = cursor.getPosition();
    Expected<uint32_t> type = cursor.readNumber<uint32_t>("a value's type");
    if (!type)
      return type.takeError();
    Expected<MetadataValue> value = readValue(cursor, *type);
    if (!value)
      return llvm::createStringError("key '" + *key + "': " + llvm::toString(value.takeError()));
    if (!file.addMetadata(*key, *value))
      return llvm::createStringError("byte " + Twine(position) + ": key '" + *key + "' is there twice");
    return Error::success();
  }

  Error findAlignment() {
    const MetadataValue *value = file.findMetadata("general.alignment");
    if (!value)
      return Error::success();
    const uint64_t *number = std::get_if<uint64_t>(value);
    if (!number || !llvm::isPowerOf2_64(*number) || *number > uint64_t(1) << 31)
      return llvm::createStringError("key 'general.alignment': expected a power of two up to 2^31");
    alignment = *number;
    return Error::success();
  }

  /// All but `bytes`; `offset` counts from the beginning of the data.
  Error readTensor(StoredTensor &tensor) {
    Expected<llvm::StringRef> name = cursor.readString("a tensor's name");
    if (!name)
      return name.takeError();
    tensor.name = name->str();
    uint32_t numDims, type;
    if (Error error = cursor.readNumber<uint32_t>("a tensor's rank").moveInto(numDims))
      return inTensor(tensor, std::move(error));
    constexpr uint32_t maxRank = 4;
    if (numDims > maxRank)
      return inTensor(tensor, cursor.fail("expected at most 4 dimensions, got " + Twine(numDims)));
    for (uint32_t i = 0; i < numDims; ++i) {
      uint64_t extent;
      if (Error error = cursor.readNumber<uint64_t>("a tensor's shape").moveInto(extent))
        return inTensor(tensor, std::move(error));
      if (extent >> 62)
        return inTensor(tensor, cursor.fail("expected an extent below 2^62, got " + Twine(extent)));
      tensor.shape.insert(tensor.shape.begin(), static_cast<int64_t>(extent));
    }
    if (Error error = cursor.readNumber<uint32_t>("a tensor's element type").moveInto(type))
      return inTensor(tensor, std::move(error));
    std::optional<ElementEncoding> encoding = findEncoding(type);
    if (!encoding)
      return inTensor(tensor, cursor.fail("elements of ggml's type " + Twine(type) + " are not supported"));
    tensor.encoding = *encoding;
    if (Error error = cursor.readNumber<uint64_t>("a tensor's offset").moveInto(tensor.offset))
      return inTensor(tensor, std::move(error));
    return Error::success();
  }

  /// Finds the bytes of every tensor behind the headers.
  Error placeTensors(std::vector<StoredTensor> tensors) {
    uint64_t begin = llvm::alignTo(cursor.getPosition(), alignment);
    uint64_t end = cursor.getPosition() + cursor.getNumRemaining(), numBytes = end > begin ? end - begin : 0;
    for (StoredTensor &tensor : tensors) {
      std::optional<uint64_t> size = getSizeInBytes(tensor.shape, tensor.encoding);
      if (!size)
        return inTensor(tensor,
                        llvm::createStringError("expected whole blocks of " + Twine(tensor.encoding.numElements) +
                                                " elements of " + tensor.encoding.name + " and less than 2^63 bytes"));
      if (tensor.offset % alignment != 0)
        return inTensor(tensor, llvm::createStringError("offset " + Twine(tensor.offset) +
                                                        " is no multiple of the alignment " + Twine(alignment)));
      if (tensor.offset > numBytes || *size > numBytes - tensor.offset)
        return inTensor(tensor,
                        llvm::createStringError("expected " + Twine(*size) + " bytes at offset " +
                                                Twine(tensor.offset) + " of the data, which has " + Twine(numBytes)));
      tensor.offset += begin;
      tensor.bytes = llvm::arrayRefFromStringRef(cursor.slice(tensor.offset, tensor.offset + *size));
      std::string name = tensor.name;
      if (!file.addTensor(std::move(tensor)))
        return llvm::createStringError("tensor '" + name + "' is there twice");
    }
    return Error::success();
  }

  static Error inTensor(const StoredTensor &tensor, Error error) {
    return llvm::createStringError("tensor '" + tensor.name + "': " + llvm::toString(std::move(error)));
  }

  ByteCursor cursor;
  TensorFile &file;
  uint64_t alignment = 32;
};
} // namespace

Error nibble::gguf::read(llvm::StringRef content, TensorFile &file) { return Reader(content, file).read(); }
