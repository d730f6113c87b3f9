//===- LowerKernelLoops.cpp - linalg ops in kernels as loops, split into tiles ----------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Utils/Utils.h"
#include "llvm/Support/MathExtras.h"

namespace nibble {
#define GEN_PASS_DEF_LOWERKERNELLOOPSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// The loop that walks the last dimension of an operand, if it is one loop.
std::optional<unsigned> getLastLoop(linalg::LinalgOp op, OpOperand *operand) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  if (map.getNumResults() == 0)
    return std::nullopt;
  auto dim = dyn_cast<AffineDimExpr>(map.getResults().back());
  return dim ? std::optional(dim.getPosition()) : std::nullopt;
}

/// Windows of pooling up to this many elements are unrolled.
constexpr int64_t maxUnrolledReduction = 64;

/// How many elements are reduced to one.
int64_t getReductionSize(linalg::LinalgOp op) {
  int64_t size = 1;
  for (auto [iterator, extent] : llvm::zip_equal(op.getIteratorTypesArray(), op.getStaticLoopRanges()))
    if (iterator == utils::IteratorType::reduction)
      size *= extent;
  return size;
}

/// Whether elements that lie next to each other are reduced to one, a vector of them at least.
bool reducesRows(linalg::LinalgOp op) {
  constexpr int64_t minRow = 16;
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInputs() == 0)
    return false;
  std::optional<unsigned> last = getLastLoop(op, op.getDpsInputOperand(0));
  return last && op.getIteratorTypesArray()[*last] == utils::IteratorType::reduction &&
         op.getStaticLoopRanges()[*last] >= minRow;
}

/// Says of a sum of floats that its order is free (S13), so that it vectorises along a row.
void freeOrderOfSum(linalg::LinalgOp op) {
  auto sum = op.getBlock()->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (reducesRows(op) && op.getNumDpsInits() == 1 && sum && sum.getType().isF32() &&
      llvm::is_contained(sum->getOperands(), Value(op.getRegionOutputArgs().front())))
    sum.setFastmath(arith::FastMathFlags::reassoc);
}

/// Whether the loop that walks the result contiguously does so with an input too, as the channels of NHWC pooling.
bool vectorizesAlongResult(linalg::LinalgOp op) {
  std::optional<unsigned> last = getLastLoop(op, op.getDpsInitOperand(0));
  return last && llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
    return op.getRank(input) > 1 && getLastLoop(op, input) == last;
  });
}

/// Parallel loops outside, reductions inside. A long reduction goes outside of the loop along the result when that one
/// vectorises; a short one is unrolled inside of it (`unrollReductions`) and keeps its sum in a register.
SmallVector<unsigned> getLoopOrder(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  std::optional<unsigned> innermost;
  if (getReductionSize(op) > maxUnrolledReduction && vectorizesAlongResult(op))
    innermost = getLastLoop(op, op.getDpsInitOperand(0));
  SmallVector<unsigned> order;
  for (bool wantReduction : {false, true})
    for (auto [loop, iterator] : llvm::enumerate(iterators))
      if ((iterator == utils::IteratorType::reduction) == wantReduction && loop != innermost)
        order.push_back(loop);
  if (innermost)
    order.push_back(*innermost);
  return order;
}

/// The op as a `linalg.generic` with its loops in the order in which they are to be executed.
FailureOr<linalg::LinalgOp> orderLoops(RewriterBase &rewriter, linalg::LinalgOp op) {
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic) {
    FailureOr<linalg::GenericOp> generalized = linalg::generalizeNamedOp(rewriter, op);
    if (failed(generalized))
      return op;
    generic = *generalized;
  }
  SmallVector<unsigned> order = getLoopOrder(generic);
  if (llvm::is_sorted(order))
    return cast<linalg::LinalgOp>(generic.getOperation());
  FailureOr<linalg::GenericOp> interchanged = linalg::interchangeGenericOp(rewriter, generic, order);
  if (failed(interchanged))
    return failure();
  return cast<linalg::LinalgOp>(interchanged->getOperation());
}

/// How the outermost parallel loop is divided.
struct Partition {
  unsigned loop = 0;
  int64_t extent = 1, chunk = 1, numTiles = 1;
};

/// How many scalar operations an op does.
int64_t getWork(linalg::LinalgOp op) {
  int64_t work = std::max<size_t>(1, op.getBlock()->getOperations().size());
  for (int64_t extent : op.getStaticLoopRanges())
    work *= extent;
  return work;
}

/// Divides a loop of `extent` iterations that do `work` scalar operations in all.
Partition divide(unsigned loop, int64_t extent, int64_t work, int64_t minWork, int64_t maxTiles) {
  int64_t wanted = std::clamp<int64_t>(work / minWork, 1, std::min(maxTiles, extent));
  int64_t chunk = llvm::divideCeil(extent, wanted);
  return {loop, extent, chunk, static_cast<int64_t>(llvm::divideCeil(extent, chunk))};
}

