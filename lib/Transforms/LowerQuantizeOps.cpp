//===- LowerQuantizeOps.cpp - quantize, dequantize and requantize as elementwise ops ----------------===//

#include "ElementwiseBuilder.h"
#include "LowerChooseParams.h"
#include "LowerCodes.h"
#include "ScalarCodes.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/Passes.h"
#include "nibble/Transforms/Patterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_LOWERQUANTIZEOPSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

struct LowerQuantize : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    SchemeAttr scheme = op.getScheme();
    if (!hasScalarCodes(scheme))
      return rewriter.notifyMatchFailure(op, "codes are not elements");
    ElementwiseBuilder builder(rewriter, op);
    builder.addElements(op.getInput());
    builder.addParam(op.getScale(), scheme);
    builder.addParam(op.getZeroPoint(), scheme);
    builder.replace([&](OpBuilder &body, Location loc, Value element, ArrayRef<Value> params) {
      Value real = convertScalarToDtype(body, loc, element, body.getF32Type(), /*isUnsignedCast=*/false);
      Value quotient = arith::DivFOp::create(body, loc, real, params[0]);
      return createCode(body, loc, createZeroForNaN(body, loc, quotient), scheme, params[1]);
    });
    return success();
  }
};

struct LowerDequantize : public OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DequantizeOp op, PatternRewriter &rewriter) const override {
    SchemeAttr scheme = op.getScheme();
    if (!hasScalarCodes(scheme))
      return rewriter.notifyMatchFailure(op, "codes are not elements");
    ElementwiseBuilder builder(rewriter, op);
    builder.addElements(op.getInput());
    builder.addParam(op.getScale(), scheme);
    builder.addParam(op.getZeroPoint(), scheme);
    Type element = getElementTypeOrSelf(op.getType());
    builder.replace([&](OpBuilder &body, Location loc, Value code, ArrayRef<Value> params) {
      Value value = arith::MulFOp::create(body, loc, createUnscaled(body, loc, code, scheme, params[1]), params[0]);
      return convertScalarToDtype(body, loc, value, element, /*isUnsignedCast=*/false);
    });
    return success();
  }
};

/// Element `index` of multiplier and shift.
Value createPart(OpBuilder &builder, RequantizeOp op, int64_t index) {
  auto type = RankedTensorType::get({}, builder.getI32Type());
  if (DenseElementsAttr constant = getDenseElements(op.getMultiplier()))
    return arith::ConstantOp::create(builder, op.getLoc(),
                                     DenseElementsAttr::get(type, constant.getValues<int32_t>()[index]));
  OpFoldResult offset = builder.getIndexAttr(index), one = builder.getIndexAttr(1);
  return tensor::ExtractSliceOp::create(builder, op.getLoc(), type, op.getMultiplier(), ArrayRef(offset), ArrayRef(one),
                                        ArrayRef(one));
}

struct LowerRequantize : public OpRewritePattern<RequantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RequantizeOp op, PatternRewriter &rewriter) const override {
    SchemeAttr from = op.getInputScheme(), to = op.getResultScheme();
    if (!hasScalarCodes(from) || !hasScalarCodes(to))
      return rewriter.notifyMatchFailure(op, "codes are not elements");
    ElementwiseBuilder builder(rewriter, op);
    builder.addElements(op.getInput());
    builder.addParam(op.getInputZeroPoint(), from);
    builder.addParam(op.getResultZeroPoint(), to);
    if (to.hasFixedPointRounding()) {
      builder.addParam(createPart(rewriter, op, 0), from);
      builder.addParam(createPart(rewriter, op, 1), from);
      builder.replace([&](OpBuilder &body, Location loc, Value code, ArrayRef<Value> params) {
        return createFixedPointCode(body, loc, code, from, params[0], params[2], params[3], to, params[1]);
      });
      return success();
    }
    builder.addParam(op.getMultiplier(), from);
    builder.replace([&](OpBuilder &body, Location loc, Value code, ArrayRef<Value> params) {
      Value scaled =
          arith::MulFOp::create(body, loc, createUnscaled(body, loc, code, from, params[0]), params[2]);
      return createCode(body, loc, scaled, to, params[1]);
    });
    return success();
  }
};

struct LowerQuantizeOpsPass : public WithModels<nibble::impl::LowerQuantizeOpsPassBase<LowerQuantizeOpsPass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateLowerQuantizeOpsPatterns(patterns);
    populateDecodeFiltersPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void nibble::populateLowerQuantizeOpsPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerDequantize, LowerQuantize, LowerRequantize>(patterns.getContext());
  populateLowerChooseParamsPatterns(patterns);
  populateLowerCodesPatterns(patterns);
}
