//===- FuseElementwise.cpp - elementwise ops that follow each other in one loop ---------------------===//

#include "Lookup.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_FUSEELEMENTWISEPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Operations that cost no more, done once more, than writing and reading what they are done on: those of dequantize.
constexpr int64_t maxRepeatedOps = 4;

/// Whether nothing but loops over elements reads the value, by way of reshapes at most.
bool isReadByLoops(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(user))
      return isReadByLoops(user->getResult(0));
    return isa<linalg::GenericOp, linalg::ReduceOp>(user) && !isLookup(user);
  });
}

/// Whether each reader had better compute the producer's elements for itself: they are few operations on narrower ones.
bool isRepeated(Operation *producer) {
  auto generic = dyn_cast<linalg::GenericOp>(producer);
  if (!generic || generic.getNumDpsInputs() != 1 || generic->getNumResults() != 1 || generic.getNumReductionLoops())
    return false;
  auto getWidth = [](Value value) { return getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth(); };
  auto isCheap = [](Operation &op) {
    return isa_and_nonnull<arith::ArithDialect>(op.getDialect()) && !isa<arith::DivFOp, arith::DivSIOp, arith::DivUIOp>(op);
  };
  auto body = generic.getBody()->without_terminator();
  return llvm::range_size(body) <= maxRepeatedOps && llvm::all_of(body, isCheap) &&
         getWidth(generic.getDpsInputOperand(0)->get()) < getWidth(generic->getResult(0)) &&
         isReadByLoops(generic->getResult(0));
}

/// A producer with one user goes into its loop, a dequantization into the loops of all users. A lookup stays alone: it is faster by whole
/// vectors of codes than element by element, and would keep what it is fused with from being vectorised.
bool isFused(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  return producer && (producer->hasOneUse() || isRepeated(producer)) && !isLookup(producer) && !isLookup(operand->getOwner());
}

struct FuseElementwisePass : public WithModels<nibble::impl::FuseElementwisePassBase<FuseElementwisePass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populate(patterns);
    FrozenRewritePatternSet frozen(std::move(patterns));
    DominanceInfo dominance(getOperation());
    IRRewriter rewriter(&getContext());
    // Reshapes that several readers have of one value are one again, so that its producer has one user.
    for (bool isChanged = true; isChanged;) {
      if (failed(applyPatternsGreedily(getOperation(), frozen, GreedyRewriteConfig().setUseTopDownTraversal())))
        return signalPassFailure();
      eliminateCommonSubExpressions(rewriter, dominance, getOperation(), &isChanged);
    }
  }

private:
  static void populate(RewritePatternSet &patterns) {
    MLIRContext *context = patterns.getContext();
    linalg::populateElementwiseOpsFusionPatterns(patterns, isFused);
    // Reshapes between two ops move out of the way.
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, isFused);
    tensor::populateBubbleUpExpandShapePatterns(patterns);
    linalg::populateConstantFoldLinalgOperations(patterns, isFused);
    affine::AffineApplyOp::getCanonicalizationPatterns(patterns, context);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, context);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
    context->getLoadedDialect<linalg::LinalgDialect>()->getCanonicalizationPatterns(patterns);
  }
};

} // namespace
