//===- DepthwiseBlock.cpp - a block of channels of a depthwise convolution ----------------------------===//

#include "DepthwiseBlock.h"
#include "Epilogue.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

DepthwiseBlock::DepthwiseBlock(OpBuilder &builder, Operation *op, const DepthwiseLayout &layout,
                               const DepthwiseLayout::Block &size, const KernelGrid &grid, Value channel, Value filter)
    : builder(builder), op(op), loc(op->getLoc()), layout(layout), size(size), grid(grid), filterBase(filter), columnFilter(filter),
      dotStep(builder, loc, layout.shape, layout.facts, size.numLanes) {
  int64_t numSteps = layout.getNumSteps(), numCols = layout.shape.kernelCols;
  // Sums in flight, rows and what all pixels share take most of the registers.
  if (numSteps * numCols * size.numVectors <= layout.facts.numVectorRegisters / 4)
    for (int64_t step = 0; step < numSteps; ++step)
      for (int64_t col = 0; col < numCols; ++col)
        for (int64_t vector = 0; vector < size.numVectors; ++vector)
          filters.push_back(loadFilter(step, col, vector));
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(dotStep.getAccumulatorType()));
  init.assign(size.numVectors, zero);
  if (Value bias = cast<ContractionOpInterface>(op).getBias())
    init = loadChannels(flatten(builder, bias, op), channel);
  loadSharedOperands(channel);
}

DotStep::Operand DepthwiseBlock::loadFilter(int64_t step, int64_t kernelCol, int64_t vector) {
  int64_t number = (step * layout.shape.kernelCols + kernelCol) * size.numVectors + vector;
  return dotStep.loadFilter(grid.filter.flat,
                            addConstant(builder, loc, columnFilter, number * layout.getVectorSize(size)));
}

//===------------------------------------------------------------------------------------------------===//
// Columns
//===------------------------------------------------------------------------------------------------===//

/// The rows of one step: whole vectors of bytes, or all vectors of floats one after the other. Rows below the kernel are zero.
DepthwiseBlock::Values DepthwiseBlock::loadRows(Value input, int64_t step) {
  Values rows;
  for (int64_t part = 0; part < layout.getRowsPerStep(); ++part) {
    int64_t row = step * layout.getRowsPerStep() + part;
    if (row < layout.shape.kernelRows)
      rows.push_back(loadVector(builder, loc, grid.input.flat,
                                addConstant(builder, loc, input, row * grid.kernelRowStride), size.getSize()));
    else
      rows.push_back(arith::ConstantOp::create(builder, loc, builder.getZeroAttr(rows.front().getType())));
  }
  return rows;
}

/// The lower or upper halves of two vectors in turns, within each 16 bytes.
Value DepthwiseBlock::unpack(Value lhs, Value rhs, bool isHigh) {
  auto type = cast<VectorType>(lhs.getType());
  int64_t count = type.getNumElements(), perPart = 128 / type.getElementTypeBitWidth();
  SmallVector<int64_t> mask;
  for (int64_t part = 0; part < count; part += perPart)
    for (int64_t i = 0; i < perPart / 2; ++i) {
      int64_t from = part + i + (isHigh ? perPart / 2 : 0);
      mask.append({from, count + from});
    }
  return vector::ShuffleOp::create(builder, loc, lhs, rhs, mask);
}

/// Four vectors of bytes to four vectors of channels whose four bytes are the rows (FilterLayout.h, DepthwiseLayout).
DepthwiseBlock::Values DepthwiseBlock::interleaveRows(ArrayRef<Value> rows) {
  auto words = VectorType::get({2 * size.numLanes}, builder.getI16Type());
  auto pairs = [&](Value lhs, Value rhs, bool isHigh) -> Value {
    return vector::BitCastOp::create(builder, loc, words, unpack(lhs, rhs, isHigh));
  };
  Values vectors;
  for (bool isHigh : {false, true}) {
    Value first = pairs(rows[0], rows[1], isHigh), second = pairs(rows[2], rows[3], isHigh);
    for (bool isHighOfPairs : {false, true})
      vectors.push_back(vector::BitCastOp::create(builder, loc, getVectorType(builder.getI32Type()),
                                                  unpack(first, second, isHighOfPairs)));
  }
  return vectors;
}

DepthwiseBlock::Column DepthwiseBlock::loadColumn(Value input) {
  // Filters that are not kept are operands in memory, and stay so.
  if (filters.empty())
    columnFilter = hide(builder, loc, filterBase);
  Column column;
  for (int64_t step = 0; step < layout.getNumSteps(); ++step) {
    Values rows = loadRows(input, step);
    auto &operands = column.emplace_back();
    if (layout.shape.arithmetic == Arithmetic::Int8) {
      for (Value words : interleaveRows(rows))
        operands.push_back(dotStep.makePixel(words));
      continue;
    }
    for (int64_t vector = 0; vector < size.numVectors; ++vector)
      operands.push_back({vector::ExtractStridedSliceOp::create(builder, loc, rows[0], {vector * size.numLanes},
                                                                {size.numLanes}, {1})});
  }
  return column;
}

void DepthwiseBlock::accumulate(MutableArrayRef<Value> sums, const Column &column, int64_t kernelCol) {
  for (int64_t step = 0; step < layout.getNumSteps(); ++step)
    for (int64_t vector = 0; vector < size.numVectors; ++vector) {
      int64_t number = (step * layout.shape.kernelCols + kernelCol) * size.numVectors + vector;
      DotStep::Operand filter = filters.empty() ? loadFilter(step, kernelCol, vector) : filters[number];
      sums[vector] = dotStep.dot(sums[vector], column[step][vector], filter);
    }
}

