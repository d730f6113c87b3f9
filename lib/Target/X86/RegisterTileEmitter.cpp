//===- RegisterTileEmitter.cpp - the code of one register tile --------------------------------------===//
//
// The accumulators of phase p, pixel m and vector v are value number (p * pixels + m) * vectors + v of one list, which loops
// carry as it is: one value is one register.
//
//===------------------------------------------------------------------------------------------------===//

#include "RegisterTileEmitter.h"
#include "CodeReduction.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

// About as many dot products are in the body of a loop over steps.
static constexpr int64_t loopBodyDots = 128;

RegisterTileEmitter::RegisterTileEmitter(OpBuilder &builder, Operation *op, const ContractionShape &shape,
                                         const CpuFacts &facts, const KernelGrid &grid)
    : builder(builder), op(op), loc(op->getLoc()), shape(shape), grid(grid), numLanes(getNumLanes(facts)),
      dotStep(builder, loc, shape, facts, getNumLanes(facts)) {}

void RegisterTileEmitter::emit(const RegisterTile &newTile, const FilterPanel &newPanel,
                               const TilePosition &newPosition) {
  tile = newTile;
  panel = newPanel;
  position = newPosition;
  // What all tiles of a loop read alike.
  position.filter = hide(builder, loc, position.filter);
  position.channel = hide(builder, loc, position.channel);
  if (panel.init)
    panel.initIndex = hide(builder, loc, panel.initIndex);
  prefetchers.clear();
  // Without the loop over steps a tile is too short to fetch much.
  if (int64_t numIterations = shape.getStepsPerRun() / chooseUnroll(); numIterations > 1 && !shape.codes)
    for (const Prefetch &prefetch : position.prefetches)
      prefetchers.emplace_back(builder, loc, prefetch, getNumRuns(), numIterations);
  Values accumulators = emitReduction(panel.loadsSums ? loadSums() : emitInit());
  panel.storesSums ? storeSums(accumulators) : emitResults(accumulators);
}

int64_t RegisterTileEmitter::getPixelOffset(const PixelStrides &strides, int64_t pixel) const {
  return pixel / tile.cols * strides.row + pixel % tile.cols * strides.col;
}

VectorType RegisterTileEmitter::getSumType() {
  return VectorType::get({numLanes}, shape.isFloatSum() ? Type(builder.getF32Type()) : builder.getI32Type());
}

/// The bias in the first phase, zero in the others.
Values RegisterTileEmitter::emitInit() {
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(getSumType()));
  Values accumulators(tile.getNumAccumulators(), zero);
  if (!panel.init)
    return accumulators;
  for (int64_t vector = 0; vector < panel.getResultVectors(tile); ++vector) {
    Value index = addConstant(builder, loc, panel.initIndex, vector * numLanes);
    Value init = loadVector(builder, loc, panel.init, index, numLanes);
    for (int64_t pixel = 0; pixel < tile.getNumPixels(); ++pixel)
      accumulators[pixel * tile.vectors + vector] = init;
  }
  return accumulators;
}

Value RegisterTileEmitter::getSumsIndex(int64_t pixel, int64_t vector) {
  return addConstant(builder, loc, position.sums, getPixelOffset(grid.sums.strides, pixel) + vector * numLanes);
}

/// The sums that wait in the first phase, zero in the others.
Values RegisterTileEmitter::loadSums() {
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(dotStep.getAccumulatorType()));
  Values accumulators(tile.getNumAccumulators(), zero);
  for (int64_t pixel = 0; pixel < tile.getNumPixels(); ++pixel)
    for (int64_t vector = 0; vector < tile.vectors; ++vector)
      accumulators[pixel * tile.vectors + vector] =
          loadVector(builder, loc, grid.sums.flat, getSumsIndex(pixel, vector), numLanes);
  return accumulators;
}

