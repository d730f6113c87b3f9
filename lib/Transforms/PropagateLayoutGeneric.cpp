//===- PropagateLayoutGeneric.cpp - transposes through linalg.generic -------------------------------===//

#include "Layout.h"
#include "PropagateLayout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace nibble;

namespace {

/// The loops that run along the dimensions of a tensor, in this order.
using LoopList = SmallVector<unsigned>;

/// Whether dimension i of the operand depends on `loops[i]` alone: an operand as large as the space of these loops, broadcast
/// along some dimensions or resampled.
bool isAligned(AffineMap map, ArrayRef<unsigned> loops) {
  if (map.getNumResults() != loops.size())
    return false;
  for (auto [loop, expr] : llvm::zip_equal(loops, map.getResults()))
    for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
      if (dim != loop && expr.isFunctionOfDim(dim))
        return false;
  return true;
}

/// The order that sorts the dimensions which a projected permutation names, as a permutation of the operand.
Permutation sortedOrder(AffineMap map) {
  Permutation order = llvm::to_vector(llvm::seq<int64_t>(0, map.getNumResults()));
  llvm::sort(order, [&](int64_t a, int64_t b) { return map.getDimPosition(a) < map.getDimPosition(b); });
  return order;
}

AffineMap permuteResults(AffineMap map, ArrayRef<int64_t> permutation) {
  return AffineMap::get(map.getNumDims(), 0, applyPermutation(map.getResults(), permutation), map.getContext());
}

/// A permutation of `loops` as one of all loops: loop i becomes loop result[i].
Permutation extendToAllLoops(ArrayRef<int64_t> permutation, ArrayRef<unsigned> loops, unsigned numLoops) {
  Permutation all = llvm::to_vector(llvm::seq<int64_t>(0, numLoops));
  for (auto [i, loop] : llvm::enumerate(loops))
    all[loop] = loops[permutation[i]];
  return all;
}

/// The reads by index of transposed tensors of this rank: those of resampling and gathering.
SmallVector<tensor::ExtractOp> findTransposedReads(linalg::GenericOp op, int64_t rank) {
  return llvm::filter_to_vector(op.getBody()->getOps<tensor::ExtractOp>(), [&](tensor::ExtractOp read) {
    return getTranspose(read.getTensor()) && read.getTensor().getType().getRank() == rank;
  });
}

/// Reorders the loops as the source of the transposed operand has its dimensions. Operands as large as that one lose that
/// transpose or gain its inverse, others are brought into the order of the loops. What is read by index can be read in any
/// order.
struct SinkThroughGeneric : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 || op.hasDynamicShape())
      return rewriter.notifyMatchFailure(op, "expected one static tensor as result");
    AffineMap resultMap = op.getIndexingMapsArray().back();
    if (!resultMap.isProjectedPermutation() || !isIdentityPermutation(sortedOrder(resultMap)))
      return rewriter.notifyMatchFailure(op, "expected a result in the order of the loops");
    // The transposed operand runs along all loops, or along those of the result.
    LoopList allLoops = llvm::to_vector(llvm::seq(0u, op.getNumLoops())), resultLoops;
    for (unsigned i = 0; i < resultMap.getNumResults(); ++i)
      resultLoops.push_back(resultMap.getDimPosition(i));
    if (succeeded(sinkAlong(allLoops, op, rewriter)))
      return success();
    return resultLoops.size() < allLoops.size() ? sinkAlong(resultLoops, op, rewriter) : failure();
  }

