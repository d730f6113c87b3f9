//===- Layout.h - building reshapes and transposes -------------------------------------------------===//
//
// Shared by the passes of the normalize phase. A permutation is linalg.transpose's: dimension i of the result is dimension
// permutation[i] of the input.
//
//===-----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_LAYOUT_H
#define NIBBLE_LIB_TRANSFORMS_LAYOUT_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace nibble {

/// `value` with its dimensions permuted; `value` itself for the identity. Needs a static shape.
mlir::Value createTranspose(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                            llvm::ArrayRef<int64_t> permutation);

/// `value` in another static shape with the same number of elements: one tensor.collapse_shape or expand_shape where that is
/// enough, else a collapse followed by an expand.
mlir::Value createReshape(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, llvm::ArrayRef<int64_t> shape);

/// The largest rank through which one shape can be collapsed and then expanded to another one with as many elements.
int64_t getFinestMiddleRank(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

/// An uninitialized tensor of this static type, as the destination of an op.
mlir::Value createEmpty(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type);

/// Whether the value is known at compile time but for transposes, reshapes, fills and dequantized codes of constants.
bool isConstantLike(mlir::Value value);

/// The type with its dimensions permuted.
mlir::RankedTensorType permuteType(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> permutation);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_LAYOUT_H