void RegisterTileEmitter::storeSums(ArrayRef<Value> accumulators) {
  for (int64_t pixel = 0; pixel < tile.getNumPixels(); ++pixel)
    for (int64_t vector = 0; vector < tile.vectors; ++vector)
      storeVector(builder, loc, getSum(accumulators, pixel, vector), grid.sums.flat, getSumsIndex(pixel, vector), numLanes);
}

//===------------------------------------------------------------------------------------------------===//
// Reduction
//===------------------------------------------------------------------------------------------------===//

Values RegisterTileEmitter::emitReduction(Values accumulators) {
  if (shape.codes)
    return CodeReduction(builder, loc, shape, grid, tile, dotStep, {position.input, position.filter, panel.flat})
        .emit(std::move(accumulators));
  int64_t runs = getNumRuns(), runSize = shape.getStepsPerRun() * panel.stepStride;
  if (!isStraightCode(shape.withKernelRows(panel.numKernelRows), tile))
    return emitRowsOfRuns(std::move(accumulators));
  for (int64_t run = 0; run < runs; ++run) {
    int64_t offset = run / shape.getRunCols() * grid.kernelRowStride + run % shape.getRunCols() * grid.kernelColStride;
    accumulators = emitSteps(std::move(accumulators), addConstant(builder, loc, position.input, offset),
                             addConstant(builder, loc, position.filter, run * runSize), shape.getStepsPerRun());
  }
  return accumulators;
}

Values RegisterTileEmitter::emitRowsOfRuns(Values accumulators) {
  int64_t runSize = shape.getStepsPerRun() * panel.stepStride;
  return emitCarriedLoop(builder, loc, panel.numKernelRows, 1, std::move(accumulators), [&](Value row, Values inRow) {
    Value rowInput = add(builder, loc, position.input, scale(builder, loc, row, grid.kernelRowStride));
    Value rowFilter = add(builder, loc, position.filter, scale(builder, loc, row, shape.getRunCols() * runSize));
    Value rowRun = scale(builder, loc, row, shape.getRunCols());
    return emitCarriedLoop(builder, loc, shape.getRunCols(), 1, std::move(inRow), [&](Value col, Values inRun) {
      Value input = add(builder, loc, rowInput, scale(builder, loc, col, grid.kernelColStride));
      Value filter = add(builder, loc, rowFilter, scale(builder, loc, col, runSize));
      return emitRun(std::move(inRun), input, filter, add(builder, loc, rowRun, col));
    });
  });
}

/// A power of two, at least the phases.
int64_t RegisterTileEmitter::chooseUnroll() const {
  int64_t dots = tile.getNumPixels() * tile.vectors;
  int64_t unroll = llvm::bit_floor<uint64_t>(std::max<int64_t>(loopBodyDots / dots, 4));
  return std::max(std::min<int64_t>(unroll, 16), tile.phases);
}

Values RegisterTileEmitter::emitRun(Values accumulators, Value input, Value filter, Value run) {
  int64_t steps = shape.getStepsPerRun(), unroll = chooseUnroll(), perStep = shape.getElementsPerStep();
  if (steps * tile.getNumPixels() * tile.vectors <= loopBodyDots)
    return emitSteps(std::move(accumulators), input, filter, steps);
  int64_t inLoop = steps / unroll * unroll;
  accumulators = emitCarriedLoop(builder, loc, inLoop, unroll, std::move(accumulators), [&](Value step, Values inBody) {
    for (const PrefetchEmitter &prefetcher : prefetchers)
      prefetcher.emit(run, step, unroll);
    Value at = add(builder, loc, input, scale(builder, loc, step, perStep));
    Value filterAt = add(builder, loc, filter, scale(builder, loc, step, panel.stepStride));
    return emitSteps(std::move(inBody), at, filterAt, unroll);
  });
  return emitSteps(std::move(accumulators), addConstant(builder, loc, input, inLoop * perStep),
                   addConstant(builder, loc, filter, inLoop * panel.stepStride), steps - inLoop);
}

