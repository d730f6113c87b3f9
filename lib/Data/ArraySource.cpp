//===- ArraySource.cpp - an array in a file, read piece by piece -----------------------------------------------===//

#include "nibble/Data/ArraySource.h"
#include <cstring>

using namespace llvm;
using namespace nibble::data;

namespace {
class MemorySource : public ArraySource {
public:
  explicit MemorySource(Array array) : ArraySource(array.type), bytes(std::move(array.bytes)) {}

  Error read(uint64_t offset, MutableArrayRef<char> piece) override {
    std::memcpy(piece.data(), bytes.data() + offset, piece.size());
    return Error::success();
  }

private:
  std::vector<char> bytes;
};
} // namespace

std::unique_ptr<ArraySource> nibble::data::openArray(Array array) {
  return std::make_unique<MemorySource>(std::move(array));
}

Expected<Array> nibble::data::readAll(ArraySource &source, StringRef what) {
  std::optional<uint64_t> size = getSizeInBytes(source.getSpec());
  if (!size || *size > maxBytesInMemory)
    return createStringError(what + ": expected at most 4 GiB, got " + toString(source.getSpec()));
  Array array{source.getSpec(), std::vector<char>(*size)};
  if (Error error = source.read(0, array.bytes))
    return std::move(error);
  return array;
}
