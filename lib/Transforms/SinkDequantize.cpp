//===- SinkDequantize.cpp - ops that keep the scale run on codes ------------------------------------===//

#include "QuantizedTensor.h"
#include "StorageForms.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_SINKDEQUANTIZEPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// op(dequantize(codes)) -> dequantize(op(codes)), for operands with the same parameters.
struct SinkBelowSameScaleOp : public RewritePattern {
  SinkBelowSameScaleOp(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    SmallVector<OpOperand *> operands = getStorageOperands(op);
    if (operands.empty())
      return rewriter.notifyMatchFailure(op, "has no form on codes");
    SmallVector<QuantizedTensor> inputs;
    for (OpOperand *operand : operands) {
      std::optional<QuantizedTensor> input = matchDequantized(operand->get());
      if (!input || !input->scheme.isPerTensor() || (!inputs.empty() && !input->hasParamsOf(inputs.front())))
        return rewriter.notifyMatchFailure(op, "operands are not codes with one scale");
      inputs.push_back(std::move(*input));
    }
    const QuantizedTensor &params = inputs.front();
    SmallVector<Value> codes = llvm::map_to_vector(inputs, [](const QuantizedTensor &input) { return input.codes; });
    Operation *onCodes = cloneOnCodes(rewriter, op, codes, params.scheme, params.zeroPoint);
    // One scale for the whole tensor, whatever its rank now is.
    SchemeAttr scheme = params.scheme.withBlock({});
    SmallVector<Value> results;
    for (auto [result, code] : llvm::zip_equal(op->getResults(), onCodes->getResults())) {
      auto [scale, zeroPoint] = createParams(rewriter, op->getLoc(), scheme, {}, params.scales, params.zeroPoint);
      results.push_back(
          DequantizeOp::create(rewriter, op->getLoc(), result.getType(), code, scale, zeroPoint, scheme));
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// quantize(dequantize(codes)) with the same parameters is codes.
struct FoldQuantizeOfDequantize : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    std::optional<QuantizedTensor> from = matchDequantized(op.getInput()), to = matchQuantize(op);
    if (!from || !to || !from->hasParamsOf(*to))
      return rewriter.notifyMatchFailure(op, "the input is not dequantized from the same parameters");
    rewriter.replaceOp(op, from->codes);
    return success();
  }
};

struct SinkDequantizePass : public WithModels<nibble::impl::SinkDequantizePassBase<SinkDequantizePass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkBelowSameScaleOp, FoldQuantizeOfDequantize>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