//===------------------------------------------------------------------------------------------------===//
// Epilogue
//===------------------------------------------------------------------------------------------------===//

DepthwiseBlock::Values DepthwiseBlock::loadChannels(Value flat, Value index) {
  Type element = cast<MemRefType>(flat.getType()).getElementType();
  return element.getIntOrFloatBitWidth() == 8 ? loadCodes(flat, index) : loadWords(flat, index);
}

/// One load of the whole block, taken apart.
DepthwiseBlock::Values DepthwiseBlock::loadCodes(Value flat, Value index) {
  Value codes = loadVector(builder, loc, flat, index, size.getSize());
  Values vectors;
  for (int64_t vector = 0; vector < size.numVectors; ++vector) {
    SmallVector<int64_t> mask;
    for (int64_t lane = 0; lane < size.numLanes; ++lane)
      mask.push_back(layout.getChannel(size, vector, lane));
    vectors.push_back(vector::ShuffleOp::create(builder, loc, codes, codes, mask));
  }
  return vectors;
}

/// Each vector from the channels that lie together. No vector is wider than those of the sums: next to one of 64 bytes, those of 32
/// run on fewer units (Intel closes port 1).
DepthwiseBlock::Values DepthwiseBlock::loadWords(Value flat, Value index) {
  VectorType type = getVectorType(cast<MemRefType>(flat.getType()).getElementType());
  int64_t together = layout.shape.arithmetic == Arithmetic::Int8 ? 4 : size.numLanes;
  Values vectors;
  for (int64_t vector = 0; vector < size.numVectors; ++vector) {
    Value &channels = vectors.emplace_back(arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type)));
    for (int64_t lane = 0; lane < size.numLanes; lane += together) {
      int64_t first = layout.getChannel(size, vector, lane);
      if (first >= size.numChannels)
        break;
      Value piece = loadVector(builder, loc, flat, addConstant(builder, loc, index, first), together);
      channels = vector::InsertStridedSliceOp::create(builder, loc, piece, channels, ArrayRef<int64_t>{lane},
                                                      ArrayRef<int64_t>{1});
    }
  }
  return vectors;
}

void DepthwiseBlock::loadSharedOperands(Value channel) {
  auto contraction = cast<ContractionOpInterface>(op);
  for (auto [operand, buffer] : llvm::zip_equal(contraction.getEpilogueOperands(), grid.epilogueOperands)) {
    auto type = cast<MemRefType>(operand.getType());
    Values &vectors = sharedOperands.emplace_back();
    if (type.getRank() == 1) {
      vectors = loadChannels(buffer.flat, channel);
    } else if (type.getRank() == 0) {
      Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
      vectors.assign(size.numVectors, loadBroadcast(builder, loc, buffer.flat, zero, size.numLanes));
    }
  }
}

void DepthwiseBlock::emitResult(ArrayRef<Value> sums, const DepthwisePosition &position) {
  SmallVector<Values> operands = sharedOperands;
  for (auto [number, vectors] : llvm::enumerate(operands)) {
    if (!vectors.empty())
      continue;
    const GridBuffer &buffer = grid.epilogueOperands[number];
    if (buffer.hasChannels)
      vectors = loadChannels(buffer.flat, position.epilogueOperands[number]);
    else
      vectors.assign(size.numVectors, loadBroadcast(builder, loc, buffer.flat, position.epilogueOperands[number], size.numLanes));
  }
  Region &epilogue = cast<ContractionOpInterface>(op).getEpilogue();
  bool isInterleaved = layout.shape.arithmetic == Arithmetic::Int8;
  Narrowing narrowing = isInterleaved ? getNarrowing(epilogue) : Narrowing::Exact;
  Values results;
  for (int64_t vector = 0; vector < size.numVectors; ++vector) {
    Values arguments = {sums[vector]};
    for (const Values &vectors : operands)
      arguments.push_back(vectors[vector]);
    results.push_back(epilogue.empty() ? arguments[0] : emitEpilogue(builder, epilogue, arguments, size.numLanes, narrowing));
  }
  // Narrowing takes the vectors in turns, which is what the interleaving of the rows did.
  Value whole = narrowing == Narrowing::Exact ? joinResults(results) : emitSaturatedBytes(builder, loc, results, narrowing);
  storeVector(builder, loc, whole, grid.result.flat, position.result, size.numChannels);
}

/// One vector in the order of the channels.
Value DepthwiseBlock::joinResults(ArrayRef<Value> results) {
  Value whole = results[0];
  for (Value next : results.drop_front()) {
    int64_t count = cast<VectorType>(whole.getType()).getNumElements();
    whole = vector::ShuffleOp::create(builder, loc, whole, next,
                                      llvm::to_vector(llvm::seq<int64_t>(0, count + size.numLanes)));
  }
  SmallVector<int64_t> mask(size.getSize());
  for (int64_t vector = 0; vector < size.numVectors; ++vector)
    for (int64_t lane = 0; lane < size.numLanes; ++lane)
      mask[layout.getChannel(size, vector, lane)] = vector * size.numLanes + lane;
  return vector::ShuffleOp::create(builder, loc, whole, whole, mask);
}
