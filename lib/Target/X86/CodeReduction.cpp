//===- CodeReduction.cpp - the reduction of a tile over a filter of codes ---------------------------===//

#include "CodeReduction.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

// Tiles of fewer pixels wait for their codes: these are fetched so many bytes ahead, beyond what the hardware does by itself.
static constexpr int64_t minPixelsWithoutPrefetch = 4, prefetchDistance = 2048, cacheLineSize = 64;

CodeReduction::CodeReduction(OpBuilder &builder, Location loc, const ContractionShape &shape, const KernelGrid &grid,
                             const RegisterTile &tile, DotStep &dotStep, const CodeOperands &operands)
    : builder(builder), loc(loc), shape(shape), grid(grid), tile(tile), dotStep(dotStep), operands(operands),
      layout(shape, dotStep.getAccumulatorType().getNumElements()), decoder(builder, loc, layout, dotStep) {}

Value CodeReduction::zero() {
  return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(dotStep.getAccumulatorType()));
}

Values CodeReduction::emit(Values accumulators) {
  // A block of more than one run is summed in integers over all of them.
  bool isOneBlock = shape.hasIntegerBlocks() && layout.getNumBlocks() == 1;
  size_t numAccumulators = accumulators.size();
  Values state = accumulators;
  if (isOneBlock)
    state = makeZeros();
  int64_t runSize = layout.getRunSize() * tile.vectors;
  Value firstCodes = addConstant(builder, loc, operands.filter, layout.getCodesOffset(tile.vectors));
  state = emitCarriedLoop(builder, loc, shape.kernelRows, 1, std::move(state), [&](Value row, Values inRow) {
    Value rowInput = add(builder, loc, operands.input, scale(builder, loc, row, grid.kernelRowStride));
    Value rowRun = scale(builder, loc, row, shape.getRunCols());
    return emitCarriedLoop(builder, loc, shape.getRunCols(), 1, std::move(inRow), [&](Value col, Values inRun) {
      Value run = add(builder, loc, rowRun, col);
      Value input = add(builder, loc, rowInput, scale(builder, loc, col, grid.kernelColStride));
      return emitRun(std::move(inRun), run, input, add(builder, loc, firstCodes, scale(builder, loc, run, runSize)));
    });
  });
  if (!isOneBlock)
    return state;
  finishBlock(MutableArrayRef(accumulators).take_front(numAccumulators), state, operands.filter);
  return accumulators;
}

Values CodeReduction::emitRun(Values state, Value run, Value input, Value codes) {
  int64_t length = layout.getSegmentLength(), numSegments = layout.getNumSegments();
  int64_t segmentSize = layout.getSegmentSize(length) * tile.vectors;
  int64_t parametersSize = layout.getNumBlocks() > 1 ? layout.getParametersSize() * tile.vectors : 0;
  int64_t tail = shape.getRunLength() % length, numWhole = tail ? numSegments - 1 : numSegments;
  Value parameters = add(builder, loc, operands.filter, scale(builder, loc, run, numSegments * parametersSize));
  auto getSegment = [&](Value index, int64_t numElements) {
    return Segment{add(builder, loc, input, scale(builder, loc, index, length)),
                   add(builder, loc, codes, scale(builder, loc, index, segmentSize)),
                   add(builder, loc, parameters, scale(builder, loc, index, parametersSize)), numElements};
  };
  state = emitCarriedLoop(builder, loc, numWhole, 1, std::move(state), [&](Value index, Values inLoop) {
    return emitSegment(std::move(inLoop), getSegment(index, length));
  });
  if (tail)
    state = emitSegment(std::move(state), getSegment(arith::ConstantIndexOp::create(builder, loc, numWhole), tail));
  return state;
}

Values CodeReduction::emitSegment(Values state, const Segment &segment) {
  SmallVector<BlockParameters> parameters;
  for (int64_t vector = 0; vector < tile.vectors; ++vector)
    parameters.push_back(decoder.loadParameters(getColumns(segment.parameters), vector));
  if (!sumsLevels() && (!shape.hasIntegerBlocks() || layout.getNumBlocks() == 1))
    return emitUnits(std::move(state), segment, parameters);
  Values sums = emitUnits(makeZeros(), segment, parameters);
  finishBlock(state, sums, segment.parameters);
  return state;
}

Values CodeReduction::emitUnits(Values sums, const Segment &segment, ArrayRef<BlockParameters> parameters) {
  int64_t numUnits = segment.numElements / unitLength, tail = segment.numElements % unitLength;
  int64_t unitSize = layout.getUnitSize(unitLength) * tile.vectors;
  auto emitUnit = [&](Values sums, Value number, int64_t numElements) {
    Value codes = add(builder, loc, segment.codes, scale(builder, loc, number, unitSize));
    Value input = add(builder, loc, segment.input, scale(builder, loc, number, unitLength));
    CodeUnit unit{operands.flatFilter, codes, numElements};
    prefetch(unit);
    return shape.arithmetic == Arithmetic::Int8 ? emitIntegerUnit(std::move(sums), unit, input, parameters)
                                                : emitFloatUnit(std::move(sums), unit, input, parameters);
  };
  sums = emitCarriedLoop(builder, loc, numUnits, 1, std::move(sums), [&](Value number, Values inLoop) {
    return emitUnit(std::move(inLoop), number, unitLength);
  });
  if (tail)
    sums = emitUnit(std::move(sums), arith::ConstantIndexOp::create(builder, loc, numUnits), tail);
  return sums;
}

