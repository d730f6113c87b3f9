//===- RowScales.h - activations with a scale for each row of sums ----------------------------------===//
//
// A row is what one sum of a contraction reads of an activation. Its scale is chosen at run time, from its own elements, and is the
// same for all products of a sum: the epilogue multiplies it in.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_ROWSCALES_H
#define NIBBLE_LIB_TRANSFORMS_ROWSCALES_H

#include "QuantizedTensor.h"

namespace nibble {

/// The blocks of an activation of `op` when each of its rows is one; nothing for an op of another dialect, whose sums are not known.
std::optional<llvm::SmallVector<int64_t>> getRowBlock(mlir::Operation *op, mlir::OpOperand &activation);

/// Scales that the epilogue of a contraction multiplies in.
struct RowScales {
  mlir::Value scales;
  /// Their shape beside the result: its rank, 1 in each dimension that they are the same along.
  llvm::SmallVector<int64_t> shape;
};

/// The codes of an operand of a contraction that is dequantized with scales from run time, one for each row or for all of it, and no zero
/// points; as multiples of their row's scale. The scales are appended to `rowScales`. Nothing for other operands.
std::optional<QuantizedTensor> matchRows(ContractionOpInterface op, mlir::OpOperand &operand,
                                         llvm::SmallVectorImpl<RowScales> &rowScales);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_ROWSCALES_H
