//===- PropagateLayout.cpp - transposes meet and cancel ---------------------------------------------===//

#include "PropagateLayout.h"
#include "Layout.h"
#include "RaiseContractions.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_PROPAGATELAYOUTPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

std::optional<Permutation> nibble::getTranspose(Value value) {
  auto transpose = value.getDefiningOp<linalg::TransposeOp>();
  if (!transpose || !transpose->getNumResults() || isConstantLike(value) ||
      !cast<ShapedType>(value.getType()).hasStaticShape())
    return std::nullopt;
  return Permutation(transpose.getPermutation());
}

bool nibble::isUndoneByAllUsers(Value value, ArrayRef<int64_t> permutation) {
  return !value.use_empty() && llvm::all_of(value.getUsers(), [&](Operation *user) {
    auto transpose = dyn_cast<linalg::TransposeOp>(user);
    return transpose && transpose.getPermutation() == ArrayRef(invertPermutationVector(permutation));
  });
}

std::optional<Permutation> nibble::chooseTransposeToSink(ArrayRef<Value> operands, Value result) {
  // The permutation of the largest transposed operand is the candidate.
  std::optional<Permutation> candidate;
  int64_t largest = -1;
  for (Value operand : operands) {
    std::optional<Permutation> permutation = getTranspose(operand);
    int64_t size = permutation ? cast<ShapedType>(operand.getType()).getNumElements() : -1;
    if (size <= largest)
      continue;
    candidate = permutation;
    largest = size;
  }
  if (!candidate)
    return std::nullopt;
  int64_t numSaved = 0, numAdded = 0;
  for (Value operand : operands) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || isConstantLike(operand) || operand.getDefiningOp<tensor::EmptyOp>())
      continue;
    if (!type.hasStaticShape())
      return std::nullopt;
    (getTranspose(operand) == candidate ? numSaved : numAdded) += type.getNumElements();
  }
  if (numSaved > numAdded || (numSaved == numAdded && isUndoneByAllUsers(result, *candidate)))
    return candidate;
  return std::nullopt;
}

Value nibble::undoTranspose(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> permutation) {
  auto transpose = value.getDefiningOp<linalg::TransposeOp>();
  if (transpose && transpose.getPermutation() == permutation)
    return transpose.getInput();
  return createTranspose(builder, loc, value, invertPermutationVector(permutation));
}

namespace {

/// transpose(transpose(x)) is one transpose or none.
struct ComposeTransposes : public OpRewritePattern<linalg::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::TransposeOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<linalg::TransposeOp>();
    if (!inner || !op->getNumResults() || !cast<ShapedType>(op.getInput().getType()).hasStaticShape())
      return failure();
    SmallVector<int64_t> permutation = applyPermutation(inner.getPermutation(), op.getPermutation());
    rewriter.replaceOp(op, createTranspose(rewriter, op.getLoc(), inner.getInput(), permutation));
    return success();
  }
};

/// A transpose that moves nothing but dimensions of size 1 is a reshape. Applied when all others have settled, because
/// transposes of [N, C, 1, 1] travel better as such.
struct ReshapeUnitTranspose : public OpRewritePattern<linalg::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::TransposeOp op, PatternRewriter &rewriter) const override {
    auto type = cast<ShapedType>(op.getInput().getType());
    if (!op->getNumResults() || !type.hasStaticShape())
      return failure();
    SmallVector<int64_t> moved = llvm::filter_to_vector(
        op.getPermutation(), [&](int64_t dim) { return type.getDimSize(dim) != 1; });
    if (!llvm::is_sorted(moved))
      return failure();
    ArrayRef<int64_t> shape = cast<ShapedType>(op->getResult(0).getType()).getShape();
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), op.getInput(), shape));
    return success();
  }
};

void populateReshapeCleanups(RewritePatternSet &patterns) {
  tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, patterns.getContext());
  tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, patterns.getContext());
}

struct PropagateLayoutPass : public WithModels<nibble::impl::PropagateLayoutPassBase<PropagateLayoutPass>> {
  void runOnOperation() override {
    RewritePatternSet sink(&getContext());
    populateReshapeCleanups(sink);
    populateRaiseConvolutionPatterns(sink); // padding that a transpose kept away from its convolution
    populateSinkThroughConversionPatterns(sink);
    populateSinkThroughGenericPatterns(sink);
    populateSinkThroughReshapePatterns(sink);
    populateSinkThroughStructuralPatterns(sink);
    sink.add<ComposeTransposes>(&getContext());
    RewritePatternSet settle(&getContext());
    populateReshapeCleanups(settle);
    settle.add<ComposeTransposes, ReshapeUnitTranspose>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(sink))) ||
        failed(applyPatternsGreedily(getOperation(), std::move(settle)))) {
      getOperation().emitError("the transposes of this function did not come to rest");
      signalPassFailure();
    }
  }
};

} // namespace
