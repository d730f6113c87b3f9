//===- RuntimePacker.cpp - filters that are computed at run time --------------------------------------===//

#include "RuntimePacker.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

// A thread's stack has megabytes; the panel should stay in the caches.
static constexpr int64_t maxPanelSizeInBytes = 128 << 10;

bool RuntimePacker::isNeeded(Operation *op, const ContractionShape &shape) {
  auto contract = dyn_cast<ContractOp>(op);
  return contract && (shape.arithmetic == Arithmetic::Int8 || contract.getTransposeFilter());
}

int64_t RuntimePacker::limitVectors(ContractOp op, const ContractionShape &shape, const CpuFacts &facts,
                                    int64_t vectors) {
  constexpr int64_t extraVectors = 1;
  int64_t vectorSize = shape.getNumSteps() * facts.vectorSizeInBytes;
  return std::min(vectors, maxPanelSizeInBytes / vectorSize - extraVectors);
}

LogicalResult RuntimePacker::verify(ContractOp op, const ContractionShape &shape, const CpuFacts &facts) {
  if (limitVectors(op, shape, facts, 1) == 1)
    return success();
  return op.emitOpError() << "is not lowered for x86 yet: a reduction of " << shape.inputChannels
                          << " with a filter that is known only at run time";
}

/// A zero point plus what flipping the sign bit adds; null when that is known to be 0.
static Value getMultipliedZero(OpBuilder &builder, Location loc, Value zeroPoint, int64_t flip) {
  APInt constant;
  if (!zeroPoint || matchPattern(zeroPoint, m_ConstantInt(&constant))) {
    int64_t value = flip + (zeroPoint ? constant.getSExtValue() : 0);
    return value ? arith::ConstantIntOp::create(builder, loc, value, 32) : Value();
  }
  return arith::AddIOp::create(builder, loc, zeroPoint, arith::ConstantIntOp::create(builder, loc, flip, 32));
}

RuntimePacker::RuntimePacker(OpBuilder &builder, ContractOp op, const ContractionShape &shape, const CpuFacts &facts,
                             int64_t maxVectors)
    : builder(builder), op(op), loc(op.getLoc()), shape(shape), numLanes(getNumLanes(facts)),
      dotStep(builder, loc, shape, facts, numLanes) {
  bool isInteger = shape.arithmetic == Arithmetic::Int8;
  if (isInteger) {
    isFilterFlipped = !op.getFilterSchemeAttr().isSigned();
    inputZero = getMultipliedZero(builder, loc, op.getInputZeroPoint(), shape.isInputSigned ? 128 : 0);
    filterZero = getMultipliedZero(builder, loc, op.getFilterZeroPoint(), isFilterFlipped ? -128 : 0);
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
  auto allocate = [&](int64_t size, Type element) {
    auto type = MemRefType::get({size}, element);
    constexpr int64_t cacheLineSize = 64;
    return memref::AllocaOp::create(builder, loc, type, builder.getI64IntegerAttr(cacheLineSize));
  };
  panelBuffer = allocate(getStepSize(maxVectors + getNumExtraVectors()) * shape.getNumSteps(),
                         op.getInputType().getElementType());
  if (isInteger)
    initBuffer = allocate(maxVectors * numLanes, builder.getI32Type());
}

Value RuntimePacker::splat(uint32_t word) {
  auto type = VectorType::get({numLanes}, builder.getI32Type());
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, APInt(32, word)));
}

FilterPanel RuntimePacker::emit(FilterPanel panel, Value position, const KernelGrid &grid) {
  int64_t vectors = llvm::divideCeil(panel.numChannels, numLanes), perStep = shape.getElementsPerStep();
  panel.flat = panelBuffer;
  panel.stepStride = getStepSize(vectors + getNumExtraVectors());
  panel.vectorStride = numLanes * perStep;
  panel.pixelSumFactor = filterZero;

  Values sums;
  if (initBuffer)
    sums.assign(vectors, splat(0));
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(builder, loc, value); };
  int64_t numWhole = shape.inputChannels / perStep, numRest = shape.inputChannels % perStep;
  auto loop = scf::ForOp::create(builder, loc, constant(0), constant(numWhole), constant(1), sums);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Values inLoop(loop.getRegionIterArgs());
    emitStep(panel, position, loop.getInductionVar(), perStep, grid, inLoop);
    if (initBuffer)
      scf::YieldOp::create(builder, loc, inLoop);
  }
  sums = Values(loop.getResults());
  if (numRest)
    emitStep(panel, position, constant(numWhole), numRest, grid, sums);
  if (initBuffer) {
    emitInit(panel, sums);
    panel.init = initBuffer;
    panel.initIndex = constant(0);
  }
  return panel;
}

