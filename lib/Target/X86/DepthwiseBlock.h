//===- DepthwiseBlock.h - a block of channels of a depthwise convolution ------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_DEPTHWISEBLOCK_H
#define NIBBLE_LIB_TARGET_X86_DEPTHWISEBLOCK_H

#include "DotStep.h"
#include "FilterLayout.h"
#include "KernelGrid.h"

namespace nibble::x86 {

/// Positions in the flat buffers of the first channel of the block: of a column of input pixels, of a result.
struct DepthwisePosition {
  mlir::Value input, result;
  llvm::SmallVector<mlir::Value> epilogueOperands;
};

/// Emits loads, sums and results of one block of channels. What all pixels share is loaded where the block is created.
class DepthwiseBlock {
public:
  /// The rows of an input column: for each step, for each vector, the operand of a dot product.
  using Column = llvm::SmallVector<llvm::SmallVector<DotStep::Operand, 4>, 2>;

  DepthwiseBlock(mlir::OpBuilder &builder, mlir::Operation *op, const DepthwiseLayout &layout,
                 const DepthwiseLayout::Block &size, const KernelGrid &grid, mlir::Value channel, mlir::Value filter);

  int64_t getNumVectors() const { return size.numVectors; }
  /// What the sums of a result start as.
  llvm::ArrayRef<mlir::Value> getInit() const { return init; }

  Column loadColumn(mlir::Value input);
  /// sums += column * filter of a kernel column
  void accumulate(llvm::MutableArrayRef<mlir::Value> sums, const Column &column, int64_t kernelCol);
  /// The epilogue of complete sums, stored in the order of the channels.
  void emitResult(llvm::ArrayRef<mlir::Value> sums, const DepthwisePosition &position);

private:
  using Values = llvm::SmallVector<mlir::Value>;

  mlir::VectorType getVectorType(mlir::Type element) const { return mlir::VectorType::get({size.numLanes}, element); }
  DotStep::Operand loadFilter(int64_t step, int64_t kernelCol, int64_t vector);
  Values loadRows(mlir::Value input, int64_t step);
  Values interleaveRows(llvm::ArrayRef<mlir::Value> rows);
  mlir::Value unpack(mlir::Value lhs, mlir::Value rhs, bool isHigh);
  /// The vectors of the block of an array with one element for each channel.
  Values loadChannels(mlir::Value flat, mlir::Value index);
  Values loadCodes(mlir::Value flat, mlir::Value index);
  Values loadWords(mlir::Value flat, mlir::Value index);
  void loadSharedOperands(mlir::Value channel);
  mlir::Value joinResults(llvm::ArrayRef<mlir::Value> results);

  mlir::OpBuilder &builder;
  mlir::Operation *op;
  mlir::Location loc;
  const DepthwiseLayout &layout;
  DepthwiseLayout::Block size;
  const KernelGrid &grid;
  /// The position of the filter, and the same as the products of the last column see it.
  mlir::Value filterBase, columnFilter;
  DotStep dotStep;
  Values init;
  /// Filter operands by step, kernel column and vector; empty when there are too many to keep.
  llvm::SmallVector<DotStep::Operand> filters;
  /// For each epilogue operand its vectors; empty for operands that differ from pixel to pixel.
  llvm::SmallVector<Values> sharedOperands;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_DEPTHWISEBLOCK_H