Values RegisterTileEmitter::emitSteps(Values accumulators, Value input, Value filter, int64_t numSteps) {
  int64_t numPixels = tile.getNumPixels();
  for (int64_t step = 0; step < numSteps; ++step) {
    // Bytes that neighbouring pixels have in common are loaded again, and none ahead of its step.
    input = hide(builder, loc, input);
    SmallVector<DotStep::Operand> filters;
    for (int64_t vector = 0; vector < tile.vectors; ++vector)
      filters.push_back(dotStep.loadFilter(
          panel.flat, addConstant(builder, loc, filter, step * panel.stepStride + vector * panel.vectorStride)));
    Value *phase = &accumulators[step % tile.phases * numPixels * tile.vectors];
    for (int64_t pixel = 0; pixel < numPixels; ++pixel) {
      int64_t offset = getPixelOffset(grid.input.strides, pixel) + step * shape.getElementsPerStep();
      DotStep::Operand operand = dotStep.loadPixel(grid.input.flat, addConstant(builder, loc, input, offset));
      for (int64_t vector = 0; vector < tile.vectors; ++vector) {
        Value &accumulator = phase[pixel * tile.vectors + vector];
        accumulator = dotStep.dot(accumulator, operand, filters[vector]);
      }
    }
  }
  return accumulators;
}

//===------------------------------------------------------------------------------------------------===//
// Epilogue
//===------------------------------------------------------------------------------------------------===//

Value RegisterTileEmitter::sumPhases(ArrayRef<Value> accumulators, int64_t index) {
  int64_t phaseSize = tile.getNumPixels() * tile.vectors;
  Value sum = accumulators[index];
  for (int64_t phase = 1; phase < tile.phases; ++phase) {
    Value other = accumulators[phase * phaseSize + index];
    sum = shape.isFloatSum() ? arith::AddFOp::create(builder, loc, sum, other).getResult()
                                                  : arith::AddIOp::create(builder, loc, sum, other).getResult();
  }
  return sum;
}

Value RegisterTileEmitter::getSum(ArrayRef<Value> accumulators, int64_t pixel, int64_t vector) {
  Value sum = sumPhases(accumulators, pixel * tile.vectors + vector);
  if (!panel.pixelSumFactor)
    return sum;
  Value pixelSum = sumPhases(accumulators, pixel * tile.vectors + tile.vectors - 1);
  Value factor = vector::BroadcastOp::create(builder, loc, sum.getType(), panel.pixelSumFactor);
  return arith::SubIOp::create(builder, loc, sum, arith::MulIOp::create(builder, loc, pixelSum, factor));
}

/// The epilogue operands of one vector of channels that all pixels share; null for the others.
Values RegisterTileEmitter::loadSharedOperands(int64_t vector) {
  position.channel = hide(builder, loc, position.channel);
  auto contraction = cast<ContractionOpInterface>(op);
  Values loaded;
  for (auto [operand, buffer] : llvm::zip_equal(contraction.getEpilogueOperands(), grid.epilogueOperands)) {
    auto type = cast<MemRefType>(operand.getType());
    Value &value = loaded.emplace_back();
    if (type.getRank() > 1)
      continue;
    if (type.getRank() == 1) {
      value = loadVector(builder, loc, buffer.flat, addConstant(builder, loc, position.channel, vector * numLanes),
                         numLanes);
      continue;
    }
    value = loadBroadcast(builder, loc, buffer.flat, arith::ConstantIndexOp::create(builder, loc, 0), numLanes);
  }
  return loaded;
}

/// The epilogue of one vector of channels of one pixel.
Value RegisterTileEmitter::emitResult(ArrayRef<Value> accumulators, int64_t pixel, int64_t vector, ArrayRef<Value> shared,
                                      Narrowing narrowing) {
  Region &epilogue = cast<ContractionOpInterface>(op).getEpilogue();
  Values arguments = {getSum(accumulators, pixel, vector)};
  if (epilogue.empty())
    return arguments[0];
  for (auto [number, buffer] : llvm::enumerate(grid.epilogueOperands)) {
    Value value = shared[number];
    if (!value) {
      int64_t offset = getPixelOffset(buffer.strides, pixel) + (buffer.hasChannels ? vector * numLanes : 0);
      Value index = addConstant(builder, loc, position.epilogueOperands[number], offset);
      value = buffer.hasChannels ? loadVector(builder, loc, buffer.flat, index, numLanes)
                                 : loadBroadcast(builder, loc, buffer.flat, index, numLanes);
    }
    arguments.push_back(value);
  }
  return emitEpilogue(builder, epilogue, arguments, numLanes, narrowing);
}