private:
  static LogicalResult sinkAlong(ArrayRef<unsigned> loops, linalg::GenericOp op, PatternRewriter &rewriter) {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> aligned;
    for (auto [operand, map] : llvm::zip_equal(op.getDpsInputs(), ArrayRef(maps).drop_back()))
      if (isAligned(map, loops))
        aligned.push_back(operand);
    SmallVector<tensor::ExtractOp> reads = findTransposedReads(op, loops.size());
    for (tensor::ExtractOp read : reads)
      aligned.push_back(read.getTensor());
    std::optional<Permutation> permutation = chooseTransposeToSink(aligned, op->getResult(0));
    if (!permutation)
      return failure();
    Permutation inverse = invertPermutationVector(*permutation);
    Permutation loopPermutation = extendToAllLoops(*permutation, loops, op.getNumLoops());
    auto moveLoops = [&](AffineMap map) {
      SmallVector<AffineExpr> moved =
          llvm::map_to_vector(loopPermutation, [&](int64_t loop) { return rewriter.getAffineDimExpr(loop); });
      return map.replaceDimsAndSymbols(moved, {}, map.getNumDims(), 0);
    };

    Location loc = op.getLoc();
    SmallVector<Value> inputs;
    SmallVector<AffineMap> newMaps;
    for (auto [operand, map] : llvm::zip_equal(op.getDpsInputs(), ArrayRef(maps).drop_back())) {
      AffineMap moved = moveLoops(map);
      if (isAligned(map, loops)) {
        inputs.push_back(undoTranspose(rewriter, loc, operand, *permutation));
        newMaps.push_back(permuteResults(moved, inverse));
      } else if (moved.isProjectedPermutation()) {
        Permutation order = sortedOrder(moved);
        inputs.push_back(createTranspose(rewriter, loc, operand, order));
        newMaps.push_back(permuteResults(moved, order));
      } else {
        inputs.push_back(operand);
        newMaps.push_back(moved);
      }
    }
    for (tensor::ExtractOp read : reads)
      if (getTranspose(read.getTensor()) == permutation)
        readSource(rewriter, read, inverse);
    AffineMap moved = moveLoops(maps.back());
    Permutation order = sortedOrder(moved);
    Value init = permuteInit(rewriter, op, order);
    newMaps.push_back(permuteResults(moved, order));
    SmallVector<utils::IteratorType> iterators =
        applyPermutation(op.getIteratorTypesArray(), invertPermutationVector(loopPermutation));

    auto generic = linalg::GenericOp::create(rewriter, loc, init.getType(), inputs, init, newMaps, iterators);
    rewriter.inlineRegionBefore(op.getRegion(), generic.getRegion(), generic.getRegion().end());
    for (auto index : generic.getBody()->getOps<linalg::IndexOp>())
      rewriter.modifyOpInPlace(index, [&] { index.setDim(loopPermutation[index.getDim()]); });
    rewriter.replaceOp(op, createTranspose(rewriter, loc, generic.getResult(0), invertPermutationVector(order)));
    return success();
  }

  /// Makes a read of a transposed tensor one of its source.
  static void readSource(PatternRewriter &rewriter, tensor::ExtractOp read, ArrayRef<int64_t> inverse) {
    SmallVector<Value> indices = applyPermutation(SmallVector<Value>(read.getIndices()), inverse);
    rewriter.modifyOpInPlace(read, [&] {
      read.getTensorMutable().assign(read.getTensor().getDefiningOp<linalg::TransposeOp>().getInput());
      read.getIndicesMutable().assign(indices);
    });
  }

  /// The destination in another order; one that is not read is made anew.
  static Value permuteInit(PatternRewriter &rewriter, linalg::GenericOp op, ArrayRef<int64_t> order) {
    Value init = op.getDpsInits()[0];
    Location loc = op.getLoc();
    Type type = permuteType(cast<RankedTensorType>(init.getType()), order);
    if (!op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)))
      return createEmpty(rewriter, loc, type);
    if (auto fill = init.getDefiningOp<linalg::FillOp>())
      return linalg::FillOp::create(rewriter, loc, fill.getInputs()[0], createEmpty(rewriter, loc, type)).getResult(0);
    return createTranspose(rewriter, loc, init, order);
  }
};

} // namespace

void nibble::populateSinkThroughGenericPatterns(RewritePatternSet &patterns) {
  patterns.add<SinkThroughGeneric>(patterns.getContext());
}