Partition choosePartition(linalg::LinalgOp op, int64_t minWork, int64_t maxTiles) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  Partition partition;
  for (auto [loop, extent] : llvm::enumerate(extents)) {
    if (extent == 1)
      continue;
    if (iterators[loop] != utils::IteratorType::parallel || loop + 1 == extents.size())
      break;
    partition = divide(loop, extent, getWork(op), minWork, maxTiles);
    break;
  }
  return partition;
}

/// Restricts a loop over [0, extent * step) to the chunk of tile number `tile`.
void restrictToTile(scf::ForOp loop, Value tile, const Partition &partition, int64_t step = 1) {
  OpBuilder builder(loop);
  Location loc = loop.getLoc();
  Value chunk = arith::ConstantIndexOp::create(builder, loc, partition.chunk * step);
  Value extent = arith::ConstantIndexOp::create(builder, loc, partition.extent * step);
  Value first = arith::MulIOp::create(builder, loc, tile, chunk);
  Value last = arith::AddIOp::create(builder, loc, first, chunk);
  if (partition.extent % partition.chunk)
    last = arith::MinSIOp::create(builder, loc, last, extent);
  loop.setLowerBound(first);
  loop.setUpperBound(last);
}

/// Whether an input is not contiguous along the innermost loop: the op moves channels to the end, say.
bool isTransposing(linalg::LinalgOp op) {
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
    return op.getRank(input) > 1 && getLastLoop(op, input) != op.getNumLoops() - 1;
  });
}

/// A short innermost loop of a transposing op (the three channels of an image) is unrolled, so that the loop around it vectorises
/// with interleaved loads and stores.
LogicalResult unrollShortInnermost(ArrayRef<scf::ForOp> loops) {
  constexpr int64_t maxTrips = 4;
  if (loops.size() < 2)
    return success();
  scf::ForOp innermost = loops.back();
  std::optional<APInt> trips = innermost.getStaticTripCount();
  if (!trips || trips->getSExtValue() < 2 || trips->getSExtValue() > maxTrips)
    return success();
  return loopUnrollByFactor(innermost, trips->getSExtValue());
}

/// Unrolls the reduction loops of a short reduction completely, from the innermost out.
LogicalResult unrollReductions(ArrayRef<scf::ForOp> loops, unsigned numReductions) {
  for (scf::ForOp loop : llvm::reverse(loops.take_back(numReductions))) {
    std::optional<APInt> trips = loop.getStaticTripCount();
    if (trips && trips->getSExtValue() > 1 && failed(loopUnrollByFactor(loop, trips->getSExtValue())))
      return failure();
  }
  return success();
}

/// Whether `op` reduces into exactly what `fill` fills, one element after the other: reductions are the innermost loops.
bool canFuseFill(linalg::FillOp fill, linalg::LinalgOp op) {
  return fill && op.getNumDpsInits() == 1 && op.getNumReductionLoops() > 0 &&
         op.getDpsInitOperand(0)->get() == fill.getDpsInitOperand(0)->get() &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isProjectedPermutation() &&
         (getReductionSize(op) <= maxUnrolledReduction || !vectorizesAlongResult(op));
}

/// When the kernel is a fill and a reduction into what was filled: gives each element its first value where it is reduced, and
/// removes the fill. The reduction loops are the innermost `numReductions` ones.
void fuseFill(linalg::FillOp fill, ArrayRef<scf::ForOp> loops, unsigned numReductions, AffineMap resultMap) {
  OpBuilder builder(loops[loops.size() - numReductions]);
  SmallVector<Value> indices;
  for (unsigned result = 0; result < resultMap.getNumResults(); ++result) {
    scf::ForOp loop = loops[resultMap.getDimPosition(result)];
    indices.push_back(loop.getInductionVar());
  }
  memref::StoreOp::create(builder, fill.getLoc(), fill.value(), fill.getDpsInitOperand(0)->get(), indices);
  fill.erase();
}

/// One buffer for all iterations that a tile does, in the entry block: in a loop, each iteration would take more of the stack.
void hoistAllocations(func::FuncOp kernel) {
  SmallVector<memref::AllocaOp> allocations;
  kernel.walk([&](memref::AllocaOp op) { allocations.push_back(op); });
  for (memref::AllocaOp op : allocations)
    op->moveBefore(&kernel.getBody().front(), kernel.getBody().front().begin());
}

/// The first of some loops that has more than one iteration.
scf::ForOp findLongLoop(ArrayRef<Operation *> loops) {
  for (Operation *op : loops)
    if (auto loop = cast<scf::ForOp>(op); loop.getStaticTripCount() && loop.getStaticTripCount()->ugt(1))
      return loop;
  return nullptr;
}

