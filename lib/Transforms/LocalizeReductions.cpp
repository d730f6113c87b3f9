//===- LocalizeReductions.cpp - a reduction and its only reader tile by tile ------------------------===//

#include "AssignedSchemes.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <numeric>

namespace nibble {
#define GEN_PASS_DEF_LOCALIZEREDUCTIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Elements of the local buffer at most: 4 KiB of i32 lie on any stack and in any first-level cache.
constexpr int64_t maxTileElements = 1024;
/// Elements of the local buffer where each takes many terms: one cache line of codes, so that the reduction still vectorises.
constexpr int64_t minTileElements = 64;
/// Terms of a tile, between the two bounds above: few enough that there are tiles for several threads.
constexpr int64_t maxTileTerms = 65536;
/// A contiguous dimension is not cut into pieces shorter than a vector of i32.
constexpr int64_t minRow = 16;

/// A buffer, what it starts from, the reduction into it, and the elementwise op that reads it.
struct Chain {
  memref::AllocOp buffer;
  linalg::FillOp fill;
  linalg::LinalgOp reduction, reader;
  OpOperand *written = nullptr, *read = nullptr;

  AffineMap getWriteMap() { return reduction.getMatchingIndexingMap(written); }
  AffineMap getReadMap() { return reader.getMatchingIndexingMap(read); }
};

/// The ops on a buffer that is filled and reduced into; others than one reader leave `reader` null.
std::optional<Chain> match(memref::AllocOp buffer) {
  Chain chain;
  chain.buffer = buffer;
  unsigned numReaders = 0;
  for (OpOperand &use : buffer->getUses()) {
    auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
    bool isWrite = op && op.isDpsInit(&use);
    if (auto fill = dyn_cast<linalg::FillOp>(use.getOwner()); fill && isWrite)
      chain.fill = fill;
    else if (isWrite && op.getNumReductionLoops() > 0 && !chain.reduction)
      chain.reduction = op, chain.written = &use;
    else if (op && numReaders++ == 0)
      chain.reader = op, chain.read = &use;
    else
      ++numReaders;
  }
  if (!chain.fill || !chain.reduction)
    return std::nullopt;
  if (numReaders != 1)
    chain.reader = nullptr;
  return chain;
}

bool isTileable(linalg::LinalgOp op) {
  return op.getNumDpsInits() == 1 && !op.hasDynamicShape() && !op.hasIndexSemantics();
}

/// Whether a tile of the buffer is a tile of what the reader computes, and a tile of the reduction's parallel loops.
bool isElementwise(Chain &chain) {
  if (!chain.reader || chain.reader.isDpsInit(chain.read) || !isTileable(chain.reader) || !isTileable(chain.reduction))
    return false;
  AffineMap result = chain.reader.getMatchingIndexingMap(chain.reader.getDpsInitOperand(0));
  return chain.reader.getNumReductionLoops() == 0 && chain.getReadMap().isPermutation() && result.isPermutation() &&
         chain.getWriteMap().isProjectedPermutation() &&
         chain.getWriteMap().getNumResults() == chain.reduction.getNumParallelLoops();
}

Value getRoot(Value value) {
  auto buffer = dyn_cast<MemrefValue>(value);
  return buffer ? Value(memref::skipViewLikeOps(buffer)) : value;
}

/// Whether `op`, or one inside of it, may write to one of the buffers. Destination-style ops read their inputs only.
bool mayWrite(Operation *op, const llvm::SmallPtrSetImpl<Value> &buffers) {
  WalkResult result = op->walk([&](Operation *inner) {
    auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(inner);
    for (OpOperand &operand : inner->getOpOperands())
      if (!isa<ViewLikeOpInterface>(inner) && !(destinationStyle && destinationStyle.isDpsInput(&operand)) &&
          buffers.contains(getRoot(operand.get())))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return result.wasInterrupted();
}

/// Whether the reduction can be done where the reader is, in turn with it.
bool canWait(Chain &chain) {
  Operation *reduction = chain.reduction, *reader = chain.reader;
  if (reduction->getBlock() != reader->getBlock() || chain.fill->getBlock() != reader->getBlock() ||
      !chain.fill->isBeforeInBlock(reduction) || !reduction->isBeforeInBlock(reader))
    return false;
  llvm::SmallPtrSet<Value, 4> inputs;
  for (Value input : chain.reduction.getDpsInputs())
    inputs.insert(getRoot(input));
  for (Operation *op = reduction->getNextNode(); op != reader->getNextNode(); op = op->getNextNode())
    if (mayWrite(op, inputs))
      return false;
  return true;
}

/// The largest divisor of an extent within the budget.
int64_t getTileExtent(int64_t extent, int64_t budget) {
  int64_t tile = std::min(extent, budget);
  while (extent % tile)
    --tile;
  return tile;
}

/// Tiles of trailing dimensions, whole as long as they fit. Null where the contiguous one can not be cut well.
std::optional<SmallVector<int64_t>> chooseTile(ArrayRef<int64_t> shape, int64_t numTerms) {
  int64_t budget = std::clamp(maxTileTerms / numTerms, minTileElements, maxTileElements);
  SmallVector<int64_t> tile(shape.size(), 1);
  for (int64_t dim = shape.size() - 1; dim >= 0; --dim) {
    bool isRow = dim + 1 == static_cast<int64_t>(shape.size());
    tile[dim] = getTileExtent(shape[dim], budget);
    if (isRow && tile[dim] < minRow)
      tile[dim] = getTileExtent(shape[dim], maxTileElements);
    if (isRow && tile[dim] < std::min(minRow, shape[dim]))
      return std::nullopt;
    if (tile[dim] != shape[dim])
      break;
    budget = std::max<int64_t>(1, budget / tile[dim]);
  }
  return tile;
}

/// The terms of one element.
int64_t getNumTerms(linalg::LinalgOp reduction) {
  int64_t terms = 1;
  for (auto [extent, iterator] : llvm::zip_equal(reduction.getStaticLoopRanges(), reduction.getIteratorTypesArray()))
    if (iterator == utils::IteratorType::reduction)
      terms *= extent;
  return terms;
}

/// Clones an op for the tile of the buffer at `starts`. `map` says which of its loops run over the dimensions of the buffer, and
/// `local` takes the place of the buffer.
void cloneTile(OpBuilder &builder, linalg::LinalgOp op, OpOperand *buffer, Value local, ValueRange starts) {
  SmallVector<OpFoldResult> offsets(op.getNumLoops()), sizes(op.getNumLoops(), builder.getIndexAttr(0));
  ArrayRef<int64_t> tile = cast<MemRefType>(local.getType()).getShape();
  for (auto [dim, result] : llvm::enumerate(op.getMatchingIndexingMap(buffer).getResults())) {
    unsigned loop = cast<AffineDimExpr>(result).getPosition();
    offsets[loop] = starts[dim];
    sizes[loop] = builder.getIndexAttr(tile[dim]);
  }
  llvm::erase_if(offsets, [](OpFoldResult offset) { return !offset; });
  SmallVector<OpFoldResult> bounds = getAsIndexOpFoldResult(op.getContext(), op.getStaticLoopRanges());
  auto slices = linalg::computeAllSliceParameters(builder, op.getLoc(), op, op->getOperands(), offsets, sizes, bounds,
                                                  /*omitPartialTileCheck=*/true);
  SmallVector<Value> operands;
  for (auto [operand, slice] : llvm::zip_equal(op->getOpOperands(), slices)) {
    if (&operand == buffer)
      operands.push_back(local);
    else if (slice)
      operands.push_back(memref::SubViewOp::create(builder, op.getLoc(), operand.get(), slice->offsets, slice->sizes,
                                                   slice->strides));
    else
      operands.push_back(operand.get());
  }
  clone(builder, op, {}, operands);
}

/// Replaces the ops by a loop over tiles, each with a buffer of its own.
void localize(Chain &chain, ArrayRef<int64_t> tile) {
  OpBuilder builder(chain.reader);
  Location loc = chain.reader.getLoc();
  MemRefType type = chain.buffer.getType();
  SmallVector<OpFoldResult> lower(type.getRank(), builder.getIndexAttr(0));
  auto loops = scf::ForallOp::create(builder, loc, lower, getAsIndexOpFoldResult(type.getContext(), type.getShape()),
                                     getAsIndexOpFoldResult(type.getContext(), tile), ValueRange(), std::nullopt);
  builder.setInsertionPoint(loops.getTerminator());
  Value local = memref::AllocaOp::create(builder, loc, MemRefType::get(tile, type.getElementType()));
  linalg::FillOp::create(builder, chain.fill.getLoc(), chain.fill.value(), local);
  cloneTile(builder, chain.reduction, chain.written, local, loops.getInductionVars());
  cloneTile(builder, chain.reader, chain.read, local, loops.getInductionVars());
  for (Operation *op : {chain.reader.getOperation(), chain.reduction.getOperation(), chain.fill.getOperation(),
                        chain.buffer.getOperation()})
    op->erase();
}

/// Says that sums stay in memory, and why.
void remarkInMemory(Chain &chain, StringRef reason) {
  MemRefType type = chain.buffer.getType();
  if (type.getElementType().isInteger(32))
    remark::missed(chain.reduction.getLoc(), remark::RemarkOpts::name("sums-in-memory").category("nibble-lower"))
        << "'" + getUserName(chain.reduction) + "' keeps its sums of i32 in memory" << remark::reason("{0}", reason)
        << remark::metric("Bytes", 4 * type.getNumElements());
}

struct LocalizeReductionsPass : public WithModels<nibble::impl::LocalizeReductionsPassBase<LocalizeReductionsPass>> {
  void runOnOperation() override {
    makeBuffersOfLoopsLocal();
    SmallVector<Chain> chains;
    getOperation().walk([&](memref::AllocOp buffer) {
      // A single number has no tiles.
      bool hasTiles = buffer.getType().hasStaticShape() && buffer.getType().getRank() > 0;
      if (std::optional<Chain> chain = match(buffer); chain && hasTiles)
        chains.push_back(*chain);
    });
    for (Chain &chain : chains) {
      if (!isElementwise(chain)) {
        remarkInMemory(chain, "they are not read by exactly one elementwise op");
      } else if (!canWait(chain)) {
        remarkInMemory(chain, "what it reads is written to before they are read");
      } else if (auto tile = chooseTile(chain.buffer.getType().getShape(), getNumTerms(chain.reduction))) {
        localize(chain, *tile);
        ++numLocalized;
      } else {
        remarkInMemory(chain, "its channels can not be cut into tiles of equal size");
      }
    }
  }

private:
  void makeBuffersOfLoopsLocal() {
    getOperation().walk([](memref::AllocOp buffer) {
      if (!buffer->getParentOfType<scf::ForallOp>() || !buffer.getType().hasStaticShape())
        return;
      OpBuilder builder(buffer);
      Value local = memref::AllocaOp::create(builder, buffer.getLoc(), buffer.getType(), buffer.getAlignmentAttr());
      buffer.replaceAllUsesWith(local);
      buffer.erase();
    });
  }
};

} // namespace
