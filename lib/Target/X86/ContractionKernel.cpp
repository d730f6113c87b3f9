//===- ContractionKernel.cpp - the loop nest around the register tile -------------------------------===//

#include "ContractionKernel.h"
#include "CacheBlocks.h"
#include "DepthwiseKernel.h"
#include "Epilogue.h"
#include "FilterLayout.h"
#include "FlatBuffer.h"
#include "Partition.h"
#include "RegisterTileEmitter.h"
#include "RowSegments.h"
#include "RuntimePacker.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

namespace {

class ContractionKernel {
public:
  ContractionKernel(OpBuilder &builder, Operation *op, const ContractionShape &shape, const CpuFacts &facts,
                    KernelGrid grid)
      : builder(builder), op(op), loc(op->getLoc()), shape(shape), facts(facts), layout(getFilterLayout(shape, facts)),
        grid(std::move(grid)), tileEmitter(builder, op, this->shape, facts, this->grid) {
    if (Value buffer = cast<ContractionOpInterface>(op).getBias())
      bias = flatten(builder, buffer, op);
    if (isPacked())
      reduction = chooseReductionParts(layout, this->grid);
    if (reduction.numParts > 1)
      this->grid.sums = emitPartialSums(builder, op, layout);
    if (isPacked() || !RuntimePacker::isNeeded(op, shape))
      return;
    auto contract = cast<ContractOp>(op);
    layout.panelVectors = RuntimePacker::limitVectors(contract, shape, facts, layout.panelVectors);
    packer.emplace(builder, contract, this->shape, facts, layout.panelVectors);
  }

  int64_t emit(Value tile);

private:
  Partition getPartition() const;
  RegisterTile getTile(const RowSegment &segment, int64_t vectors) const {
    // Rows with filters of their own cannot share a tile.
    PixelGrid pixels = {grid.filter.strides.row ? 1 : segment.numRows, grid.cols};
    return chooseTile(shape.withKernelRows(segment.numKernelRows), facts, pixels, vectors);
  }
  bool isPacked() const { return op->hasAttr("packedFilterShape"); }
  /// Adds a dimension of pixels to the position of every buffer.
  TilePosition advance(TilePosition position, Value index, int64_t factor, int64_t PixelStrides::*stride);
  void emitLoop(std::pair<Value, Value> bounds, llvm::function_ref<void(Value)> body);
  void emitGroup(Value group, const PartIndex &panelPart);
  void emitPanels(const TilePosition &first, const PartIndex &panelPart);
  void emitPanel(TilePosition position, int64_t numChannels);
  void emitSegment(TilePosition position, FilterPanel panel, const RowSegment &segment, int64_t vectors);
  void emitPanelGroups(std::pair<Value, Value> bounds, llvm::function_ref<void(Value panel, Value inGroup)> body);
  Value getDistanceBehindGroup(Value inGroup);
  void emitReductionParts(llvm::function_ref<void()> body);
  void emitReductionPart(Value number, int64_t numSteps, llvm::function_ref<void()> body);
  void emitRows(const TilePosition &position, const RegisterTile &registerTile, FilterPanel panel, int64_t firstRow,
                int64_t numBlocks);
  void emitRowBlock(TilePosition position, const RegisterTile &registerTile, const FilterPanel &panel,
                    Value tilesBefore);
  /// What each tile of a panel prefetches of the next panel, in elements; 0 when the caches hold the filter anyway.
  int64_t getPanelPrefetchSize(const RegisterTile &registerTile, const FilterPanel &panel) const;
  /// The elements of the next tile's pixels; 0 when the caches hold the input anyway.
  int64_t getInputPrefetchSize(const RegisterTile &registerTile) const;

  OpBuilder &builder;
  Operation *op;
  Location loc;
  ContractionShape shape;
  CpuFacts facts;
  FilterLayout layout;
  KernelGrid grid;
  RegisterTileEmitter tileEmitter;
  /// Flat bias; null when there is none.
  Value bias;
  /// For filters that are put into the order of the kernel while it runs.
  std::optional<RuntimePacker> packer;
  ReductionParts reduction;
  /// The part of the reduction that is being emitted; the step is null when there is only one.
  Value firstStep;
  bool isFirstPart = true, isLastPart = true;
  /// From the part of a panel to the one that is read next, in elements of the filter; null where that is the next panel.
  Value distanceToNext;
  PartIndices parts;
};

} // namespace

