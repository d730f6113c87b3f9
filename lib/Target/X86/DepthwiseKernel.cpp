//===- DepthwiseKernel.cpp - depthwise convolutions -------------------------------------------------===//

#include "DepthwiseKernel.h"
#include "DepthwiseBlock.h"
#include "FilterLayout.h"
#include "FlatBuffer.h"
#include "Partition.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

namespace {

class DepthwiseKernel {
public:
  DepthwiseKernel(OpBuilder &builder, Operation *op, const ContractionShape &shape, const KernelGrid &grid,
                  const CpuFacts &facts)
      : builder(builder), op(op), loc(op->getLoc()), shape(shape), grid(grid), layout{shape, facts} {}

  int64_t emit(Value tile);

private:
  using Values = SmallVector<Value>;
  /// The sums of one result that is not complete yet; empty when the result lies outside the row.
  using Sums = SmallVector<Value, 4>;

  void emitBlock(Value channel, Value filter, const DepthwiseLayout::Block &size);
  void emitRow(DepthwiseBlock &block, const DepthwisePosition &position);
  void emitIteration(DepthwiseBlock &block, const DepthwisePosition &position, MutableArrayRef<Sums> sums);
  void emitCompleteColumns(DepthwiseBlock &block, const DepthwisePosition &position, SmallVector<Sums> &sums);
  DepthwisePosition advance(DepthwisePosition position, Value index, int64_t PixelStrides::*stride);
  double estimateCycles() const;

  /// How many iterations a result is in flight behind the one that starts it.
  int64_t getMaxAge() const { return (shape.kernelCols - 1) * shape.dilationCols / shape.strideCols; }

  OpBuilder &builder;
  Operation *op;
  Location loc;
  const ContractionShape &shape;
  const KernelGrid &grid;
  DepthwiseLayout layout;
  PartIndices parts;
};

} // namespace

/// Two cycles for each vector of sums and kernel column, about ten for its epilogue.
double DepthwiseKernel::estimateCycles() const {
  double vectors = static_cast<double>(llvm::divideCeil(shape.groups, layout.getFullBlock().numLanes));
  double pixels = static_cast<double>(grid.batch) * grid.rows * grid.cols;
  return pixels * vectors * (layout.getNumSteps() * shape.kernelCols * 2 + 10);
}

int64_t DepthwiseKernel::emit(Value tile) {
  DepthwiseLayout::Block full = layout.getFullBlock(), tail = layout.getTailBlock();
  int64_t numFull = layout.getNumFullBlocks(), fullSize = layout.getBlockSize(full);
  Partition partition = choosePartition(estimateCycles(), {numFull, grid.batch * grid.rows, 1}, false);
  parts = emitPartIndices(builder, loc, tile, partition);
  auto at = [&](Value block, const DepthwiseLayout::Block &size) {
    emitBlock(scale(builder, loc, block, full.getSize()), scale(builder, loc, block, fullSize), size);
  };
  if (numFull) {
    auto [lower, upper] = parts.panels.getBounds(builder, loc, numFull);
    auto loop = scf::ForOp::create(builder, loc, lower, upper, arith::ConstantIndexOp::create(builder, loc, 1));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    at(loop.getInductionVar(), full);
  }
  if (tail.numChannels)
    parts.panels.emitInLastPart(builder, loc,
                                [&] { at(arith::ConstantIndexOp::create(builder, loc, numFull), tail); });
  return partition.getNumTiles();
}

DepthwisePosition DepthwiseKernel::advance(DepthwisePosition position, Value index, int64_t PixelStrides::*stride) {
  auto move = [&](Value &base, const GridBuffer &buffer) {
    base = add(builder, loc, base, scale(builder, loc, index, buffer.strides.*stride));
  };
  move(position.input, grid.input);
  move(position.result, grid.result);
  for (auto [base, buffer] : llvm::zip_equal(position.epilogueOperands, grid.epilogueOperands))
    move(base, buffer);
  return position;
}

