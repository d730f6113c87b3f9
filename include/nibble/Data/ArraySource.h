//===- ArraySource.h - an array in a file, read piece by piece -------------------------------------------------===//

#ifndef NIBBLE_DATA_ARRAYSOURCE_H
#define NIBBLE_DATA_ARRAYSOURCE_H

#include "nibble/Data/Array.h"
#include <memory>

namespace nibble::data {

/// An array whose type is known and whose elements are read when asked for.
class ArraySource {
public:
  virtual ~ArraySource() = default;

  const ArraySpec &getSpec() const { return type; }

  /// Fills `bytes` with what begins at `offset` bytes into the elements; the piece lies within the array. Reading forwards is fast.
  /// Errors name the file.
  virtual llvm::Error read(uint64_t offset, llvm::MutableArrayRef<char> bytes) = 0;

protected:
  explicit ArraySource(ArraySpec type) : type(std::move(type)) {}

private:
  ArraySpec type;
};

/// An array that is in memory.
std::unique_ptr<ArraySource> openArray(Array array);

/// All elements; an error when they are more than maxBytesInMemory. `what` names the array in that error.
llvm::Expected<Array> readAll(ArraySource &source, llvm::StringRef what);

} // namespace nibble::data

#endif // NIBBLE_DATA_ARRAYSOURCE_H
