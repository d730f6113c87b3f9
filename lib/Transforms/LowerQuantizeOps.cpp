//===- LowerQuantizeOps.cpp - quantize, dequantize and requantize as elementwise ops ----------------===//

#include "LowerChooseParams.h"
#include "ScalarCodes.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "nibble/Transforms/Patterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_LOWERQUANTIZEOPSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Which parameter belongs to an element: the number of its block.
AffineMap getParamMap(SchemeAttr scheme, int64_t rank, MLIRContext *context) {
  SmallVector<AffineExpr> blocks;
  for (auto [dim, size] : llvm::enumerate(scheme.getBlock()))
    blocks.push_back(size == 0 ? getAffineConstantExpr(0, context) : getAffineDimExpr(dim, context).floorDiv(size));
  return AffineMap::get(rank, 0, blocks, context);
}

/// Builds one elementwise op over a tensor and its parameters.
class ElementwiseBuilder {
public:
  ElementwiseBuilder(PatternRewriter &rewriter, Operation *op, Value input)
      : rewriter(rewriter), op(op), rank(cast<RankedTensorType>(input.getType()).getRank()) {
    addInput(input, rewriter.getMultiDimIdentityMap(rank));
  }

  /// Adds a tensor of parameters; null stays null. A constant that is the same for all blocks needs no operand.
  void addParam(Value param, SchemeAttr scheme) {
    DenseElementsAttr constant;
    bool isSplat = param && matchPattern(param, m_Constant(&constant)) && constant.isSplat();
    if (isSplat)
      params.push_back(arith::ConstantOp::create(rewriter, op->getLoc(), cast<TypedAttr>(constant.getSplatValue<Attribute>())));
    else
      params.push_back(Value());
    if (param && !isSplat)
      addInput(param, getParamMap(scheme, rank, op->getContext()));
    isOperand.push_back(param && !isSplat);
  }

  /// Replaces the op. `body` gets the element and the parameters in the order in which they were added.
  void replace(function_ref<Value(OpBuilder &, Location, Value, ArrayRef<Value>)> body) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, op->getLoc(), inputs.front());
    Value init = tensor::EmptyOp::create(rewriter, op->getLoc(), sizes, type.getElementType());
    maps.push_back(rewriter.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        rewriter, op->getLoc(), type, inputs, init, maps, iterators,
        [&](OpBuilder &builder, Location loc, ValueRange arguments) {
          SmallVector<Value> scalars(params);
          unsigned next = 1;
          for (auto [scalar, hasOperand] : llvm::zip_equal(scalars, isOperand))
            if (hasOperand)
              scalar = arguments[next++];
          linalg::YieldOp::create(builder, loc, body(builder, loc, arguments.front(), scalars));
        });
    rewriter.replaceOp(op, generic);
  }

private:
  void addInput(Value value, AffineMap map) {
    inputs.push_back(value);
    maps.push_back(map);
  }

  PatternRewriter &rewriter;
  Operation *op;
  int64_t rank;
  SmallVector<Value> inputs, params;
  SmallVector<bool> isOperand;
  SmallVector<AffineMap> maps;
};

struct LowerQuantize : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    SchemeAttr scheme = op.getScheme();
    if (!hasScalarCodes(scheme))
      return rewriter.notifyMatchFailure(op, "codes are not elements");
    ElementwiseBuilder builder(rewriter, op, op.getInput());
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
    ElementwiseBuilder builder(rewriter, op, op.getInput());
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

struct LowerRequantize : public OpRewritePattern<RequantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RequantizeOp op, PatternRewriter &rewriter) const override {
    SchemeAttr from = op.getInputScheme(), to = op.getResultScheme();
    if (!hasScalarCodes(from) || !hasScalarCodes(to))
      return rewriter.notifyMatchFailure(op, "codes are not elements");
    ElementwiseBuilder builder(rewriter, op, op.getInput());
    builder.addParam(op.getMultiplier(), from);
    builder.addParam(op.getInputZeroPoint(), from);
    builder.addParam(op.getResultZeroPoint(), to);
    builder.replace([&](OpBuilder &body, Location loc, Value code, ArrayRef<Value> params) {
      Value scaled =
          arith::MulFOp::create(body, loc, createUnscaled(body, loc, code, from, params[1]), params[0]);
      return createCode(body, loc, scaled, to, params[2]);
    });
    return success();
  }
};

struct LowerQuantizeOpsPass : public WithModels<nibble::impl::LowerQuantizeOpsPassBase<LowerQuantizeOpsPass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateLowerQuantizeOpsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void nibble::populateLowerQuantizeOpsPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerDequantize, LowerQuantize, LowerRequantize>(patterns.getContext());
  populateLowerChooseParamsPatterns(patterns);
}
