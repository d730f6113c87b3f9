//===- RowOrder.h - the filter of a contraction as rows ---------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_ROWORDER_H
#define NIBBLE_LIB_TRANSFORMS_ROWORDER_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

namespace nibble {

/// Where the elements of a row, which one output channel is computed with, are in the filter: in the order of the elements of a patch of the
/// input (PatchesAttr).
struct RowOrder {
  llvm::SmallVector<int64_t> shape;
  int64_t numRows, rowLength;
  bool isTransposed;
  /// The groups that the rows and the channels of the input are divided into, and the channels of one, which follow each other in a row.
  int64_t numGroups = 1, numGroupChannels;

  /// Nothing for a filter that differs from batch to batch.
  static std::optional<RowOrder> get(ContractionOpInterface op);

  int64_t getElement(int64_t row, int64_t place) const {
    return isTransposed ? row * rowLength + place : place * numRows + row;
  }
  /// The channel of the input that a place of the rows of a group meets.
  int64_t getInputChannel(int64_t group, int64_t place) const { return group * numGroupChannels + place % numGroupChannels; }
  /// The number of the block that an element lies in.
  int64_t getBlock(llvm::ArrayRef<int64_t> block, int64_t element) const;
  /// The elements of a row that share a block, 0 for all; nothing when there is no such number.
  std::optional<int64_t> getBlockSize(llvm::ArrayRef<int64_t> block) const;
};

/// What the rows of the filter of a contraction are multiplied with; null for a filter that differs from batch to batch.
PatchesAttr getPatches(ContractionOpInterface op);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_ROWORDER_H
