//===- LowerChooseParams.cpp - run-time parameters as a reduction and an elementwise op -------------===//
//
// The range of each block, or its largest magnitude where codes have no zero point, then scale and zero point of it with the
// arithmetic of Numerics/Integer.h.
//
//===------------------------------------------------------------------------------------------------===//

#include "LowerChooseParams.h"
#include "ScalarCodes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Utils/Utils.h"

using namespace mlir;
using namespace nibble;

namespace {

/// An input whose blocks are dimensions of their own: dimension 1 of [4, 10] in blocks of 4 becomes [4, 3, 4], the last block
/// filled up with zeros, which every range holds anyway.
struct Blocked {
  Value value;
  SmallVector<utils::IteratorType> iterators; // parallel: number of a block; reduction: place in it
};

Value createConstant(OpBuilder &builder, Location loc, float value) {
  return arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(value));
}

/// Fills dimensions up to whole blocks. The type is static where blocks have more than one element.
Value padToBlocks(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> block) {
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [extent, size] : llvm::zip(shape, block))
    if (size > 1)
      extent = llvm::alignTo(extent, size);
  if (shape == type.getShape())
    return input;
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type.getElementType()));
  SmallVector<OpFoldResult> low(type.getRank(), builder.getIndexAttr(0)), high;
  for (auto [extent, padded] : llvm::zip_equal(type.getShape(), shape))
    high.push_back(builder.getIndexAttr(ShapedType::isDynamic(extent) ? 0 : padded - extent));
  return tensor::PadOp::create(builder, loc, type.clone(shape), input, low, high, zero);
}

Blocked splitBlocks(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> block) {
  Blocked result{padToBlocks(builder, loc, input, block), {}};
  auto type = cast<RankedTensorType>(result.value.getType());
  SmallVector<int64_t> shape;
  SmallVector<ReassociationIndices> groups;
  for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
    int64_t size = block.empty() ? 0 : block[dim];
    ReassociationIndices &group = groups.emplace_back();
    auto add = [&](int64_t size, utils::IteratorType iterator) {
      group.push_back(shape.size());
      shape.push_back(size);
      result.iterators.push_back(iterator);
    };
    if (size != 0)
      add(size == 1 ? extent : extent / size, utils::IteratorType::parallel);
    if (size != 1)
      add(size == 0 ? extent : size, utils::IteratorType::reduction);
  }
  if (static_cast<int64_t>(shape.size()) != type.getRank())
    result.value = tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), result.value, groups);
  return result;
}

/// What `combine` makes of an element and the elements before it.
using Combine = function_ref<Value(OpBuilder &body, Location loc, Value element, Value before)>;

/// The elements of each block, and 0, combined.
Value createReduction(OpBuilder &builder, Location loc, const Blocked &input, Combine combine) {
  MLIRContext *context = builder.getContext();
  SmallVector<OpFoldResult> inputSizes = tensor::getMixedSizes(builder, loc, input.value), sizes;
  SmallVector<AffineExpr> blocks;
  for (auto [dim, iterator] : llvm::enumerate(input.iterators))
    if (iterator == utils::IteratorType::parallel) {
      sizes.push_back(inputSizes[dim]);
      blocks.push_back(getAffineDimExpr(dim, context));
    }
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, builder.getF32Type());
  Value start = linalg::FillOp::create(builder, loc, createConstant(builder, loc, 0), empty).getResult(0);
  unsigned rank = input.iterators.size();
  AffineMap maps[] = {builder.getMultiDimIdentityMap(rank), AffineMap::get(rank, 0, blocks, context)};
  return linalg::GenericOp::create(builder, loc, start.getType(), input.value, start, maps, input.iterators,
                                   [&](OpBuilder &body, Location loc, ValueRange arguments) {
                                     Value value = convertScalarToDtype(body, loc, arguments[0], body.getF32Type(), /*isUnsignedCast=*/false);
                                     linalg::YieldOp::create(body, loc, combine(body, loc, value, arguments[1]));
                                   })
      .getResult(0);
}

/// The largest magnitude of each block; NaN is none.
Value createMagnitude(OpBuilder &builder, Location loc, const Blocked &input) {
  return createReduction(builder, loc, input, [](OpBuilder &body, Location loc, Value element, Value before) -> Value {
    Value magnitude = math::AbsFOp::create(body, loc, element);
    return arith::MaxNumFOp::create(body, loc, magnitude, before);
  });
}

/// The end of each block's range that `predicate` prefers. NaN compares with nothing.
Value createEnd(OpBuilder &builder, Location loc, const Blocked &input, arith::CmpFPredicate predicate) {
  return createReduction(builder, loc, input, [&](OpBuilder &body, Location loc, Value element, Value before) -> Value {
    Value isBetter = arith::CmpFOp::create(body, loc, predicate, element, before);
    return arith::SelectOp::create(body, loc, isBetter, element, before);
  });
}

/// What parameters are made of: the largest magnitude, or both ends.
SmallVector<Value> createRange(OpBuilder &builder, Location loc, const Blocked &input, SchemeAttr scheme) {
  if (scheme.getZeroPoint() == ZeroPointKind::None)
    return {createMagnitude(builder, loc, input)};
  return {createEnd(builder, loc, input, arith::CmpFPredicate::OLT), createEnd(builder, loc, input, arith::CmpFPredicate::OGT)};
}