void RuntimePacker::emitStep(const FilterPanel &panel, Value position, Value step, int64_t numValid,
                             const KernelGrid &grid, Values &sums) {
  int64_t perStep = shape.getElementsPerStep(), vectors = llvm::divideCeil(panel.numChannels, numLanes);
  int64_t stride = perStep * (op.getTransposeFilter() ? 1 : grid.filterRowStride);
  Value from = add(builder, loc, position, scale(builder, loc, step, stride));
  Value to = scale(builder, loc, step, panel.stepStride);
  auto store = [&](Value elements, int64_t vector) {
    storeVector(builder, loc, elements, panelBuffer, addConstant(builder, loc, to, vector * panel.vectorStride),
                numLanes * perStep);
  };
  for (int64_t vector = 0; vector < vectors; ++vector) {
    Value elements = loadStep(from, vector, panel.numChannels, numValid, grid);
    store(elements, vector);
    if (initBuffer)
      sums[vector] = dotStep.dot(sums[vector], dotStep.makeUniformPixel(1), dotStep.makeFilter(elements));
  }
  if (filterZero) {
    auto bytes = VectorType::get({numLanes * perStep}, builder.getI8Type());
    uint32_t ones = 0x01010101u >> (8 * (perStep - numValid));
    store(vector::BitCastOp::create(builder, loc, bytes, splat(ones)), vectors);
  }
}

/// The elements of one step of one vector of channels; codes outside the filter are 0.
Value RuntimePacker::loadStep(Value position, int64_t vector, int64_t numChannels, int64_t numValid,
                              const KernelGrid &grid) {
  Value words = op.getTransposeFilter() ? loadTransposed(position, vector, numChannels, grid)
                                        : loadRows(position, vector, numValid, grid);
  if (shape.arithmetic == Arithmetic::Float32)
    return words;
  if (isFilterFlipped)
    words = arith::XOrIOp::create(builder, loc, words, splat(0x80808080));
  int64_t numMissing = shape.getElementsPerStep() - numValid;
  if (numMissing)
    words = arith::AndIOp::create(builder, loc, words, splat(~0u >> (8 * numMissing)));
  return vector::BitCastOp::create(builder, loc, VectorType::get({4 * numLanes}, builder.getI8Type()), words);
}

/// Channels are rows: one load for each.
Value RuntimePacker::loadTransposed(Value position, int64_t vector, int64_t numChannels, const KernelGrid &grid) {
  Type element = shape.arithmetic == Arithmetic::Float32 ? Type(builder.getF32Type()) : builder.getI32Type();
  auto type = VectorType::get({numLanes}, element);
  Value words = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  for (int64_t lane = 0; lane < numLanes && vector * numLanes + lane < numChannels; ++lane) {
    Value index = addConstant(builder, loc, position, (vector * numLanes + lane) * grid.filterRowStride);
    Value elements = loadVector(builder, loc, grid.filter.flat, index, shape.getElementsPerStep());
    Value word = vector::BitCastOp::create(builder, loc, VectorType::get({1}, element), elements);
    words = vector::InsertStridedSliceOp::create(builder, loc, word, words, ArrayRef<int64_t>{lane}, ArrayRef<int64_t>{1});
  }
  return words;
}

/// Steps are rows of codes: four of them become the bytes of the words.
Value RuntimePacker::loadRows(Value position, int64_t vector, int64_t numValid, const KernelGrid &grid) {
  auto type = VectorType::get({numLanes}, builder.getI32Type());
  Value words;
  for (int64_t row = 0; row < numValid; ++row) {
    Value index = addConstant(builder, loc, position, row * grid.filterRowStride + vector * numLanes);
    Value codes = loadVector(builder, loc, grid.filter.flat, index, numLanes);
    Value wide = arith::ExtUIOp::create(builder, loc, type, codes);
    Value shifted = arith::ShLIOp::create(builder, loc, wide, splat(8 * row));
    words = words ? arith::OrIOp::create(builder, loc, words, shifted).getResult() : shifted;
  }
  return words;
}

/// bias - X * sum w + K * X * W
void RuntimePacker::emitInit(const FilterPanel &panel, ArrayRef<Value> sums) {
  auto type = VectorType::get({numLanes}, builder.getI32Type());
  for (auto [vector, sum] : llvm::enumerate(sums)) {
    int64_t first = vector * numLanes;
    Value init = panel.init ? loadVector(builder, loc, panel.init, addConstant(builder, loc, panel.initIndex, first), numLanes)
                            : splat(0);
    if (inputZero) {
      Value centered = sum;
      if (filterZero) {
        Value factor = vector::BroadcastOp::create(builder, loc, type, filterZero);
        Value all = arith::MulIOp::create(builder, loc, factor, splat(shape.inputChannels));
        centered = arith::SubIOp::create(builder, loc, sum, all);
      }
      Value factor = vector::BroadcastOp::create(builder, loc, type, inputZero);
      init = arith::SubIOp::create(builder, loc, init, arith::MulIOp::create(builder, loc, centered, factor));
    }
    vector::StoreOp::create(builder, loc, init, initBuffer, arith::ConstantIndexOp::create(builder, loc, first).getResult());
  }
}
