//===- FilterRows.cpp - filters in rows of codes, decoded ----------------------------------------------===//

#include "FilterRows.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble;

using utils::IteratorType;

/// The number of weights of one channel.
static int64_t getRowLength(ContractionOpInterface op) {
  ArrayRef<int64_t> shape = op.getFilterShape();
  if (isa<ContractOp>(op.getOperation()))
    return shape.back();
  return shape[0] * shape[1] * shape[2];
}

/// An elementwise op of one input.
template <typename Body>
static Value createUnary(OpBuilder &builder, Location loc, Value input, Type element, Body body) {
  auto type = cast<RankedTensorType>(input.getType()).clone(element);
  Value init = tensor::EmptyOp::create(builder, loc, tensor::getMixedSizes(builder, loc, input), element);
  SmallVector<AffineMap> maps(2, builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, type, input, init, maps, iterators,
                                   [&](OpBuilder &inside, Location loc, ValueRange arguments) {
                                     linalg::YieldOp::create(inside, loc, body(inside, loc, arguments[0]));
                                   })
      .getResult(0);
}

/// Codes less the zero points of their blocks, or without, as integers: dequantized with scales of 1, which is exact.
static Value createIntegers(OpBuilder &builder, ContractionOpInterface op, Value zeroPoints, IntegerType element) {
  Location loc = op.getLoc();
  SchemeAttr scheme = op.getFilterSchemeAttr();
  SmallVector<int64_t> shape = {op.getNumChannels(), getRowLength(op)};
  Type f32 = builder.getF32Type();
  auto plain = SchemeAttr::get(builder.getContext(), scheme.getCodec(), scheme.getDeclaration(), scheme.getTable(),
                               scheme.getNarrowRange(), zeroPoints ? scheme.getBlock() : ArrayRef<int64_t>(), {f32},
                               ArrayRef<int64_t>(), zeroPoints ? ZeroPointKind::Integer : ZeroPointKind::None,
                               RoundingMode::HalfToEven, scheme.getOrder(), scheme.getRadix());
  auto scaleType = RankedTensorType::get(plain.getScaleShape(shape), f32);
  Value ones = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(scaleType, 1.0f));
  Value reals = DequantizeOp::create(builder, loc, RankedTensorType::get(shape, f32), op.getFilter(), ones, zeroPoints, plain);
  return createUnary(builder, loc, reals, element, [&](OpBuilder &inside, Location loc, Value value) -> Value {
    Value wide = arith::FPToSIOp::create(inside, loc, inside.getI32Type(), value);
    return element.getWidth() < 32 ? arith::TruncIOp::create(inside, loc, element, wide) : wide;
  });
}

Value nibble::createDecodedRows(OpBuilder &builder, ContractionOpInterface op) {
  if (!op.isFilterScaled())
    return createIntegers(builder, op, Value(), builder.getIntegerType(16));
  auto type = RankedTensorType::get({op.getNumChannels(), getRowLength(op)}, builder.getF32Type());
  return DequantizeOp::create(builder, op.getLoc(), type, op.getFilter(), op.getFilterScales(), op.getFilterZeroPoints(),
                              op.getFilterSchemeAttr());
}

Value nibble::splitDim(OpBuilder &builder, Location loc, Value value, int64_t dim, int64_t inner) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  if (!ShapedType::isDynamic(shape[dim]))
    shape[dim] /= inner;
  shape.insert(shape.begin() + dim + 1, inner);
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0, next = 0; i < type.getRank(); ++i) {
    groups.push_back({next++});
    if (i == dim)
      groups.back().push_back(next++);
  }
  return tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), value, groups);
}

/// Fills the last dimension up to whole blocks and splits it into them.
static Value splitBlocks(OpBuilder &builder, Location loc, Value value, int64_t size) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  int64_t rank = type.getRank(), missing = llvm::alignTo(shape.back(), size) - shape.back();
  if (missing != 0) {
    SmallVector<OpFoldResult> low(rank, builder.getIndexAttr(0)), high = low;
    high.back() = builder.getIndexAttr(missing);
    shape.back() += missing;
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type.getElementType()));
    value = tensor::PadOp::create(builder, loc, type.clone(shape), value, low, high, zero);
  }
  return splitDim(builder, loc, value, rank - 1, size);
}

/// Codes of the input less its zero point, in i32.
static Value createInputIntegers(OpBuilder &builder, ContractionOpInterface op, Value codes) {
  bool isUnsigned = !op.getInputSchemeAttr().isSigned();
  Type i32 = builder.getI32Type();
  return createUnary(builder, op.getLoc(), codes, i32, [&](OpBuilder &inside, Location loc, Value code) {
    Value wide = convertScalarToDtype(inside, loc, code, i32, isUnsigned);
    Value zeroPoint = op.getInputZeroPoint();
    return zeroPoint ? arith::SubIOp::create(inside, loc, wide, zeroPoint).getResult() : wide;
  });
}

/// The scales as floats: those of 8 bits are what codes of 1 stand for.
static Value createFloatScales(OpBuilder &builder, ContractionOpInterface op) {
  Value scales = op.getFilterScales().front();
  auto type = cast<RankedTensorType>(scales.getType());
  if (isa<FloatType>(type.getElementType()))
    return scales;
  auto scheme = SchemeAttr::get(builder.getContext(), "s8", /*narrowRange=*/false, {1, 1},
                                op.getFilterSchemeAttr().getScale(), ZeroPointKind::None, RoundingMode::HalfToEven);
  Value ones = arith::ConstantOp::create(builder, op.getLoc(), DenseElementsAttr::get(type, builder.getI8IntegerAttr(1)));
  return DequantizeOp::create(builder, op.getLoc(), type.clone(builder.getF32Type()), ones, scales, Value(), scheme);
}

