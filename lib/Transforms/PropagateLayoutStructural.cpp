//===- PropagateLayoutStructural.cpp - transposes through pad, concat, slices, softmax and reduce ---===//

#include "Layout.h"
#include "PropagateLayout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace nibble;

namespace {

struct SinkThroughPad : public OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::PadOp op, PatternRewriter &rewriter) const override {
    Value paddingValue = op.getConstantPaddingValue();
    std::optional<Permutation> permutation = chooseTransposeToSink(op.getSource(), op.getResult());
    if (!paddingValue || !permutation || !op.getType().hasStaticShape())
      return failure();
    Permutation inverse = invertPermutationVector(*permutation);
    Location loc = op.getLoc();
    auto pad = tensor::PadOp::create(rewriter, loc, permuteType(op.getType(), inverse),
                                     undoTranspose(rewriter, loc, op.getSource(), *permutation),
                                     applyPermutation(op.getMixedLowPad(), inverse),
                                     applyPermutation(op.getMixedHighPad(), inverse), paddingValue, op.getNofold());
    rewriter.replaceOp(op, createTranspose(rewriter, loc, pad, *permutation));
    return success();
  }
};

struct SinkThroughConcat : public OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ConcatOp op, PatternRewriter &rewriter) const override {
    std::optional<Permutation> permutation =
        chooseTransposeToSink(llvm::to_vector(op.getInputs()), op.getResult());
    if (!permutation || !cast<ShapedType>(op.getType()).hasStaticShape())
      return failure();
    Location loc = op.getLoc();
    SmallVector<Value> inputs = llvm::map_to_vector(
        op.getInputs(), [&](Value input) { return undoTranspose(rewriter, loc, input, *permutation); });
    auto concat = tensor::ConcatOp::create(rewriter, loc, (*permutation)[op.getDim()], inputs);
    rewriter.replaceOp(op, createTranspose(rewriter, loc, concat, *permutation));
    return success();
  }
};

struct SinkThroughExtractSlice : public OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExtractSliceOp op, PatternRewriter &rewriter) const override {
    std::optional<Permutation> permutation = chooseTransposeToSink(op.getSource(), op.getResult());
    if (!permutation || op.getType().getRank() != op.getSourceType().getRank() || !op.getType().hasStaticShape())
      return failure();
    Permutation inverse = invertPermutationVector(*permutation);
    Location loc = op.getLoc();
    auto slice = tensor::ExtractSliceOp::create(
        rewriter, loc, undoTranspose(rewriter, loc, op.getSource(), *permutation),
        applyPermutation(op.getMixedOffsets(), inverse), applyPermutation(op.getMixedSizes(), inverse),
        applyPermutation(op.getMixedStrides(), inverse));
    rewriter.replaceOp(op, createTranspose(rewriter, loc, slice, *permutation));
    return success();
  }
};

struct SinkThroughInsertSlice : public OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::InsertSliceOp op, PatternRewriter &rewriter) const override {
    std::optional<Permutation> permutation = chooseTransposeToSink({op.getSource(), op.getDest()}, op.getResult());
    if (!permutation || op.getSourceType().getRank() != op.getType().getRank() || !op.getType().hasStaticShape())
      return failure();
    Permutation inverse = invertPermutationVector(*permutation);
    Location loc = op.getLoc();
    auto insert = tensor::InsertSliceOp::create(
        rewriter, loc, undoTranspose(rewriter, loc, op.getSource(), *permutation),
        undoTranspose(rewriter, loc, op.getDest(), *permutation), applyPermutation(op.getMixedOffsets(), inverse),
        applyPermutation(op.getMixedSizes(), inverse), applyPermutation(op.getMixedStrides(), inverse));
    rewriter.replaceOp(op, createTranspose(rewriter, loc, insert, *permutation));
    return success();
  }
};

struct SinkThroughSoftmax : public OpRewritePattern<linalg::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::SoftmaxOp op, PatternRewriter &rewriter) const override {
    if (!op->getNumResults())
      return failure();
    std::optional<Permutation> permutation = chooseTransposeToSink(op.getInput(), op->getResult(0));
    if (!permutation)
      return failure();
    Location loc = op.getLoc();
    Value input = undoTranspose(rewriter, loc, op.getInput(), *permutation);
    auto softmax = linalg::SoftmaxOp::create(rewriter, loc, TypeRange{input.getType()}, input,
                                             createEmpty(rewriter, loc, input.getType()),
                                             (*permutation)[op.getDimension()]);
    rewriter.replaceOp(op, createTranspose(rewriter, loc, softmax->getResult(0), *permutation));
    return success();
  }
};

/// The dimensions that are not reduced may come out in another order.
struct SinkThroughReduce : public OpRewritePattern<linalg::ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::ReduceOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.hasDynamicShape() || op.getInputs().size() != 1)
      return rewriter.notifyMatchFailure(op, "expected one static tensor");
    std::optional<Permutation> permutation = chooseTransposeToSink(op.getInputs()[0], op->getResult(0));
    if (!permutation)
      return failure();
    SmallVector<int64_t> reduced, kept;
    for (auto [dim, sourceDim] : llvm::enumerate(*permutation))
      (llvm::is_contained(op.getDimensions(), static_cast<int64_t>(dim)) ? reduced : kept).push_back(sourceDim);
    llvm::sort(reduced);
    // Result dimension r is source dimension kept[r], which comes out at its place among the sorted ones.
    SmallVector<int64_t> sortedKept(kept), order;
    llvm::sort(sortedKept);
    for (int64_t dim : kept)
      order.push_back(llvm::find(sortedKept, dim) - sortedKept.begin());

    Location loc = op.getLoc();
    Value input = undoTranspose(rewriter, loc, op.getInputs()[0], *permutation);
    Value init = createTranspose(rewriter, loc, op.getInits()[0], invertPermutationVector(order));
    auto reduce = linalg::ReduceOp::create(rewriter, loc, TypeRange{init.getType()}, input, init,
                                           rewriter.getDenseI64ArrayAttr(reduced));
    rewriter.inlineRegionBefore(op.getCombiner(), reduce.getCombiner(), reduce.getCombiner().end());
    rewriter.replaceOp(op, createTranspose(rewriter, loc, reduce->getResult(0), order));
    return success();
  }
};

} // namespace

void nibble::populateSinkThroughStructuralPatterns(RewritePatternSet &patterns) {
  patterns.add<SinkThroughConcat, SinkThroughExtractSlice, SinkThroughInsertSlice, SinkThroughPad, SinkThroughReduce,
               SinkThroughSoftmax>(patterns.getContext());
}
