//===- CacheBlocks.cpp - pieces of a matrix product that stay in the caches -------------------------===//

#include "CacheBlocks.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

// A panel of more bytes has more pages than the first level of address translation holds, and what its tiles read of it comes
// from the second level cache at half the rate.
static constexpr int64_t maxPanelSizeInBytes = 256 << 10;
// What a kernel may take of a thread's stack for sums.
static constexpr int64_t maxSumsSizeInBytes = 160 << 10;

static int64_t getMaxSumColumns(const FilterLayout &layout) {
  return maxSumsSizeInBytes / (panelsAtOnce * layout.getPanelChannels() * 4);
}

int64_t x86::getPartialSumsSize(const FilterLayout &layout) { return getMaxSumColumns(layout) * layout.getPanelChannels(); }

ReductionParts x86::chooseReductionParts(const FilterLayout &layout, const KernelGrid &grid) {
  const ContractionShape &shape = layout.shape;
  // With fewer columns a panel is read once or twice.
  constexpr int64_t minColumns = 2 * maxTilePixels;
  int64_t panelSize = layout.getPanelSizeInBytes();
  bool isMatrixProduct = shape.kernelRows * shape.kernelCols * shape.groups == 1 && grid.batch * grid.rows == 1;
  if (!isMatrixProduct || shape.codes || grid.cols < minColumns || panelSize <= maxPanelSizeInBytes)
    return {shape.getNumSteps(), 1};
  int64_t numParts = llvm::divideCeil(panelSize, maxPanelSizeInBytes / 2);
  // Whole iterations of the loop over steps, whatever its body.
  int64_t numSteps = llvm::alignTo(llvm::divideCeil(shape.getNumSteps(), numParts), 16);
  return {numSteps, static_cast<int64_t>(llvm::divideCeil(shape.getNumSteps(), numSteps))};
}

int64_t x86::chooseColumnBlocks(const FilterLayout &layout, const CpuFacts &facts, const KernelGrid &grid,
                                const ReductionParts &reduction, const PartIndices &parts) {
  int64_t numColumns = llvm::divideCeil(grid.cols, parts.cols.numParts);
  if (reduction.numParts > 1)
    // One tile more than its share may fall to a block.
    return llvm::divideCeil(numColumns, getMaxSumColumns(layout) - 2 * maxTilePixels);
  if (grid.batch * grid.rows > 1)
    return 1;
  int64_t inputSize = numColumns * grid.input.strides.col * layout.shape.getElementSize();
  int64_t numPanels = llvm::divideCeil(layout.getNumFullPanels(), parts.panels.numParts);
  int64_t filterSize = numPanels * layout.getPanelSizeInBytes();
  // Without blocks the input comes from further away for each panel, with them the filter for each block.
  int64_t numBlocks = llvm::divideCeil(inputSize, facts.l2SizeInBytes / 2);
  return numPanels * inputSize > inputSize + numBlocks * filterSize ? numBlocks : 1;
}

GridBuffer x86::emitPartialSums(OpBuilder &builder, Operation *op, const FilterLayout &layout) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
  bool isFloat = layout.shape.arithmetic == Arithmetic::Float32;
  Type element = isFloat ? Type(builder.getF32Type()) : Type(builder.getI32Type());
  auto type = MemRefType::get({panelsAtOnce * getPartialSumsSize(layout)}, element);
  Value flat = memref::AllocaOp::create(builder, op->getLoc(), type, builder.getI64IntegerAttr(64));
  return {flat, {0, 0, layout.getPanelChannels()}};
}
