//===- SchemeCodec.h - the numbers behind #nibble.scheme ---------------------------------------------===//
//
// Binds schemes to Numerics: what one code stands for, what one stored scale is, and where a code lies in a tensor.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_SCHEMECODEC_H
#define NIBBLE_DIALECT_NIBBLE_IR_SCHEMECODEC_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Numerics/FloatFormat.h"
#include "nibble/Numerics/Integer.h"

namespace nibble {

/// The format of a float codec by its name; nothing for other names.
std::optional<numerics::FloatFormat> findFloatFormat(llvm::StringRef name);

/// The levels of a scheme that is not declared: what its codes stand for at scale 1 without zero point.
class SchemeCodec {
public:
  explicit SchemeCodec(SchemeAttr scheme);

  /// The level of a code of the scheme.
  float decode(int32_t code) const;
  /// The code whose level is nearest to `level`, for codecs that are no integers: docs/Spec.md, (S15) to (S17).
  int32_t encode(float level) const;
  /// The smallest and largest finite level.
  float getMinLevel() const { return minLevel; }
  float getMaxLevel() const { return maxLevel; }

private:
  std::optional<numerics::FloatFormat> format;
  llvm::ArrayRef<float> table; // empty when the codec is no table
  float minLevel, maxLevel;
};

/// Stored scales and minima of one type: f32, f16, bf16, i8 or a float of 8 bits. Bits are the low ones of an integer.
class ScaleCodec {
public:
  explicit ScaleCodec(mlir::Type type);

  float decode(uint32_t bits) const;
  /// The nearest number of the type, ties to even, the largest finite one beyond it; a power of two is rounded up.
  uint32_t encode(float value) const;
  /// The nearest number of the type that can be divided by: positive, normal unless the type has 8 bits, finite.
  uint32_t encodeScale(float value) const;
  /// What the scales of a block are at most when an outer level has a say: the largest number of 8 bits, else 1.
  float getLargest() const;

private:
  enum class Kind { F32, I8, E8M0, Small };
  Kind kind;
  numerics::FloatFormat format = {};
};

/// The number of the block, among those of a level in row-major order, of an element that is numbered in row-major order.
int64_t getBlockOfElement(llvm::ArrayRef<int64_t> block, llvm::ArrayRef<int64_t> shape, int64_t element);

/// Where the codes of a tensor of a static shape lie.
class SchemeStorage {
public:
  SchemeStorage(SchemeAttr scheme, llvm::ArrayRef<int64_t> logicalShape);

  int64_t getSizeInBytes() const { return numRows * rowSizeInBytes; }
  /// The code of an element, counted in row-major order of the logical shape; sign-extended for signed codecs.
  int32_t read(const char *data, int64_t element) const;
  /// Replaces the code of an element; the byte of a radix must hold digits before.
  void write(char *data, int64_t element, int32_t code) const;

private:
  unsigned numBits, radix;
  bool isSigned, isHighFirst;
  int64_t rowLength, numRows, rowSizeInBytes;
};

} // namespace nibble

#endif // NIBBLE_DIALECT_NIBBLE_IR_SCHEMECODEC_H