Partition ContractionKernel::getPartition() const {
  RegisterTile tile = getTile({0, grid.rows, 0, shape.kernelRows},
                              layout.getNumFullPanels() ? layout.panelVectors : layout.getTailVectors());
  Partition blocks = {shape.groups > 1 ? shape.groups : layout.getNumFullPanels(),
                      grid.batch * grid.rows / tile.rows, packer ? 1 : grid.cols / tile.cols};
  auto numElements = [](Value buffer) { return cast<MemRefType>(buffer.getType()).getNumElements(); };
  auto contraction = cast<ContractionOpInterface>(op);
  bool isFilterLarger = numElements(contraction.getFilter()) > numElements(contraction.getInput());
  return choosePartition(estimateCycles(shape, facts), blocks, isFilterLarger);
}

void ContractionKernel::emitLoop(std::pair<Value, Value> bounds, llvm::function_ref<void(Value)> body) {
  std::optional<int64_t> lower = getConstantIntValue(bounds.first), upper = getConstantIntValue(bounds.second);
  if (lower && upper && *upper - *lower == 1)
    return body(bounds.first);
  if (lower && upper && *upper == *lower)
    return;
  auto loop = scf::ForOp::create(builder, loc, bounds.first, bounds.second,
                                 arith::ConstantIndexOp::create(builder, loc, 1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

int64_t ContractionKernel::emit(Value tile) {
  Partition partition = getPartition();
  parts = emitPartIndices(builder, loc, tile, partition);
  if (shape.groups == 1)
    emitGroup(arith::ConstantIndexOp::create(builder, loc, 0), parts.panels);
  else
    emitLoop(parts.panels.getBounds(builder, loc, shape.groups), [&](Value group) { emitGroup(group, PartIndex()); });
  return partition.getNumTiles();
}

void ContractionKernel::emitGroup(Value group, const PartIndex &panelPart) {
  TilePosition first;
  first.input = scale(builder, loc, group, shape.inputChannels);
  first.channel = scale(builder, loc, group, shape.outputChannels);
  first.filter = scale(builder, loc, group, isPacked() ? layout.getGroupSize() : 0);
  PartIndex wholeCols = parts.cols;
  int64_t numBlocks = isPacked() ? chooseColumnBlocks(layout, facts, grid, reduction, parts) : 1;
  emitLoop(PartIndex().getBounds(builder, loc, numBlocks), [&](Value block) {
    parts.cols = wholeCols.cut(builder, loc, block, numBlocks);
    emitPanels(first, panelPart);
  });
  parts.cols = wholeCols;
}

/// The panels of a group, from the position of the first.
void ContractionKernel::emitPanels(const TilePosition &first, const PartIndex &panelPart) {
  // From panel to panel of a filter in its own order: over its columns, or its rows when it is transposed.
  int64_t channelStride = packer ? packer->getChannelStride(grid) : 1;
  int64_t panelStride = isPacked() ? layout.getPanelSize() : layout.getPanelChannels() * channelStride;
  auto atPanel = [&](Value panel) {
    TilePosition position = first;
    position.channel = add(builder, loc, first.channel, scale(builder, loc, panel, layout.getPanelChannels()));
    position.filter = add(builder, loc, first.filter, scale(builder, loc, panel, panelStride));
    position.result = position.channel;
    position.epilogueOperands = grid.getEpiloguePositions(builder, loc, position.channel);
    return position;
  };
  int64_t numFull = layout.getNumFullPanels();
  if (numFull)
    emitPanelGroups(panelPart.getBounds(builder, loc, numFull), [&](Value panel, Value inGroup) {
      TilePosition position = atPanel(panel);
      position.sums = scale(builder, loc, inGroup, getPartialSumsSize(layout));
      emitPanel(position, layout.getPanelChannels());
    });
  if (int64_t tail = layout.getTailChannels())
    panelPart.emitInLastPart(builder, loc, [&] {
      TilePosition position = atPanel(arith::ConstantIndexOp::create(builder, loc, numFull));
      position.sums = arith::ConstantIndexOp::create(builder, loc, 0);
      emitReductionParts([&] { emitPanel(position, tail); });
    });
}

/// Of a reduction in parts several panels at a time take their turns with each part, so that it is read while its input is near.
void ContractionKernel::emitPanelGroups(std::pair<Value, Value> bounds, llvm::function_ref<void(Value, Value)> body) {
  if (reduction.numParts == 1)
    return emitLoop(bounds, [&](Value panel) { body(panel, arith::ConstantIndexOp::create(builder, loc, 0)); });
  Value step = arith::ConstantIndexOp::create(builder, loc, panelsAtOnce);
  auto groups = scf::ForOp::create(builder, loc, bounds.first, bounds.second, step);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(groups.getBody());
  Value first = groups.getInductionVar();
  Value end = arith::MinUIOp::create(builder, loc, addConstant(builder, loc, first, panelsAtOnce), bounds.second);
  emitReductionParts([&] {
    emitLoop({first, end}, [&](Value panel) {
      Value inGroup = subtract(builder, loc, panel, first);
      Value isLast = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, addConstant(builder, loc, panel, 1), end);
      distanceToNext = arith::SelectOp::create(builder, loc, isLast, getDistanceBehindGroup(inGroup),
                                               arith::ConstantIndexOp::create(builder, loc, layout.getPanelSize()));
      body(panel, inGroup);
      distanceToNext = nullptr;
    });
  });
}

/// From a part of the last panel of a group to what is read after it: the next part of the first panel, or the next group.
Value ContractionKernel::getDistanceBehindGroup(Value inGroup) {
  int64_t stepSize = layout.getStepSize(layout.panelVectors);
  if (isLastPart) {
    Value panelSize = arith::ConstantIndexOp::create(builder, loc, layout.getPanelSize());
    return subtract(builder, loc, panelSize, scale(builder, loc, firstStep, stepSize));
  }
  Value partSize = arith::ConstantIndexOp::create(builder, loc, reduction.numSteps * stepSize);
  return subtract(builder, loc, partSize, scale(builder, loc, inGroup, layout.getPanelSize()));
}

/// Emits `body` for part after part of the reduction.
void ContractionKernel::emitReductionParts(llvm::function_ref<void()> body) {
  if (reduction.numParts == 1)
    return body();
  int64_t numBefore = reduction.numParts - 1;
  auto constant = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); };
  isLastPart = false;
  emitReductionPart(constant(0), reduction.numSteps, body);
  isFirstPart = false;
  emitLoop({constant(1), constant(numBefore)}, [&](Value part) { emitReductionPart(part, reduction.numSteps, body); });
  isLastPart = true;
  emitReductionPart(constant(numBefore), shape.getNumSteps() - numBefore * reduction.numSteps, body);
  isFirstPart = true;
}

