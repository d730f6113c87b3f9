//===- PropagateLayoutGeneric.cpp - transposes through linalg.generic -------------------------------===//

#include "Layout.h"
#include "PropagateLayout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace nibble;

namespace {

/// Whether dimension i of the operand depends on loop i alone: an operand as large as the iteration space, broadcast along
/// some dimensions or resampled.
bool isAligned(AffineMap map) {
  if (map.getNumResults() != map.getNumDims())
    return false;
  for (auto [i, expr] : llvm::enumerate(map.getResults()))
    for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
      if (dim != i && expr.isFunctionOfDim(dim))
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

/// The reads by index of transposed tensors as large as the iteration space: those of resampling and gathering.
SmallVector<tensor::ExtractOp> findTransposedReads(linalg::GenericOp op) {
  return llvm::filter_to_vector(op.getBody()->getOps<tensor::ExtractOp>(), [&](tensor::ExtractOp read) {
    return getTranspose(read.getTensor()) && read.getTensor().getType().getRank() == op.getNumLoops();
  });
}

/// Reorders the loops as the source of the transposed operand has its dimensions. Operands of the same rank lose that
/// transpose or gain its inverse, operands of a lower rank are brought into the order of the loops. What is read by index can
/// be read in any order.
struct SinkThroughGeneric : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 || op.hasDynamicShape())
      return rewriter.notifyMatchFailure(op, "expected one static tensor as result");
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    if (!maps.back().isProjectedPermutation() || sortedOrder(maps.back()) != identity(maps.back().getNumResults()))
      return rewriter.notifyMatchFailure(op, "expected a result in the order of the loops");

    SmallVector<Value> aligned;
    for (auto [operand, map] : llvm::zip_equal(op.getDpsInputs(), ArrayRef(maps).drop_back()))
      if (isAligned(map))
        aligned.push_back(operand);
    SmallVector<tensor::ExtractOp> reads = findTransposedReads(op);
    for (tensor::ExtractOp read : reads)
      aligned.push_back(read.getTensor());
    std::optional<Permutation> permutation = chooseTransposeToSink(aligned, op->getResult(0));
    if (!permutation)
      return failure();
    // Loop i of the op becomes loop permutation[i].
    Permutation inverse = invertPermutationVector(*permutation);
    auto moveLoops = [&](AffineMap map) {
      SmallVector<AffineExpr> loops = llvm::map_to_vector(
          *permutation, [&](int64_t loop) { return rewriter.getAffineDimExpr(loop); });
      return map.replaceDimsAndSymbols(loops, {}, map.getNumDims(), 0);
    };

    Location loc = op.getLoc();
    SmallVector<Value> inputs;
    SmallVector<AffineMap> newMaps;
    for (auto [operand, map] : llvm::zip_equal(op.getDpsInputs(), ArrayRef(maps).drop_back())) {
      AffineMap moved = moveLoops(map);
      if (isAligned(map)) {
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
    SmallVector<utils::IteratorType> iterators = applyPermutation(op.getIteratorTypesArray(), inverse);

    auto generic = linalg::GenericOp::create(rewriter, loc, init.getType(), inputs, init, newMaps, iterators);
    rewriter.inlineRegionBefore(op.getRegion(), generic.getRegion(), generic.getRegion().end());
    for (auto index : generic.getBody()->getOps<linalg::IndexOp>())
      rewriter.modifyOpInPlace(index, [&] { index.setDim((*permutation)[index.getDim()]); });
    rewriter.replaceOp(op, createTranspose(rewriter, loc, generic.getResult(0), invertPermutationVector(order)));
    return success();
  }

private:
  /// Makes a read of a transposed tensor one of its source.
  static void readSource(PatternRewriter &rewriter, tensor::ExtractOp read, ArrayRef<int64_t> inverse) {
    SmallVector<Value> indices = applyPermutation(SmallVector<Value>(read.getIndices()), inverse);
    rewriter.modifyOpInPlace(read, [&] {
      read.getTensorMutable().assign(read.getTensor().getDefiningOp<linalg::TransposeOp>().getInput());
      read.getIndicesMutable().assign(indices);
    });
  }

  static Permutation identity(int64_t rank) { return llvm::to_vector(llvm::seq<int64_t>(0, rank)); }

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
