//===- QuantizedTensor.h - dequantized values with known parameters ---------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_QUANTIZEDTENSOR_H
#define NIBBLE_LIB_TRANSFORMS_QUANTIZEDTENSOR_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/Builders.h"

namespace nibble {

/// Codes of an integer scheme, one in each element, and their constant parameters: value = (code - zeroPoint) * scale of its
/// block, which is an f32.
struct QuantizedTensor {
  mlir::Value codes;
  SchemeAttr scheme;
  llvm::SmallVector<float> scales;
  int32_t zeroPoint;

  /// Whether the same code stands for the same number in both.
  bool hasParamsOf(const QuantizedTensor &other) const {
    return scheme == other.scheme && scales == other.scales && zeroPoint == other.zeroPoint;
  }
};

/// What `value` is dequantized from; nothing unless it is the result of a nibble.dequantize of an integer scheme that is not
/// packed, with constant f32 scales of one level and one constant zero point.
std::optional<QuantizedTensor> matchDequantized(mlir::Value value);

/// The codes and parameters that a nibble.quantize makes, under the same conditions.
std::optional<QuantizedTensor> matchQuantize(QuantizeOp op);

/// Scale and zero point as constant operands of an op on a tensor of `shape`; the zero point is null where the scheme has none.
std::pair<mlir::Value, mlir::Value> createParams(mlir::OpBuilder &builder, mlir::Location loc, SchemeAttr scheme,
                                                 llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> scales,
                                                 int32_t zeroPoint);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_QUANTIZEDTENSOR_H