void ContractionKernel::emitReductionPart(Value number, int64_t numSteps, llvm::function_ref<void()> body) {
  ContractionShape whole = shape;
  shape.inputChannels = numSteps * shape.getElementsPerStep();
  firstStep = scale(builder, loc, number, reduction.numSteps);
  body();
  shape = whole;
  firstStep = nullptr;
}

TilePosition ContractionKernel::advance(TilePosition position, Value index, int64_t factor,
                                        int64_t PixelStrides::*stride) {
  auto move = [&](Value &base, const GridBuffer &buffer) {
    if (buffer.strides.*stride)
      base = add(builder, loc, base, scale(builder, loc, index, factor * buffer.strides.*stride));
  };
  move(position.input, grid.input);
  move(position.filter, grid.filter);
  move(position.result, grid.result);
  move(position.sums, grid.sums);
  for (auto [base, buffer] : llvm::zip_equal(position.epilogueOperands, grid.epilogueOperands))
    move(base, buffer);
  return position;
}

/// All pixels of this part for one panel.
void ContractionKernel::emitPanel(TilePosition position, int64_t numChannels) {
  int64_t vectors = llvm::divideCeil(numChannels, layout.numLanes);
  FilterPanel panel;
  panel.flat = grid.filter.flat;
  panel.numChannels = numChannels;
  bool isTail = numChannels < layout.getPanelChannels();
  panel.stepStride = !isPacked() ? grid.filterRowStride
                     : isTail    ? layout.getTailStepSize()
                                 : layout.getStepSize(layout.panelVectors);
  panel.vectorStride = layout.numLanes * shape.getElementsPerStep();
  panel.init = bias;
  panel.initIndex = position.channel;
  panel.loadsSums = !isFirstPart;
  panel.storesSums = !isLastPart;
  if (firstStep) {
    position.input = add(builder, loc, position.input, scale(builder, loc, firstStep, shape.getElementsPerStep()));
    position.filter = add(builder, loc, position.filter, scale(builder, loc, firstStep, panel.stepStride));
  }
  for (const RowSegment &segment : getRowSegments(shape, grid.rows))
    emitSegment(position, panel, segment, vectors + (packer ? packer->getNumExtraVectors() : 0));
}