void RegisterTileEmitter::storeResult(Value result, int64_t pixel, int64_t vector, int64_t numValid) {
  int64_t offset = getPixelOffset(grid.result.strides, pixel) + vector * numLanes;
  storeVector(builder, loc, result, grid.result.flat, addConstant(builder, loc, position.result, offset), numValid);
}

/// Four results at once: `vectorsAtOnce` neighbouring vectors of channels of each of four, two or one pixels.
void RegisterTileEmitter::emitFourResults(ArrayRef<Value> accumulators, int64_t pixel, int64_t vector,
                                          int64_t vectorsAtOnce, ArrayRef<Values> shared, Narrowing narrowing) {
  Values codes;
  for (int64_t i = 0; i < 4; ++i)
    codes.push_back(emitResult(accumulators, pixel + i / vectorsAtOnce, vector + i % vectorsAtOnce,
                               shared[i % vectorsAtOnce], narrowing));
  // In each 16 bytes there are four of each vector; bring those of one vector together.
  auto words = VectorType::get({numLanes}, builder.getI32Type());
  Value bytes = emitSaturatedBytes(builder, loc, codes, narrowing);
  SmallVector<int64_t> mask;
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t part = 0; part < numLanes / 4; ++part)
      mask.push_back(4 * part + i);
  Value mixed = vector::BitCastOp::create(builder, loc, words, bytes);
  Value sorted = vector::BitCastOp::create(builder, loc, bytes.getType(),
                                           vector::ShuffleOp::create(builder, loc, mixed, mixed, mask));
  int64_t size = vectorsAtOnce * numLanes;
  for (int64_t i = 0; i < 4 / vectorsAtOnce; ++i) {
    Value ofPixel = vectorsAtOnce == 4 ? sorted
                                       : vector::ExtractStridedSliceOp::create(builder, loc, sorted, ArrayRef<int64_t>{i * size},
                                                                               ArrayRef<int64_t>{size}, ArrayRef<int64_t>{1})
                                             .getResult();
    storeResult(ofPixel, pixel + i, vector, size);
  }
}

/// A few vectors of channels at a time, so that what all pixels share is live for these only.
void RegisterTileEmitter::emitResults(ArrayRef<Value> accumulators) {
  Narrowing narrowing = getNarrowing(cast<ContractionOpInterface>(op).getEpilogue());
  int64_t numVectors = panel.getResultVectors(tile), numPixels = tile.getNumPixels();
  int64_t wholeVectors = narrowing == Narrowing::Exact ? 0 : std::min(panel.numChannels / numLanes, numVectors);
  for (int64_t vector = 0; vector < numVectors;) {
    int64_t left = wholeVectors - vector, atOnce = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    SmallVector<Values> shared;
    for (int64_t i = 0; i < atOnce; ++i)
      shared.push_back(loadSharedOperands(vector + i));
    int64_t pixel = 0, pixelsAtOnce = 4 / atOnce;
    if (left > 0)
      for (; pixel + pixelsAtOnce <= numPixels; pixel += pixelsAtOnce)
        emitFourResults(accumulators, pixel, vector, atOnce, shared, narrowing);
    for (; pixel < numPixels; ++pixel)
      for (int64_t i = 0; i < atOnce; ++i) {
        int64_t numValid = std::min(numLanes, panel.numChannels - (vector + i) * numLanes);
        Value result = emitResult(accumulators, pixel, vector + i, shared[i], Narrowing::Exact);
        storeResult(result, pixel, vector + i, numValid);
      }
    vector += atOnce;
  }
}
