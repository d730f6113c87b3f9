//===- LowerKernelLoops.cpp - linalg ops in kernels as loops, split into tiles ----------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
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

/// Parallel loops outside, reductions inside, and innermost the loop that walks the result contiguously when it does so with an
/// input too: pooling in NHWC then runs over channels, which vectorises.
SmallVector<unsigned> getLoopOrder(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  std::optional<unsigned> innermost = getLastLoop(op, op.getDpsInitOperand(0));
  bool hasReduction = llvm::is_contained(iterators, utils::IteratorType::reduction);
  if (innermost && hasReduction &&
      llvm::none_of(op.getDpsInputOperands(), [&](OpOperand *input) { return getLastLoop(op, input) == innermost; }))
    innermost.reset();
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

Partition choosePartition(linalg::LinalgOp op, int64_t minWork, int64_t maxTiles) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  int64_t work = std::max<size_t>(1, op.getBlock()->getOperations().size());
  for (int64_t extent : extents)
    work *= extent;
  Partition partition;
  for (auto [loop, extent] : llvm::enumerate(extents)) {
    if (extent == 1)
      continue;
    if (iterators[loop] != utils::IteratorType::parallel || loop + 1 == extents.size())
      break;
    int64_t wanted = std::clamp<int64_t>(work / minWork, 1, std::min(maxTiles, extent));
    int64_t chunk = llvm::divideCeil(extent, wanted);
    partition = {static_cast<unsigned>(loop), extent, chunk, static_cast<int64_t>(llvm::divideCeil(extent, chunk))};
    break;
  }
  return partition;
}

/// Restricts a loop over [0, extent) to the chunk of tile number `tile`.
void restrictToTile(scf::ForOp loop, Value tile, const Partition &partition) {
  OpBuilder builder(loop);
  Location loc = loop.getLoc();
  Value chunk = arith::ConstantIndexOp::create(builder, loc, partition.chunk);
  Value extent = arith::ConstantIndexOp::create(builder, loc, partition.extent);
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

struct LowerKernelLoopsPass : public nibble::impl::LowerKernelLoopsPassBase<LowerKernelLoopsPass> {
  using LowerKernelLoopsPassBase::LowerKernelLoopsPassBase;

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
    for (linalg::LinalgOp op : ops) {
      rewriter.setInsertionPoint(op);
      FailureOr<linalg::LinalgOp> ordered = orderLoops(rewriter, op);
      if (failed(ordered))
        return op->emitOpError("loops can not be reordered"), failure();
      Partition partition;
      if (ops.size() == 1)
        partition = choosePartition(*ordered, minWork, maxTiles);
      bool unroll = isTransposing(*ordered);
      rewriter.setInsertionPoint(*ordered);
      FailureOr<linalg::LinalgLoops> nest = linalg::linalgOpToLoops(rewriter, *ordered);
      if (failed(nest))
        return op->emitOpError("can not be turned into loops"), failure();
      SmallVector<scf::ForOp> loops =
          llvm::map_to_vector(*nest, [](Operation *loop) { return cast<scf::ForOp>(loop); });
      rewriter.eraseOp(*ordered);
      if (partition.numTiles > 1) {
        restrictToTile(loops[partition.loop], kernel.getArgument(0), partition);
        numTiles = partition.numTiles;
      }
      if (unroll && failed(unrollShortInnermost(loops)))
        return failure();
    }
    return numTiles;
  }
};

} // namespace