/// The rows that are no whole tile are a loop over the batch, with a tile of their own.
void ContractionKernel::emitSegment(TilePosition position, FilterPanel panel, const RowSegment &segment, int64_t vectors) {
  RegisterTile tile = getTile(segment, vectors);
  panel.numKernelRows = segment.numKernelRows;
  int64_t stepsPerKernelRow = shape.getRunCols() * shape.getStepsPerRun();
  position.input = addConstant(builder, loc, position.input, segment.firstKernelRow * grid.kernelRowStride);
  position.filter = addConstant(builder, loc, position.filter, segment.firstKernelRow * stepsPerKernelRow * panel.stepStride);
  int64_t tail = segment.numRows % tile.rows;
  if (int64_t numBlocks = segment.numRows / tile.rows)
    emitRows(position, tile, panel, segment.firstRow, numBlocks);
  if (!tail)
    return;
  tile.rows = tail;
  emitRows(position, tile, panel, segment.firstRow + segment.numRows - tail, 1);
}

int64_t ContractionKernel::getPanelPrefetchSize(const RegisterTile &registerTile, const FilterPanel &panel) const {
  int64_t rowBlocks = grid.batch * (grid.rows / registerTile.rows), colBlocks = grid.cols / registerTile.cols;
  int64_t numTiles = llvm::divideCeil(rowBlocks, parts.rows.numParts) * llvm::divideCeil(colBlocks, parts.cols.numParts);
  // Few tiles read the filter as a stream, which the hardware prefetches.
  constexpr int64_t minTiles = 4;
  bool isLast = layout.getNumFullPanels() == 1 || panel.numChannels < layout.getPanelChannels();
  if (!isPacked() || isLast || numTiles < minTiles || panel.numKernelRows < shape.kernelRows ||
      layout.getPanelSizeInBytes() <= facts.l1SizeInBytes)
    return 0;
  return llvm::divideCeil(shape.getNumSteps() * panel.stepStride, numTiles);
}

int64_t ContractionKernel::getInputPrefetchSize(const RegisterTile &registerTile) const {
  // Parts of a reduction are short rows, far apart, which the hardware fetches into the second level by itself. Fetched by instructions they
  // occupy the buffers that what comes from there needs: a product then takes twice the time.
  bool isContiguous = shape.getNumRuns() == 1 && grid.input.strides.col == shape.getRunLength();
  int64_t numElements = cast<MemRefType>(grid.input.flat.getType()).getNumElements();
  if (!isContiguous || registerTile.rows > 1 || numElements * shape.getElementSize() <= facts.l2SizeInBytes)
    return 0;
  return registerTile.cols * grid.input.strides.col;
}