/// All rows of this part for one block of channels.
void DepthwiseKernel::emitBlock(Value channel, Value filter, const DepthwiseLayout::Block &size) {
  DepthwiseBlock block(builder, op, layout, size, grid, channel, filter);
  auto [lower, upper] = parts.rows.getBounds(builder, loc, grid.batch * grid.rows);
  auto loop = scf::ForOp::create(builder, loc, lower, upper, arith::ConstantIndexOp::create(builder, loc, 1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value row = loop.getInductionVar();
  DepthwisePosition position{channel, channel, grid.getEpiloguePositions(builder, loc, channel)};
  if (grid.batch > 1) {
    Value rows = arith::ConstantIndexOp::create(builder, loc, grid.rows);
    position = advance(position, arith::DivUIOp::create(builder, loc, row, rows), &PixelStrides::batch);
    row = arith::RemUIOp::create(builder, loc, row, rows);
  }
  emitRow(block, advance(position, row, &PixelStrides::row));
}

/// Adds the new input columns of one iteration. `sums[age]` belongs to the result that was started `age` iterations ago.
void DepthwiseKernel::emitIteration(DepthwiseBlock &block, const DepthwisePosition &position,
                                    MutableArrayRef<Sums> sums) {
  int64_t colStride = grid.input.strides.col / shape.strideCols;
  for (int64_t col = 0; col < shape.strideCols; ++col) {
    std::optional<DepthwiseBlock::Column> column;
    for (int64_t age = getMaxAge(); age >= 0; --age) {
      // The kernel column under which this input column lies, seen from the result.
      int64_t distance = age * shape.strideCols + col, kernelCol = distance / shape.dilationCols;
      if (distance % shape.dilationCols || kernelCol >= shape.kernelCols || sums[age].empty())
        continue;
      if (!column)
        column = block.loadColumn(addConstant(builder, loc, position.input, col * colStride));
      block.accumulate(sums[age], *column, kernelCol);
    }
  }
}

/// The iterations in which one result starts and one is completed, as a loop.
void DepthwiseKernel::emitCompleteColumns(DepthwiseBlock &block, const DepthwisePosition &position,
                                          SmallVector<Sums> &sums) {
  int64_t maxAge = getMaxAge();
  Values carried;
  for (const Sums &values : ArrayRef(sums).take_front(maxAge))
    llvm::append_range(carried, values);
  auto constant = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); };
  auto loop = scf::ForOp::create(builder, loc, constant(maxAge), constant(grid.cols), constant(1), carried);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    int64_t numVectors = block.getNumVectors();
    SmallVector<Sums> inFlight = {Sums(block.getInit())};
    for (int64_t age = 0; age < maxAge; ++age)
      inFlight.push_back(Sums(loop.getRegionIterArgs().slice(age * numVectors, numVectors)));
    Value iteration = loop.getInductionVar();
    emitIteration(block, advance(position, iteration, &PixelStrides::col), inFlight);
    Value oldest = addConstant(builder, loc, iteration, -maxAge);
    block.emitResult(inFlight[maxAge], advance(position, oldest, &PixelStrides::col));
    Values next;
    for (const Sums &values : ArrayRef(inFlight).drop_back())
      llvm::append_range(next, values);
    // A loop that carries nothing has its terminator already.
    if (maxAge)
      scf::YieldOp::create(builder, loc, next);
  }
  for (int64_t age = 0; age < maxAge; ++age)
    sums[age] = Sums(loop.getResults().slice(age * block.getNumVectors(), block.getNumVectors()));
}

void DepthwiseKernel::emitRow(DepthwiseBlock &block, const DepthwisePosition &position) {
  int64_t maxAge = getMaxAge();
  // Before an iteration: sums[age] of the result that will be `age + 1` old in it.
  SmallVector<Sums> sums(maxAge);
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(builder, loc, value); };
  auto emitAt = [&](int64_t iteration) {
    sums.insert(sums.begin(), iteration < grid.cols ? Sums(block.getInit()) : Sums());
    emitIteration(block, advance(position, constant(iteration), &PixelStrides::col), sums);
    if (iteration >= maxAge)
      block.emitResult(sums.back(), advance(position, constant(iteration - maxAge), &PixelStrides::col));
    sums.pop_back();
  };
  for (int64_t iteration = 0; iteration < maxAge; ++iteration)
    emitAt(iteration);
  if (grid.cols > maxAge)
    emitCompleteColumns(block, position, sums);
  for (int64_t iteration = std::max(grid.cols, maxAge); iteration < grid.cols + maxAge; ++iteration)
    emitAt(iteration);
}

int64_t x86::emitDepthwiseKernel(OpBuilder &builder, Operation *op, const ContractionShape &shape,
                                 const KernelGrid &grid, Value tile, const CpuFacts &facts) {
  return DepthwiseKernel(builder, op, shape, grid, facts).emit(tile);
}