/// `numerics::makeScale`.
Value createScale(OpBuilder &builder, Location loc, Value range, int64_t numSteps) {
  auto selectIf = [&](arith::CmpFPredicate predicate, Value value, float bound, float replacement, Value otherwise) {
    Value is = arith::CmpFOp::create(builder, loc, predicate, value, createConstant(builder, loc, bound));
    return arith::SelectOp::create(builder, loc, is, createConstant(builder, loc, replacement), otherwise).getResult();
  };
  constexpr float smallest = 0x1p-126f, largest = 0x1.fffffep127f;
  Value steps = createConstant(builder, loc, static_cast<float>(numSteps));
  Value scale = arith::DivFOp::create(builder, loc, range, steps);
  Value limited = selectIf(arith::CmpFPredicate::OGT, scale, largest, largest, scale);
  limited = selectIf(arith::CmpFPredicate::OLT, scale, smallest, smallest, limited);
  return selectIf(arith::CmpFPredicate::OEQ, range, 0, 1, limited);
}

/// `numerics::chooseSymmetric` or `chooseAffine`: one result, or two.
SmallVector<Value> createParameters(OpBuilder &builder, Location loc, ValueRange ends, SchemeAttr scheme) {
  int64_t minCode = scheme.getMinCode(), maxCode = scheme.getMaxCode();
  if (scheme.getZeroPoint() == ZeroPointKind::None)
    return {createScale(builder, loc, ends[0], maxCode)};
  Value lowest = ends[0], highest = ends[1];
  Value range = arith::SubFOp::create(builder, loc, highest, lowest);
  Value scale = createScale(builder, loc, range, maxCode - minCode);
  Value offset = arith::DivFOp::create(builder, loc, lowest, scale);
  Value zeroPoint = arith::SubFOp::create(builder, loc, createConstant(builder, loc, static_cast<float>(minCode)), offset);
  return {scale, createInteger(builder, loc, zeroPoint, scheme, Value(), RoundingMode::HalfToEven)};
}

/// Puts dimensions of size 1 where a block spans the whole dimension.
Value addWholeDims(OpBuilder &builder, Location loc, Value value, RankedTensorType type, ArrayRef<int64_t> block) {
  auto blocksType = cast<RankedTensorType>(value.getType());
  if (blocksType.getRank() == type.getRank())
    return value;
  SmallVector<ReassociationIndices> groups;
  bool isFull = true; // the last group has its dimension of blocks
  for (auto [dim, size] : llvm::enumerate(block)) {
    if (groups.empty() || (size != 0 && isFull)) {
      groups.emplace_back();
      isFull = false;
    }
    groups.back().push_back(dim);
    isFull |= size != 0;
  }
  if (blocksType.getRank() == 0)
    groups.clear();
  return tensor::ExpandShapeOp::create(builder, loc, type, value, groups);
}

struct LowerChooseParams : public OpRewritePattern<ChooseParamsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ChooseParamsOp op, PatternRewriter &rewriter) const override {
    SchemeAttr scheme = op.getScheme();
    if (!hasScalarCodes(scheme) || !getElementTypeOrSelf(op.getScale()).isF32() ||
        (op.getZeroPoint() && !getElementTypeOrSelf(op.getZeroPoint()).isInteger(32)))
      return rewriter.notifyMatchFailure(op, "codes are not elements");
    auto type = cast<RankedTensorType>(op.getInput().getType());
    for (auto [extent, size] : llvm::zip(type.getShape(), scheme.getBlock()))
      if (size > 1 && ShapedType::isDynamic(extent))
        return rewriter.notifyMatchFailure(op, "the number of blocks is not known");
    Location loc = op.getLoc();
    Blocked input = splitBlocks(rewriter, loc, op.getInput(), scheme.getBlock());
    SmallVector<Value> range = createRange(rewriter, loc, input, scheme);

    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, range.front());
    SmallVector<Value> inits;
    SmallVector<Type> types;
    for (Value result : op->getResults()) {
      inits.push_back(tensor::EmptyOp::create(rewriter, loc, sizes, getElementTypeOrSelf(result)));
      types.push_back(inits.back().getType());
    }
    SmallVector<AffineMap> maps(range.size() + inits.size(), rewriter.getMultiDimIdentityMap(sizes.size()));
    SmallVector<utils::IteratorType> iterators(sizes.size(), utils::IteratorType::parallel);
    auto parameters = linalg::GenericOp::create(
        rewriter, loc, types, range, inits, maps, iterators,
        [&](OpBuilder &body, Location loc, ValueRange arguments) {
          linalg::YieldOp::create(body, loc, createParameters(body, loc, arguments, scheme));
        });
    SmallVector<Value> results;
    for (auto [result, value] : llvm::zip_equal(op->getResults(), parameters->getResults()))
      results.push_back(
          addWholeDims(rewriter, loc, value, cast<RankedTensorType>(result.getType()), scheme.getBlock()));
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void nibble::populateLowerChooseParamsPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerChooseParams>(patterns.getContext());
}