/// `numBlocks` blocks of rows of every image, from `firstRow` on.
void ContractionKernel::emitRows(const TilePosition &position, const RegisterTile &registerTile, FilterPanel panel,
                                 int64_t firstRow, int64_t numBlocks) {
  auto bounds = parts.rows.getBounds(builder, loc, grid.batch * numBlocks);
  int64_t tilesPerRow = llvm::divideCeil(grid.cols / registerTile.cols, parts.cols.numParts);
  emitLoop(bounds, [&](Value block) {
    TilePosition atRow = position;
    Value tilesBefore = scale(builder, loc, subtract(builder, loc, block, bounds.first), tilesPerRow);
    if (grid.batch > 1) {
      Value blocks = arith::ConstantIndexOp::create(builder, loc, numBlocks);
      atRow = advance(atRow, arith::DivUIOp::create(builder, loc, block, blocks), 1, &PixelStrides::batch);
      block = arith::RemUIOp::create(builder, loc, block, blocks);
    }
    Value row = addConstant(builder, loc, scale(builder, loc, block, registerTile.rows), firstRow);
    atRow = advance(atRow, row, 1, &PixelStrides::row);
    if (packer) {
      panel = packer->emit(panel, atRow.filter, grid);
      atRow.filter = arith::ConstantIndexOp::create(builder, loc, 0);
    }
    emitRowBlock(atRow, registerTile, panel, tilesBefore);
  });
}

void ContractionKernel::emitRowBlock(TilePosition position, const RegisterTile &registerTile,
                                     const FilterPanel &panel, Value tilesBefore) {
  int64_t colBlocks = grid.cols / registerTile.cols;
  int64_t panelPrefetchSize = getPanelPrefetchSize(registerTile, panel);
  int64_t inputPrefetchSize = getInputPrefetchSize(registerTile);
  auto bounds = parts.cols.getBounds(builder, loc, colBlocks);
  // There are sums for the columns of this part only.
  Value sumsBefore = scale(builder, loc, bounds.first, registerTile.cols * grid.sums.strides.col);
  position.sums = subtract(builder, loc, position.sums, sumsBefore);
  emitLoop(bounds, [&](Value block) {
    TilePosition atCol = advance(position, block, registerTile.cols, &PixelStrides::col);
    if (panelPrefetchSize) {
      Value tile = add(builder, loc, tilesBefore, subtract(builder, loc, block, bounds.first));
      Value nextPanel = distanceToNext ? add(builder, loc, position.filter, distanceToNext)
                                       : addConstant(builder, loc, position.filter, layout.getPanelSize());
      Value first = add(builder, loc, nextPanel, scale(builder, loc, tile, panelPrefetchSize));
      atCol.prefetches.push_back({grid.filter.flat, first, panelPrefetchSize});
    }
    if (inputPrefetchSize)
      atCol.prefetches.push_back(
          {grid.input.flat, addConstant(builder, loc, atCol.input, inputPrefetchSize), inputPrefetchSize});
    tileEmitter.emit(registerTile, panel, std::move(atCol));
  });
  int64_t tail = grid.cols % registerTile.cols;
  if (!tail)
    return;
  parts.cols.emitInLastPart(builder, loc, [&] {
    RegisterTile narrow = registerTile;
    narrow.cols = tail;
    Value col = arith::ConstantIndexOp::create(builder, loc, colBlocks * registerTile.cols);
    tileEmitter.emit(narrow, panel, advance(position, col, 1, &PixelStrides::col));
  });
}

/// Convolutions have packed filters; matrix products may pack theirs while they run.
static LogicalResult verifyFilter(Operation *op, const ContractionShape &shape, const CpuFacts &facts) {
  if (op->hasAttr("packedFilterShape"))
    return success();
  auto contract = dyn_cast<ContractOp>(op);
  if (!contract)
    return op->emitOpError() << "is not lowered for x86 yet with a filter that is known only at run time";
  return RuntimePacker::isNeeded(op, shape) ? RuntimePacker::verify(contract, shape, facts) : success();
}

FailureOr<int64_t> x86::emitContractionKernel(OpBuilder &builder, Operation *op, Value tile, const CpuFacts &facts) {
  FailureOr<ContractionShape> shape = getContractionShape(op);
  if (failed(shape) || failed(verifyFilter(op, *shape, facts)))
    return failure();
  Region &epilogue = cast<ContractionOpInterface>(op).getEpilogue();
  if (!epilogue.empty() && failed(verifyEpilogue(epilogue)))
    return failure();
  FailureOr<KernelGrid> grid = getKernelGrid(builder, op, *shape);
  if (failed(grid))
    return failure();
  if (shape->isDepthwise())
    return emitDepthwiseKernel(builder, op, *shape, *grid, tile, facts);
  return ContractionKernel(builder, op, *shape, facts, std::move(*grid)).emit(tile);
}
