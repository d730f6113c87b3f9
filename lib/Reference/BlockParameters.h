//===- BlockParameters.h - scales, zero points and minima of the blocks of a tensor ------------------===//

#ifndef NIBBLE_LIB_REFERENCE_BLOCKPARAMETERS_H
#define NIBBLE_LIB_REFERENCE_BLOCKPARAMETERS_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Reference/Tensor.h"

namespace nibble::reference {

/// Parameters as numbers, one for each block of their level. What a scheme has not is empty.
struct BlockParameters {
  llvm::SmallVector<float, 1> scales[2];
  llvm::SmallVector<int32_t, 1> zeroPoints;
  llvm::SmallVector<float, 1> minima;

  /// Reads stored parameters. Emits an error at `op` for a zero point that is no code of the scheme.
  static mlir::FailureOr<BlockParameters> get(mlir::Operation *op, SchemeAttr scheme, llvm::ArrayRef<Tensor> scales,
                                              const Tensor *zeroPoint);
};

/// The bits of an element of a tensor of scales, and their replacement.
uint32_t readScaleBits(const Tensor &tensor, int64_t index);
void writeScaleBits(Tensor &tensor, int64_t index, uint32_t bits);

/// A zero point is a code, or all arithmetic on it would be undefined; the error is emitted at `op`.
mlir::FailureOr<int32_t> readZeroPoint(mlir::Operation *op, SchemeAttr scheme, const Tensor &zeroPoints, int64_t index);

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_BLOCKPARAMETERS_H
