//===- KernelGrid.cpp - pixels of a contraction in its buffers --------------------------------------===//

#include "KernelGrid.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

/// The strides of the dimensions in front of the channels: of the last three, and 0 for those that there are not.
static PixelStrides getPixelStrides(ArrayRef<int64_t> strides) {
  strides = strides.drop_back();
  auto fromEnd = [&](size_t i) { return i < strides.size() ? strides[strides.size() - 1 - i] : 0; };
  return {fromEnd(2), fromEnd(1), fromEnd(0)};
}

static FailureOr<GridBuffer> getGridBuffer(OpBuilder &builder, Value buffer, Operation *op) {
  Value flat = flatten(builder, buffer, op);
  if (!flat)
    return failure();
  return GridBuffer{flat, getPixelStrides(getStrides(buffer))};
}

/// Input strides between result pixels, and between the taps of the kernel.
static LogicalResult setInputStrides(ConvOp op, const ContractionShape &shape, KernelGrid &grid) {
  PixelStrides &strides = grid.input.strides;
  grid.kernelRowStride = strides.row * shape.dilationRows;
  grid.kernelColStride = strides.col * shape.dilationCols;
  bool isContiguous = strides.col == shape.inputChannels * shape.groups;
  if (shape.kernelCols > 1 && shape.isRowOneRun() && !isContiguous)
    return op.emitOpError() << "is not lowered for x86 yet: a convolution of a slice of channels, got " << op.getInputType();
  strides.row *= shape.strideRows;
  strides.col *= shape.strideCols;
  return success();
}

/// The pixels of a filter that is not packed are the batch dimensions in front of [K, N].
static LogicalResult setFilterStrides(ContractOp op, KernelGrid &grid) {
  if (op.getPackedFilterShape())
    return success();
  SmallVector<int64_t> strides = getStrides(op.getFilter());
  grid.filterRowStride = strides[strides.size() - 2];
  PixelStrides batch = getPixelStrides(ArrayRef(strides).drop_back());
  grid.filter.strides = {batch.row, batch.col, 0};
  return success();
}

/// Joins an outer dimension with the next inner one when every buffer goes on where the inner one ends.
static void join(KernelGrid &grid, int64_t KernelGrid::*outer, int64_t KernelGrid::*inner,
                 int64_t PixelStrides::*outerStride, int64_t PixelStrides::*innerStride) {
  if (grid.*outer == 1)
    return;
  SmallVector<PixelStrides *> all = {&grid.input.strides, &grid.filter.strides, &grid.result.strides};
  for (GridBuffer &operand : grid.epilogueOperands)
    all.push_back(&operand.strides);
  if (grid.*inner == 1)
    for (PixelStrides *strides : all)
      strides->*innerStride = strides->*outerStride;
  else if (!llvm::all_of(all, [&](PixelStrides *strides) {
             return strides->*outerStride == grid.*inner * strides->*innerStride;
           }))
    return;
  grid.*inner *= grid.*outer;
  grid.*outer = 1;
}

/// An epilogue operand, which has the rank of the result and sizes of 1 where pixels or channels share an element, or less.
static FailureOr<GridBuffer> getEpilogueBuffer(OpBuilder &builder, Value operand, Operation *op) {
  Value flat = flatten(builder, operand, op);
  if (!flat)
    return failure();
  ArrayRef<int64_t> shape = cast<MemRefType>(operand.getType()).getShape();
  if (shape.size() < 2)
    return GridBuffer{flat, PixelStrides()};
  SmallVector<int64_t> strides = getStrides(operand);
  for (auto [stride, size] : llvm::zip_equal(strides, shape))
    if (size == 1)
      stride = 0;
  return GridBuffer{flat, getPixelStrides(strides), shape.back() != 1};
}

template <typename ContractionOp>
static LogicalResult fillGrid(OpBuilder &builder, ContractionOp op, KernelGrid &grid) {
  ArrayRef<int64_t> pixels = op.getInitType().getShape().drop_back();
  if (pixels.size() > 3)
    return op.emitOpError() << "is not lowered for x86 yet: more than two batch dimensions, got " << op.getInitType();
  auto fromEnd = [&](size_t i) { return i < pixels.size() ? pixels[pixels.size() - 1 - i] : 1; };
  grid.batch = fromEnd(2);
  grid.rows = fromEnd(1);
  grid.cols = fromEnd(0);
  FailureOr<GridBuffer> input = getGridBuffer(builder, op.getInput(), op);
  FailureOr<GridBuffer> result = getGridBuffer(builder, op.getInit(), op);
  Value filter = flatten(builder, op.getFilter(), op);
  if (failed(input) || failed(result) || !filter)
    return failure();
  grid.input = *input;
  grid.result = *result;
  grid.filter.flat = filter;
  for (Value operand : op.getEpilogueOperands()) {
    FailureOr<GridBuffer> buffer = getEpilogueBuffer(builder, operand, op);
    if (failed(buffer))
      return failure();
    grid.epilogueOperands.push_back(*buffer);
  }
  return success();
}

SmallVector<Value> KernelGrid::getEpiloguePositions(OpBuilder &builder, Location loc, Value channel) const {
  return llvm::map_to_vector(epilogueOperands, [&](const GridBuffer &buffer) -> Value {
    return buffer.hasChannels ? channel : arith::ConstantIndexOp::create(builder, loc, 0).getResult();
  });
}

FailureOr<KernelGrid> x86::getKernelGrid(OpBuilder &builder, Operation *op, const ContractionShape &shape) {
  KernelGrid grid;
  if (auto conv = dyn_cast<ConvOp>(op)) {
    if (failed(fillGrid(builder, conv, grid)) || failed(setInputStrides(conv, shape, grid)))
      return failure();
  } else {
    auto contract = cast<ContractOp>(op);
    if (failed(fillGrid(builder, contract, grid)) || failed(setFilterStrides(contract, grid)))
      return failure();
  }
  join(grid, &KernelGrid::batch, &KernelGrid::rows, &PixelStrides::batch, &PixelStrides::row);
  // The depthwise kernel goes from column to column of one row; a tile of columns has one filter.
  if (!shape.isDepthwise() && grid.filter.strides.row == 0)
    join(grid, &KernelGrid::rows, &KernelGrid::cols, &PixelStrides::row, &PixelStrides::col);
  return grid;
}
