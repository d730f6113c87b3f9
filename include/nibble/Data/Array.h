//===- Array.h - an array of numbers in memory ---------------------------------------------------------------===//

#ifndef NIBBLE_DATA_ARRAY_H
#define NIBBLE_DATA_ARRAY_H

#include "nibble/Runtime/Program.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace nibble::data {

using Shape = llvm::SmallVector<int64_t, 4>;

/// What an array is, without its elements.
struct ArraySpec {
  nibble_dtype dtype;
  Shape shape;
};

/// Elements in C order without gaps, little endian.
struct Array {
  ArraySpec type;
  std::vector<char> bytes;

  template <typename T> llvm::ArrayRef<T> getElements() const {
    return {reinterpret_cast<const T *>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <typename T> llvm::MutableArrayRef<T> getElements() {
    return {reinterpret_cast<T *>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

/// More than this is never held in memory at once because a file says so; larger arrays are read in batches.
constexpr uint64_t maxBytesInMemory = uint64_t(4) << 30;

unsigned getSizeInBytes(nibble_dtype dtype);
/// `float32`, `uint8`, … as numpy spells them.
llvm::StringRef getName(nibble_dtype dtype);
/// The size of all elements; nothing when a dimension is negative or the product overflows.
std::optional<uint64_t> getSizeInBytes(const ArraySpec &type);
/// `float32 [1, 3, 224, 224]`.
std::string toString(const ArraySpec &type);

/// The elements as another dtype. To a float, each is rounded to the nearest; to an integer, the first that has no such value is
/// an error.
llvm::Expected<Array> convert(Array array, nibble_dtype dtype);

/// The index of the first NaN or infinity of an array of floats; nothing when all elements are finite or integers.
std::optional<uint64_t> findNonFinite(const Array &array);

} // namespace nibble::data

#endif // NIBBLE_DATA_ARRAY_H