Values CodeReduction::emitIntegerUnit(Values sums, const CodeUnit &unit, Value input, ArrayRef<BlockParameters> parameters) {
  int64_t numPixels = tile.getNumPixels(), numSteps = llvm::divideCeil(unit.numElements, 4);
  for (int64_t step = 0; step < numSteps; ++step) {
    // Neither pixels nor codes are loaded ahead of their step.
    input = hide(builder, loc, input);
    CodeUnit atStep{unit.flat, hide(builder, loc, unit.index), unit.numElements};
    SmallVector<DotStep::Operand> filters;
    for (int64_t vector = 0; vector < tile.vectors; ++vector)
      filters.push_back(decoder.loadStep(atStep, step, vector, parameters[vector]));
    for (int64_t pixel = 0; pixel < numPixels; ++pixel) {
      Value index = addConstant(builder, loc, input, getPixelOffset(pixel) + 4 * step);
      DotStep::Operand operand = dotStep.loadPixel(grid.input.flat, index);
      for (int64_t vector = 0; vector < tile.vectors; ++vector) {
        Value &sum = sums[pixel * tile.vectors + vector];
        sum = dotStep.dot(sum, operand, filters[vector]);
      }
    }
    if (!hasCorrection())
      continue;
    DotStep::Operand storedZero = dotStep.makeUniformPixel(static_cast<uint8_t>(shape.codes->storedZero));
    for (int64_t vector = 0; vector < tile.vectors; ++vector) {
      Value &sum = sums[numPixels * tile.vectors + vector];
      sum = dotStep.dot(sum, storedZero, filters[vector]);
    }
  }
  return sums;
}

Values CodeReduction::emitFloatUnit(Values sums, const CodeUnit &unit, Value input, ArrayRef<BlockParameters> parameters) {
  Value codes = unit.index;
  Values stepCodes(tile.vectors);
  for (int64_t element = 0; element < unit.numElements; ++element) {
    // One element after the other: with their decoding interleaved there are not registers enough.
    Values ordered = {input, codes};
    llvm::append_range(ordered, sums);
    hide(builder, loc, ordered);
    input = ordered[0];
    codes = ordered[1];
    sums.assign(ordered.begin() + 2, ordered.end());
    CodeUnit atElement{unit.flat, codes, unit.numElements};
    SmallVector<DotStep::Operand> filters;
    for (int64_t vector = 0; vector < tile.vectors; ++vector) {
      if (decoder.joinsPlanes() && element % 4 == 0)
        stepCodes[vector] = decoder.loadStepCodes(atElement, element / 4, vector);
      Value code = decoder.loadCodes(atElement, element, vector, stepCodes[vector]);
      filters.push_back({sumsLevels() ? decoder.emitLevel(code, parameters[vector]) : decoder.emitNumber(code, parameters[vector])});
    }
    for (int64_t pixel = 0; pixel < tile.getNumPixels(); ++pixel) {
      Value index = addConstant(builder, loc, input, getPixelOffset(pixel) + element);
      DotStep::Operand operand = dotStep.loadPixel(grid.input.flat, index);
      for (int64_t vector = 0; vector < tile.vectors; ++vector) {
        Value &sum = sums[pixel * tile.vectors + vector];
        sum = dotStep.dot(sum, operand, filters[vector]);
      }
    }
  }
  return sums;
}

void CodeReduction::finishBlock(MutableArrayRef<Value> accumulators, ArrayRef<Value> sums, Value parameters) {
  for (int64_t vector = 0; vector < tile.vectors; ++vector) {
    Value blockScale = decoder.loadScale(getColumns(parameters), vector);
    for (int64_t pixel = 0; pixel < tile.getNumPixels(); ++pixel) {
      Value &accumulator = accumulators[pixel * tile.vectors + vector];
      accumulator = arith::AddFOp::create(builder, loc, accumulator, scaleSum(sums, pixel, vector, blockScale));
    }
  }
}

Value CodeReduction::scaleSum(ArrayRef<Value> sums, int64_t pixel, int64_t vector, Value blockScale) {
  Value sum = sums[pixel * tile.vectors + vector];
  if (hasCorrection())
    sum = arith::SubIOp::create(builder, loc, sum, sums[tile.getNumPixels() * tile.vectors + vector]);
  if (shape.hasIntegerBlocks())
    sum = arith::SIToFPOp::create(builder, loc, blockScale.getType(), sum);
  return arith::MulFOp::create(builder, loc, sum, blockScale);
}

void CodeReduction::prefetch(const CodeUnit &unit) {
  if (tile.getNumPixels() >= minPixelsWithoutPrefetch)
    return;
  int64_t size = layout.getUnitSize(unit.numElements) * tile.vectors;
  int64_t last = cast<MemRefType>(unit.flat.getType()).getNumElements() - size - cacheLineSize;
  if (last < prefetchDistance)
    return;
  Value ahead = addConstant(builder, loc, unit.index, prefetchDistance);
  ahead = arith::MinUIOp::create(builder, loc, ahead, arith::ConstantIndexOp::create(builder, loc, last));
  constexpr unsigned firstLevelCache = 3;
  for (int64_t byte = 0; byte < size; byte += cacheLineSize)
    memref::PrefetchOp::create(builder, loc, unit.flat, ValueRange{addConstant(builder, loc, ahead, byte)},
                               /*isWrite=*/false, firstLevelCache, /*isDataCache=*/true);
}
