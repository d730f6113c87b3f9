//===- BlockRuns.h - walks over the elements of a tensor with the parameters of their blocks --------===//

#ifndef NIBBLE_LIB_REFERENCE_BLOCKRUNS_H
#define NIBBLE_LIB_REFERENCE_BLOCKRUNS_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "llvm/ADT/STLExtras.h"

namespace nibble::reference {

/// The number of the block in a level, for the first element of a row at `index` and `position` in it.
inline int64_t getBlockNumber(mlir::ArrayRef<int64_t> block, mlir::ArrayRef<int64_t> numBlocks,
                              mlir::ArrayRef<int64_t> index, int64_t position) {
  int64_t number = 0;
  for (auto [dim, size] : llvm::enumerate(block)) {
    int64_t place = dim + 1 == block.size() ? position : index[dim];
    number = number * numBlocks[dim] + (size ? place / size : 0);
  }
  return number;
}

/// Calls `function(begin, end, block, outerBlock)` for runs of elements, in row-major order, that lie in one block. The outer
/// block is 0 in schemes of one level.
template <typename Function>
void forEachRun(SchemeAttr scheme, mlir::ArrayRef<int64_t> shape, Function function) {
  int64_t numElements = mlir::ShapedType::getNumElements(shape);
  if (numElements == 0)
    return;
  if ((scheme.getBlock().empty() && scheme.getOuterBlock().empty()) || shape.empty())
    return function(0, numElements, 0, 0);
  llvm::SmallVector<int64_t> blocks[2] = {scheme.getScaleShape(shape), {}}, index(shape.size(), 0);
  if (scheme.getNumScaleLevels() == 2)
    blocks[1] = scheme.getScaleShape(shape, 1);
  int64_t rowLength = shape.back(), runLength = rowLength;
  if (!scheme.getBlock().empty() && scheme.getBlock().back())
    runLength = scheme.getBlock().back();
  for (int64_t row = 0; row < numElements; row += rowLength) {
    for (int64_t begin = 0; begin < rowLength; begin += runLength)
      function(row + begin, row + std::min(begin + runLength, rowLength),
               getBlockNumber(scheme.getBlock(), blocks[0], index, begin),
               getBlockNumber(scheme.getOuterBlock(), blocks[1], index, begin));
    for (int64_t dim = static_cast<int64_t>(shape.size()) - 2; dim >= 0 && ++index[dim] == shape[dim]; --dim)
      index[dim] = 0;
  }
}

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_BLOCKRUNS_H
