//===- Partition.h - the independent tiles of a kernel ----------------------------------------------===//
//
// A kernel's work is a box of blocks: panels of channels (or groups) x blocks of rows x blocks of columns. It is cut into
// parts along each of the three, and a part of the box is what one call of the kernel does.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_PARTITION_H
#define NIBBLE_LIB_TARGET_X86_PARTITION_H

#include "mlir/IR/Builders.h"
#include <cstdint>

namespace nibble::x86 {

/// Numbers of parts along each dimension.
struct Partition {
  int64_t panels = 1, rows = 1, cols = 1;
  int64_t getNumTiles() const { return panels * rows * cols; }
};

/// Parts of about `minCycles` cycles or more, and not more of them than keep a few dozen threads busy. `blocks` are the numbers
/// of blocks along each dimension; the operand that is larger, filter or input, is the one that is cut first, so that
/// a thread reads only its part of it.
Partition choosePartition(double cycles, const Partition &blocks, bool isFilterLarger);

/// The part of a dimension that belongs to the running tile.
struct PartIndex {
  /// The number of the part; null when there is one part only.
  mlir::Value index;
  int64_t numParts = 1;

  /// The bounds of this part of `numBlocks` blocks, which are spread evenly.
  std::pair<mlir::Value, mlir::Value> getBounds(mlir::OpBuilder &builder, mlir::Location loc, int64_t numBlocks) const;
  /// Piece `piece` of this part, when every part is cut into `numPieces`.
  PartIndex cut(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value piece, int64_t numPieces) const;
  /// Emits `body` so that it runs in the last part only.
  void emitInLastPart(mlir::OpBuilder &builder, mlir::Location loc, llvm::function_ref<void()> body) const;
};

struct PartIndices {
  PartIndex panels, rows, cols;
};

/// Which part of each dimension `tile` is.
PartIndices emitPartIndices(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tile, const Partition &partition);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_PARTITION_H
