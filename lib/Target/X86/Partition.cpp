//===- Partition.cpp - the independent tiles of a kernel --------------------------------------------===//

#include "Partition.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <algorithm>

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

// About four microseconds: handing out a tile to another core costs one or two.
static constexpr double minCycles = 16000;
static constexpr int64_t maxTiles = 32;

Partition x86::choosePartition(double cycles, const Partition &blocks, bool isFilterLarger) {
  int64_t wanted = std::clamp<int64_t>(cycles / minCycles, 1, maxTiles);
  Partition parts;
  auto cut = [&](int64_t &part, int64_t numBlocks) {
    part = std::clamp<int64_t>(wanted, 1, std::max<int64_t>(numBlocks, 1));
    wanted /= part;
  };
  if (isFilterLarger)
    cut(parts.panels, blocks.panels);
  cut(parts.rows, blocks.rows);
  cut(parts.cols, blocks.cols);
  if (!isFilterLarger)
    cut(parts.panels, blocks.panels);
  return parts;
}

std::pair<Value, Value> PartIndex::getBounds(OpBuilder &builder, Location loc, int64_t numBlocks) const {
  if (!index)
    return {arith::ConstantIndexOp::create(builder, loc, 0), arith::ConstantIndexOp::create(builder, loc, numBlocks)};
  Value parts = arith::ConstantIndexOp::create(builder, loc, numParts);
  auto boundary = [&](Value part) -> Value {
    return arith::DivUIOp::create(builder, loc, x86::scale(builder, loc, part, numBlocks), parts);
  };
  return {boundary(index), boundary(addConstant(builder, loc, index, 1))};
}

PartIndex PartIndex::cut(OpBuilder &builder, Location loc, Value piece, int64_t numPieces) const {
  if (numPieces == 1)
    return *this;
  Value before = index ? x86::scale(builder, loc, index, numPieces) : nullptr;
  return {before ? add(builder, loc, before, piece) : piece, numParts * numPieces};
}

void PartIndex::emitInLastPart(OpBuilder &builder, Location loc, llvm::function_ref<void()> body) const {
  if (!index)
    return body();
  Value last = arith::ConstantIndexOp::create(builder, loc, numParts - 1);
  Value isLast = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, index, last);
  auto branch = scf::IfOp::create(builder, loc, isLast);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  body();
}

PartIndices x86::emitPartIndices(OpBuilder &builder, Location loc, Value tile, const Partition &partition) {
  PartIndices indices;
  auto take = [&](PartIndex &part, int64_t numParts, bool isLast) {
    part.numParts = numParts;
    if (numParts == 1)
      return;
    part.index = tile;
    if (isLast)
      return;
    Value parts = arith::ConstantIndexOp::create(builder, loc, numParts);
    part.index = arith::RemUIOp::create(builder, loc, tile, parts);
    tile = arith::DivUIOp::create(builder, loc, tile, parts);
  };
  take(indices.cols, partition.cols, false);
  take(indices.rows, partition.rows, false);
  take(indices.panels, partition.panels, true);
  return indices;
}
