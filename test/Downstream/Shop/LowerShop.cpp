//===- LowerShop.cpp - the shop's own lowering ----------------------------------------------------===//

#include "Shop.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace shop;

namespace {

Value createEmpty(PatternRewriter &rewriter, Location loc, Type type) {
  auto tensorType = cast<RankedTensorType>(type);
  return tensor::EmptyOp::create(rewriter, loc, tensorType.getShape(), tensorType.getElementType());
}

/// A matrix product that starts from the fees, or from zero.
struct LowerPrice : public OpRewritePattern<PriceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PriceOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value start = createEmpty(rewriter, loc, op.getType());
    if (Value fees = op.getFees()) {
      start = linalg::BroadcastOp::create(rewriter, loc, fees, start, ArrayRef<int64_t>{0})->getResult(0);
    } else {
      Value zero = arith::ConstantOp::create(rewriter, loc, rewriter.getF32FloatAttr(0));
      start = linalg::FillOp::create(rewriter, loc, zero, start).getResult(0);
    }
    rewriter.replaceOpWithNewOp<linalg::MatmulOp>(op, op.getType(), ValueRange{op.getBaskets(), op.getPrices()}, start);
    return success();
  }
};

struct LowerTurn : public OpRewritePattern<TurnOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TurnOp op, PatternRewriter &rewriter) const override {
    Value init = createEmpty(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOpWithNewOp<linalg::TransposeOp>(op, op.getInput(), init, ArrayRef<int64_t>{1, 0});
    return success();
  }
};

struct LowerShopPass : public PassWrapper<LowerShopPass, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerShopPass)

  StringRef getArgument() const override { return "shop-lower"; }
  StringRef getDescription() const override { return "turn the ops of the shop into those of linalg"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, linalg::LinalgDialect, tensor::TensorDialect>();
  }

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LowerPrice, LowerTurn>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void shop::registerShopPasses() { PassRegistration<LowerShopPass>(); }
