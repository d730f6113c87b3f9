//===- RaiseQuantizedIdioms.cpp - quantized programs of other importers -------------------------------===//
//
// Elementwise dequantization is in RaiseQuantizedIdiomsDequantize.cpp; convolutions are rows of the table of RaiseConvolutions.cpp.
//
//===--------------------------------------------------------------------------------------------------===//

#include "RaiseQuantizedIdioms.h"
#include "Layout.h"
#include "RaiseContractions.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_RAISEQUANTIZEDIDIOMSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

SignedCodes::SignedCodes(Value codes, Value zeroPointOperand) {
  Type element = getElementTypeOrSelf(codes);
  bool isZero = matchPattern(zeroPointOperand, m_Zero());
  zeroPoint = isZero ? Value() : zeroPointOperand;
  scheme = SchemeAttr::get(element.getContext(), "s" + std::to_string(element.getIntOrFloatBitWidth()),
                           /*narrowRange=*/false, {}, {Float32Type::get(element.getContext())},
                           isZero ? ZeroPointKind::None : ZeroPointKind::Integer, RoundingMode::HalfToEven);
}

bool nibble::isSumOfCodes(Operation *op) {
  auto isCode = [](Value value) {
    Type element = getElementTypeOrSelf(value);
    return element.isInteger(8) || element.isInteger(16);
  };
  return isCode(op->getOperand(0)) && isCode(op->getOperand(1)) && getElementTypeOrSelf(op->getResult(0)).isInteger(32);
}

namespace {

/// linalg.quantized_matmul and quantized_batch_matmul: A, B, zero point of A, zero point of B.
template <typename MatmulOp>
struct RaiseQuantizedMatmul : public OpRewritePattern<MatmulOp> {
  using OpRewritePattern<MatmulOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.hasDynamicShape() || !isSumOfCodes(op) || op.hasUserDefinedMaps())
      return rewriter.notifyMatchFailure(op, "expected a product of codes in static tensors");
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    FailureOr<Value> bias = matchContractionStart(op.getDpsInits()[0], type.getRank() - 1);
    if (failed(bias))
      return rewriter.notifyMatchFailure(op, "expected the sum to start from zero or from a bias");
    SignedCodes input(op->getOperand(0), op->getOperand(2)), filter(op->getOperand(1), op->getOperand(3));
    rewriter.replaceOpWithNewOp<ContractOp>(op, type, op->getOperand(0), op->getOperand(1), *bias, input.zeroPoint,
                                            filter.zeroPoint, /*filterScales=*/ValueRange(), /*filterZeroPoints=*/Value(),
                                            ValueRange(), createEmpty(rewriter, op.getLoc(), type), input.scheme, filter.scheme, DenseI64ArrayAttr(),
                                            /*transposeFilter=*/UnitAttr());
    return success();
  }
};

struct RaiseDequantize : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    StringRef obstacle;
    return raiseDequantize(rewriter, op, obstacle);
  }
};

/// Merges the number of a group and the place in it: dequantize of [N, G, B] with a scale for each [n, g], collapsed to [N, K],
/// becomes dequantize of [N, K] in groups of B.
struct CollapseGroups : public OpRewritePattern<tensor::CollapseShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::CollapseShapeOp op, PatternRewriter &rewriter) const override {
    auto dequantize = op.getSrc().getDefiningOp<DequantizeOp>();
    if (!dequantize || !dequantize->hasOneUse() || !op.getSrcType().hasStaticShape())
      return failure();
    SchemeAttr scheme = dequantize.getScheme();
    std::optional<SmallVector<int64_t>> block = mergeBlocks(op, scheme.getBlock());
    if (!block || scheme.getNumBits() < 8)
      return rewriter.notifyMatchFailure(op, "expected groups in the last of the merged dimensions");
    auto merged = SchemeAttr::get(op.getContext(), scheme.getCodec(), scheme.getNarrowRange(), *block, scheme.getScale(),
                                  scheme.getZeroPoint(), scheme.getRounding());
    SmallVector<int64_t> shape = merged.getScaleShape(op.getResultType().getShape());
    Location loc = op.getLoc();
    Value codes = createReshape(rewriter, loc, dequantize.getInput(), op.getResultType().getShape());
    Value scale = createReshape(rewriter, loc, dequantize.getScale(), shape), zeroPoint = dequantize.getZeroPoint();
    if (zeroPoint)
      zeroPoint = createReshape(rewriter, loc, zeroPoint, shape);
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, op.getType(), codes, scale, zeroPoint, merged);
    return success();
  }

private:
  /// The block sizes behind the collapse; nothing when merged dimensions are not groups.
  static std::optional<SmallVector<int64_t>> mergeBlocks(tensor::CollapseShapeOp op, ArrayRef<int64_t> block) {
    SmallVector<int64_t> merged;
    if (block.empty())
      return merged;
    for (const ReassociationIndices &group : op.getReassociationIndices()) {
      if (group.size() == 1)
        merged.push_back(block[group[0]]);
      else if (group.size() == 2 && block[group[0]] == 1 && block[group[1]] == 0)
        merged.push_back(op.getSrcType().getDimSize(group[1]));
      else
        return std::nullopt;
    }
    return merged;
  }
};

struct RaiseQuantizedIdiomsPass : public WithModels<nibble::impl::RaiseQuantizedIdiomsPassBase<RaiseQuantizedIdiomsPass>> {
  void runOnOperation() override {
    unsigned numBefore = countRaised();
    RewritePatternSet patterns(&getContext());
    patterns.add<CollapseGroups, RaiseDequantize, RaiseQuantizedMatmul<linalg::QuantizedBatchMatmulOp>,
                 RaiseQuantizedMatmul<linalg::QuantizedMatmulOp>>(&getContext());
    populateRaiseQuantizedConvolutionPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    numRaised += countRaised() - numBefore;
    remarkLeft();
  }

private:
  unsigned countRaised() {
    unsigned count = 0;
    getOperation().walk([&](Operation *op) { count += isa<ContractOp, ConvOp, DequantizeOp>(op); });
    return count;
  }

  void remarkLeft() {
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) { ops.push_back(op); });
    for (linalg::GenericOp op : ops) {
      PatternRewriter rewriter(&getContext());
      StringRef obstacle;
      if (failed(raiseDequantize(rewriter, op, obstacle)) && !obstacle.empty())
        remark::missed(op.getLoc(), remark::RemarkOpts::name("idiom").category("nibble-import"))
            << "a dequantization is left" << remark::reason("{0}", obstacle);
    }
  }
};

} // namespace
