//===- PropagateLayoutCodes.cpp - transposes through quantize and dequantize ------------------------===//
//
// Models that come quantized have these ops where other models have nothing. Activations pass their transposes on; weights are
// moved while they are codes, so that they stay dequantized constants.
//
//===-----------------------------------------------------------------------------------------------===//

#include "Layout.h"
#include "PropagateLayout.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

namespace {

/// Scheme and parameters of a tensor whose elements were moved.
struct MovedParams {
  SchemeAttr scheme;
  Value scale, zeroPoint;
};

/// Whether each code is an element of the tensor of codes.
template <typename Op>
bool hasElementForEachCode(Op op) {
  return cast<ShapedType>(op.getInput().getType()).getShape() == cast<ShapedType>(op.getType()).getShape();
}

template <typename Op>
MovedParams transposeParams(OpBuilder &builder, Op op, ArrayRef<int64_t> permutation) {
  SchemeAttr scheme = op.getScheme();
  if (scheme.isPerTensor())
    return {scheme.withBlock({}), createReshape(builder, op.getLoc(), op.getScale(), {}),
            op.getZeroPoint() ? createReshape(builder, op.getLoc(), op.getZeroPoint(), {}) : Value()};
  Value scale = createTranspose(builder, op.getLoc(), op.getScale(), permutation), zeroPoint = op.getZeroPoint();
  if (zeroPoint)
    zeroPoint = createTranspose(builder, op.getLoc(), zeroPoint, permutation);
  return {scheme.withBlock(applyPermutation(scheme.getBlock(), permutation)), scale, zeroPoint};
}

/// QuantizeOp or DequantizeOp.
template <typename Op>
struct SinkThroughConversion : public OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    std::optional<Permutation> permutation = chooseTransposeToSink(op.getInput(), op.getResult());
    if (!permutation || !hasElementForEachCode(op))
      return failure();
    Permutation inverse = invertPermutationVector(*permutation);
    Location loc = op.getLoc();
    Value input = undoTranspose(rewriter, loc, op.getInput(), *permutation);
    MovedParams params = transposeParams(rewriter, op, inverse);
    auto type = permuteType(cast<RankedTensorType>(op.getType()), inverse);
    Value result = Op::create(rewriter, loc, type, input, params.scale, params.zeroPoint, params.scheme);
    rewriter.replaceOp(op, createTranspose(rewriter, loc, result, *permutation));
    return success();
  }
};

/// The dequantize of constant codes that makes `value`.
DequantizeOp getDequantizedWeight(Value value) {
  auto op = value.getDefiningOp<DequantizeOp>();
  return op && isConstantLike(op.getInput()) && hasElementForEachCode(op) ? op : nullptr;
}

/// transpose(dequantize(codes)) -> dequantize(transpose(codes))
struct TransposeWeightCodes : public OpRewritePattern<linalg::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::TransposeOp op, PatternRewriter &rewriter) const override {
    DequantizeOp weight = getDequantizedWeight(op.getInput());
    if (!weight || !op->getNumResults())
      return failure();
    MovedParams params = transposeParams(rewriter, weight, op.getPermutation());
    Value codes = createTranspose(rewriter, op.getLoc(), weight.getInput(), op.getPermutation());
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, op->getResult(0).getType(), codes, params.scale, params.zeroPoint,
                                              params.scheme);
    return success();
  }
};

/// Where a vector of neighbouring dimensions, split into single elements, is found again in another shape: the same vector of
/// elements, `innerSize` apart, possibly of other dimensions. Dimensions of size 1 belong to no vector.
std::optional<SmallVector<int64_t>> reshapeBlock(ArrayRef<int64_t> from, ArrayRef<int64_t> block, ArrayRef<int64_t> to) {
  auto rank = static_cast<int64_t>(from.size());
  int64_t last = rank, first = rank, innerSize = 1, length = 1;
  for (int64_t dim = rank - 1; dim >= 0; --dim) {
    if (from[dim] == 1)
      continue;
    if (block[dim] > 1 || (block[dim] == 1 && first != rank && first != dim + 1))
      return std::nullopt;
    if (block[dim] == 1) {
      last = std::min(last, dim);
      first = dim;
      length *= from[dim];
    } else if (first == rank) {
      innerSize *= from[dim];
    }
  }
  SmallVector<int64_t> moved(to.size(), 0);
  int64_t inner = 1, found = 1;
  for (auto dim = static_cast<int64_t>(to.size()) - 1; dim >= 0 && found < length; --dim) {
    if (inner < innerSize) {
      inner *= to[dim];
      continue;
    }
    moved[dim] = to[dim] == 1 ? 0 : 1;
    found *= to[dim];
  }
  return inner == innerSize && found == length ? std::optional(moved) : std::nullopt;
}

/// reshape(dequantize(codes)) -> dequantize(reshape(codes)), for tensor.expand_shape and tensor.collapse_shape.
template <typename Op>
struct ReshapeWeightCodes : public OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    DequantizeOp weight = getDequantizedWeight(op.getSrc());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    if (!weight || !type.hasStaticShape())
      return failure();
    SchemeAttr scheme = weight.getScheme();
    SmallVector<int64_t> block;
    if (!scheme.isPerTensor()) {
      auto moved = reshapeBlock(op.getSrcType().getShape(), scheme.getBlock(), type.getShape());
      if (!moved)
        return rewriter.notifyMatchFailure(op, "the blocks are none of the new shape");
      block = *moved;
    }
    Location loc = op.getLoc();
    SchemeAttr movedScheme = scheme.withBlock(block);
    SmallVector<int64_t> paramShape = movedScheme.getScaleShape(type.getShape());
    Value zeroPoint = weight.getZeroPoint();
    if (zeroPoint)
      zeroPoint = createReshape(rewriter, loc, zeroPoint, paramShape);
    Value codes = createReshape(rewriter, loc, weight.getInput(), type.getShape());
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, type, codes, createReshape(rewriter, loc, weight.getScale(), paramShape),
                                              zeroPoint, movedScheme);
    return success();
  }
};

} // namespace

void nibble::populateSinkThroughConversionPatterns(RewritePatternSet &patterns) {
  patterns.add<ReshapeWeightCodes<tensor::CollapseShapeOp>, ReshapeWeightCodes<tensor::ExpandShapeOp>,
               SinkThroughConversion<DequantizeOp>, SinkThroughConversion<QuantizeOp>, TransposeWeightCodes>(
      patterns.getContext());
}