namespace {
/// The loops of a sum of blocks: those of the result, whose channels are (groups, channels of a group) with more than one group, then
/// blocks and the elements of a block.
struct BlockLoops {
  int64_t numOuter; // the result's without its channels
  bool isGrouped;

  int64_t getBlock() const { return numOuter + (isGrouped ? 2 : 1); }

  /// Which of the first `numLoops` loops an operand has: those outside of the channels, the channels themselves, those inside.
  AffineMap getMap(MLIRContext *context, int64_t numLoops, bool hasOuter, bool hasChannel) const {
    SmallVector<AffineExpr> dims;
    for (int64_t loop = 0; loop < numLoops; ++loop) {
      bool isOuter = loop < numOuter, isChannel = loop == getBlock() - 1;
      if ((!isOuter || hasOuter) && (!isChannel || hasChannel))
        dims.push_back(getAffineDimExpr(loop, context));
    }
    return AffineMap::get(numLoops, 0, dims, context);
  }
};
} // namespace

/// The exact sum of products of each block, in i32: loops to the elements of a block.
static Value createBlocks(OpBuilder &builder, Location loc, const BlockLoops &loops, Value input, Value filter, Value start) {
  MLIRContext *context = builder.getContext();
  int64_t numLoops = loops.getBlock() + 2;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, start);
  auto filterType = cast<RankedTensorType>(filter.getType());
  sizes.push_back(builder.getIndexAttr(filterType.getDimSize(filterType.getRank() - 2)));
  Value zero = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(0));
  Value blocks = tensor::EmptyOp::create(builder, loc, sizes, builder.getI32Type());
  blocks = linalg::FillOp::create(builder, loc, zero, blocks).getResult(0);
  AffineMap maps[] = {loops.getMap(context, numLoops, /*hasOuter=*/true, /*hasChannel=*/false),
                      loops.getMap(context, numLoops, /*hasOuter=*/false, /*hasChannel=*/true),
                      AffineMap::getMultiDimIdentityMap(numLoops, context).getMajorSubMap(numLoops - 1)};
  SmallVector<IteratorType> iterators(numLoops - 1, IteratorType::parallel);
  iterators.push_back(IteratorType::reduction);
  return linalg::GenericOp::create(builder, loc, blocks.getType(), ValueRange{input, filter}, blocks, maps, iterators,
                                   [](OpBuilder &inside, Location loc, ValueRange arguments) {
                                     Value product = arith::MulIOp::create(inside, loc, arguments[0], arguments[1]);
                                     Value sum = arith::AddIOp::create(inside, loc, arguments[2], product);
                                     linalg::YieldOp::create(inside, loc, sum);
                                   })
      .getResult(0);
}

/// Blocks in ascending order: product and sum are rounded one after the other.
static Value createScaledSum(OpBuilder &builder, Location loc, const BlockLoops &loops, Value blocks, Value scales, Value start) {
  MLIRContext *context = builder.getContext();
  int64_t numLoops = loops.getBlock() + 1;
  AffineMap maps[] = {builder.getMultiDimIdentityMap(numLoops),
                      loops.getMap(context, numLoops, /*hasOuter=*/false, /*hasChannel=*/true),
                      AffineMap::getMultiDimIdentityMap(numLoops, context).getMajorSubMap(numLoops - 1)};
  SmallVector<IteratorType> iterators(numLoops - 1, IteratorType::parallel);
  iterators.push_back(IteratorType::reduction);
  return linalg::GenericOp::create(builder, loc, start.getType(), ValueRange{blocks, scales}, start, maps, iterators,
                                   [](OpBuilder &inside, Location loc, ValueRange arguments) {
                                     Type f32 = inside.getF32Type();
                                     Value sum = arith::SIToFPOp::create(inside, loc, f32, arguments[0]);
                                     Value scale = convertScalarToDtype(inside, loc, arguments[1], f32, false);
                                     Value product = arith::MulFOp::create(inside, loc, sum, scale);
                                     Value total = arith::AddFOp::create(inside, loc, arguments[2], product);
                                     linalg::YieldOp::create(inside, loc, total);
                                   })
      .getResult(0);
}

Value nibble::createSumOfBlocks(OpBuilder &builder, ContractionOpInterface op, Value patches, int64_t groups, Value start) {
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(start.getType());
  BlockLoops loops{type.getRank() - 1, groups > 1};
  int64_t size = op.getFilterSchemeAttr().getBlock()[1];
  if (size == 0)
    size = getRowLength(op);
  Value input = splitBlocks(builder, loc, createInputIntegers(builder, op, patches), size);
  Value integers = createIntegers(builder, op, op.getFilterZeroPoints(), builder.getI32Type());
  Value filter = splitBlocks(builder, loc, integers, size), scales = createFloatScales(builder, op);
  if (loops.isGrouped) {
    int64_t numChannels = op.getNumChannels() / groups;
    filter = splitDim(builder, loc, filter, 0, numChannels);
    scales = splitDim(builder, loc, scales, 0, numChannels);
    start = splitDim(builder, loc, start, type.getRank() - 1, numChannels);
  }
  Value blocks = createBlocks(builder, loc, loops, input, filter, start);
  Value sum = createScaledSum(builder, loc, loops, blocks, scales, start);
  if (!loops.isGrouped)
    return sum;
  SmallVector<ReassociationIndices> merged;
  for (int64_t dim = 0; dim < loops.numOuter; ++dim)
    merged.push_back({dim});
  merged.push_back({loops.numOuter, loops.numOuter + 1});
  return tensor::CollapseShapeOp::create(builder, loc, type, sum, merged);
}
