//===- RowGroup.h - ops that can be computed row by row ---------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_ROWGROUP_H
#define NIBBLE_LIB_TRANSFORMS_ROWGROUP_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace nibble {

/// Ops of one block such that a part of each, given by one position in a space of rows, needs of the others only the part at the same
/// position: a softmax is four of them, its rows are numbered by all dimensions but the last.
struct RowGroup {
  /// How many rows there are in each dimension of their space.
  llvm::SmallVector<int64_t> extents;
  /// The members in the order of the block, each with the one of its (parallel) loops that runs over each dimension of the space.
  llvm::MapVector<mlir::Operation *, llvm::SmallVector<unsigned>> members;
  /// Ops of the block, in its order, that need results of members and are none.
  llvm::SetVector<mlir::Operation *> users;
};

/// The group around a reduction along the contiguous dimension of what it reads, on tensors: what follows from its result or is
/// reduced from the same rows as far as rows stay apart, and what is computed for these only. It has one member at least. Empty
/// where rows are shorter than a vector, or where there is only one.
RowGroup findRowGroup(mlir::linalg::LinalgOp reduction);

/// The bytes of one row of a member's result.
int64_t getRowBytes(mlir::linalg::LinalgOp member, llvm::ArrayRef<unsigned> rowLoops);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_ROWGROUP_H
