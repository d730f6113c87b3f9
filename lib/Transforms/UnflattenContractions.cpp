//===- UnflattenContractions.cpp - matrix products over the dimensions of their readers --------------===//

#include "Layout.h"
#include "nibble/Analysis/FusionGroups.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_UNFLATTENCONTRACTIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Two batch dimensions are what kernels walk.
constexpr int64_t maxRank = 4;

/// `value` with its leading dimensions split as in `shape`, whose last `numKept` sizes its own take the place of.
Value splitLeading(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape, int64_t numKept) {
  SmallVector<int64_t> split(shape.drop_back(numKept));
  llvm::append_range(split, cast<RankedTensorType>(value.getType()).getShape().take_back(numKept));
  return createReshape(builder, loc, value, split);
}

struct UnflattenContraction : public OpRewritePattern<tensor::ExpandShapeOp> {
  UnflattenContraction(MLIRContext *context, llvm::function_ref<void()> count) : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(tensor::ExpandShapeOp op, PatternRewriter &rewriter) const override {
    auto contract = op.getSrc().getDefiningOp<ContractOp>();
    if (!contract || !contract->hasOneUse() || !contract.getEpilogue().empty() || contract.getPackedFilterShape() ||
        !getElementTypeOrSelf(contract.getInput()).isF32() || !op.getResultType().hasStaticShape())
      return rewriter.notifyMatchFailure(op, "expected the only reader of a float product");
    if (op.getResultType().getRank() > maxRank || llvm::none_of(op->getUsers(), isElementwise))
      return rewriter.notifyMatchFailure(op, "expected an elementwise reader and a rank that kernels have");
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    bool hasFilterForAll = contract.getFilterType().getRank() == 2;
    if (groups.back().size() != 1 || (!hasFilterForAll && groups[groups.size() - 2].size() != 1))
      return rewriter.notifyMatchFailure(op, "expected channels, and rows that share a filter with others only, to stay whole");

    Location loc = contract.getLoc();
    RankedTensorType type = op.getResultType();
    Value input = splitLeading(rewriter, loc, contract.getInput(), type.getShape(), 1), filter = contract.getFilter();
    if (!hasFilterForAll)
      filter = splitLeading(rewriter, loc, filter, type.getShape(), 2);
    Value init = createEmpty(rewriter, loc, type);
    auto unflattened = cast<ContractOp>(rewriter.clone(*contract));
    unflattened.getInputMutable().assign(input);
    unflattened.getFilterMutable().assign(filter);
    unflattened.getInitMutable().assign(init);
    unflattened->getResult(0).setType(type);
    rewriter.replaceOp(op, unflattened);
    count();
    return success();
  }

private:
  llvm::function_ref<void()> count;
};

struct UnflattenContractionsPass
    : public WithModels<nibble::impl::UnflattenContractionsPassBase<UnflattenContractionsPass>> {
  void runOnOperation() override {
    auto count = [&] { ++numUnflattened; };
    RewritePatternSet patterns(&getContext());
    patterns.add<UnflattenContraction>(&getContext(), count);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
