//===- FlatBuffer.h - buffers as flat arrays --------------------------------------------------------===//
//
// Kernels compute positions themselves, from one index and compile-time distances, so that every access in a register tile
// is one address register and a constant.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_FLATBUFFER_H
#define NIBBLE_LIB_TARGET_X86_FLATBUFFER_H

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace nibble::x86 {

/// How many elements `type` may be read past its end (docs/Architecture.md, "After lower").
int64_t getReadableElementsPastEnd(mlir::Type elementType);

/// A buffer with static shape, strides and offset as an array that starts at its first element. Null, with an error at
/// `user`, when the layout is not static or the last dimension is not contiguous.
mlir::Value flatten(mlir::OpBuilder &builder, mlir::Value buffer, mlir::Operation *user);

/// The strides of a buffer that `flatten` accepted, in elements.
llvm::SmallVector<int64_t> getStrides(mlir::Value buffer);

/// Index arithmetic: base + delta, value * factor, sum and difference, folded where they are constant.
mlir::Value addConstant(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value base, int64_t delta);
mlir::Value scale(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, int64_t factor);
mlir::Value add(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value lhs, mlir::Value rhs);
mlir::Value subtract(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value lhs, mlir::Value rhs);

/// The same index, of which LLVM knows nothing. Loads at it stay where they are: LLVM neither moves them out of a loop nor in front
/// of this place, nor keeps what it has loaded before from the same address. All of these would occupy registers that sums need.
mlir::Value hide(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value index);

/// The same for several values at once, indices or vectors: what is computed from the new ones starts when the old ones are there.
void hide(mlir::OpBuilder &builder, mlir::Location loc, llvm::MutableArrayRef<mlir::Value> values);

/// `numElements` consecutive elements at an index.
mlir::Value loadVector(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value flat, mlir::Value index,
                       int64_t numElements);

/// The element at an index, in each of `numLanes` lanes.
mlir::Value loadBroadcast(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value flat, mlir::Value index, int64_t numLanes);

/// Stores the first `numValid` elements of a vector. All others are left alone: nothing is written past them.
void storeVector(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value vector, mlir::Value flat, mlir::Value index,
                 int64_t numValid);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_FLATBUFFER_H