struct LowerKernelLoopsPass : public WithModels<nibble::impl::LowerKernelLoopsPassBase<LowerKernelLoopsPass>> {
  using WithModels::WithModels;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::StringMap<int64_t> numTiles;
    SmallVector<func::FuncOp> kernels;
    module.walk([&](LaunchOp launch) {
      if (numTiles.try_emplace(launch.getKernel(), 1).second)
        kernels.push_back(module.lookupSymbol<func::FuncOp>(launch.getKernel()));
    });
    for (func::FuncOp kernel : kernels) {
      FailureOr<int64_t> tiles = lowerKernel(kernel);
      if (failed(tiles))
        return signalPassFailure();
      numTiles[kernel.getSymName()] = *tiles;
    }
    module.walk([&](LaunchOp launch) {
      if (launch.getTiles() == 1)
        launch.setTiles(numTiles.lookup(launch.getKernel()));
    });
  }

private:
  /// Turns the parallel loop around `ops`, the work of a kernel, if there is one, into loops; returns the number of tiles.
  FailureOr<int64_t> lowerForall(RewriterBase &rewriter, func::FuncOp kernel, ArrayRef<linalg::LinalgOp> ops) {
    auto forall = dyn_cast<scf::ForallOp>(ops.front()->getParentOp());
    if (!forall)
      return 1;
    SmallVector<Operation *> loops;
    rewriter.setInsertionPoint(forall);
    if (failed(scf::forallToForLoop(rewriter, forall, &loops)))
      return kernel.emitOpError("has a parallel loop that can not be turned into loops"), failure();
    hoistAllocations(kernel);
    scf::ForOp outermost = findLongLoop(loops);
    if (!outermost)
      return 1;
    int64_t work = 0;
    for (linalg::LinalgOp op : ops)
      work += getWork(op);
    for (Operation *loop : loops)
      work *= cast<scf::ForOp>(loop).getStaticTripCount()->getSExtValue();
    int64_t extent = outermost.getStaticTripCount()->getSExtValue(), step = *getConstantIntValue(outermost.getStep());
    Partition partition = divide(0, extent, work, minWork, maxTiles);
    if (partition.numTiles > 1)
      restrictToTile(outermost, kernel.getArgument(0), partition, step);
    return partition.numTiles;
  }

  /// Lowers the linalg ops of a kernel; returns its number of tiles.
  FailureOr<int64_t> lowerKernel(func::FuncOp kernel) {
    IRRewriter rewriter(kernel.getContext());
    kernel.walk([&](memref::CopyOp copy) {
      rewriter.setInsertionPoint(copy);
      rewriter.replaceOpWithNewOp<linalg::CopyOp>(copy, copy.getSource(), copy.getTarget());
    });
    SmallVector<linalg::LinalgOp> ops;
    kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    int64_t numTiles = 1;
    if (ops.empty())
      return numTiles;
    if (FailureOr<int64_t> tiles = lowerForall(rewriter, kernel, ops); failed(tiles))
      return failure();
    else
      numTiles = *tiles;
    // A fill in front of a reduction into the same buffer becomes a part of it.
    auto fill = dyn_cast<linalg::FillOp>(ops.front().getOperation());
    linalg::LinalgOp filled = ops.size() > 1 && canFuseFill(fill, ops[1]) ? ops[1] : nullptr;
    if (filled)
      ops.erase(ops.begin());
    bool isAlone = ops.size() == 1 && ops.front()->getParentOp() == kernel;
    for (linalg::LinalgOp op : ops) {
      bool fusesFill = op == filled;
      rewriter.setInsertionPoint(op);
      FailureOr<linalg::LinalgOp> ordered = orderLoops(rewriter, op);
      if (failed(ordered))
        return kernel.emitOpError("loops can not be reordered"), failure();
      Partition partition;
      if (isAlone)
        partition = choosePartition(*ordered, minWork, maxTiles);
      unsigned numReductions = ordered->getNumReductionLoops();
      bool isShort = getReductionSize(*ordered) <= maxUnrolledReduction && !reducesRows(*ordered);
      bool unroll = isTransposing(*ordered);
      freeOrderOfSum(*ordered);
      AffineMap resultMap = ordered->getMatchingIndexingMap(ordered->getDpsInitOperand(0));
      rewriter.setInsertionPoint(*ordered);
      FailureOr<linalg::LinalgLoops> nest = linalg::linalgOpToLoops(rewriter, *ordered);
      if (failed(nest))
        return kernel.emitOpError("can not be turned into loops"), failure();
      SmallVector<scf::ForOp> loops =
          llvm::map_to_vector(*nest, [](Operation *loop) { return cast<scf::ForOp>(loop); });
      rewriter.eraseOp(*ordered);
      if (partition.numTiles > 1) {
        restrictToTile(loops[partition.loop], kernel.getArgument(0), partition);
        numTiles = partition.numTiles;
      }
      if (fusesFill)
        fuseFill(fill, loops, numReductions, resultMap);
      if (numReductions == 0 ? unroll && failed(unrollShortInnermost(loops))
                             : isShort && failed(unrollReductions(loops, numReductions)))
        return failure();
    }
    return numTiles;
  }
};

} // namespace
