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
  Value init = tensor::EmptyOp::create(builder, loc, type.getShape(), element);
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

bool nibble::hasLoweredBlocks(ContractOp op) {
  return op.getInputType().hasStaticShape() && isa<FloatType>(getElementTypeOrSelf(op.getFilterScales().front())) &&
         getElementTypeOrSelf(op.getFilterScales().front()).getIntOrFloatBitWidth() >= 16;
}

/// Fills the last dimension up to whole blocks and splits it into them.
static Value splitLast(OpBuilder &builder, Location loc, Value value, int64_t size, Value filling) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  int64_t rank = type.getRank(), missing = llvm::alignTo(shape.back(), size) - shape.back();
  if (missing != 0) {
    SmallVector<OpFoldResult> low(rank, builder.getIndexAttr(0)), high = low;
    high.back() = builder.getIndexAttr(missing);
    shape.back() += missing;
    value = tensor::PadOp::create(builder, loc, type.clone(shape), value, low, high, filling);
  }
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim + 1 < rank; ++dim)
    groups.push_back({dim});
  groups.push_back({rank - 1, rank});
  shape.back() /= size;
  shape.push_back(size);
  return tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), value, groups);
}

/// The input less its zero point, in i32.
static Value createInputIntegers(OpBuilder &builder, ContractOp op) {
  bool isUnsigned = !op.getInputSchemeAttr().isSigned();
  Type i32 = builder.getI32Type();
  return createUnary(builder, op.getLoc(), op.getInput(), i32, [&](OpBuilder &inside, Location loc, Value code) {
    Value wide = convertScalarToDtype(inside, loc, code, i32, isUnsigned);
    Value zeroPoint = op.getInputZeroPoint();
    return zeroPoint ? arith::SubIOp::create(inside, loc, wide, zeroPoint).getResult() : wide;
  });
}

Value nibble::createSumOfBlocks(OpBuilder &builder, ContractOp op, Value start) {
  Location loc = op.getLoc();
  auto contraction = cast<ContractionOpInterface>(*op);
  MLIRContext *context = builder.getContext();
  int64_t size = op.getFilterSchemeAttr().getBlock()[1];
  if (size == 0)
    size = getRowLength(contraction);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(0));
  Value input = splitLast(builder, loc, createInputIntegers(builder, op), size, zero);
  Value integers = createIntegers(builder, contraction, op.getFilterZeroPoints(), builder.getI32Type());
  Value filter = splitLast(builder, loc, integers, size, zero);

  // Loops (batch…, m, n, b, k): exact sums of products in each block.
  auto type = cast<RankedTensorType>(start.getType());
  unsigned rank = type.getRank();
  auto loop = [&](unsigned number) { return builder.getAffineDimExpr(number); };
  SmallVector<AffineExpr> inputDims;
  for (unsigned dim = 0; dim + 1 < rank; ++dim)
    inputDims.push_back(loop(dim));
  llvm::append_values(inputDims, loop(rank), loop(rank + 1));
  SmallVector<int64_t> blockShape(type.getShape());
  blockShape.push_back(cast<RankedTensorType>(filter.getType()).getDimSize(1));
  Value blocks = tensor::EmptyOp::create(builder, loc, blockShape, builder.getI32Type());
  blocks = linalg::FillOp::create(builder, loc, zero, blocks).getResult(0);
  AffineMap blockMaps[] = {AffineMap::get(rank + 2, 0, inputDims, context),
                           AffineMap::get(rank + 2, 0, {loop(rank - 1), loop(rank), loop(rank + 1)}, context),
                           AffineMap::getMultiDimIdentityMap(rank + 2, context).getMajorSubMap(rank + 1)};
  SmallVector<IteratorType> blockIterators(rank + 1, IteratorType::parallel);
  blockIterators.push_back(IteratorType::reduction);
  blocks = linalg::GenericOp::create(builder, loc, blocks.getType(), ValueRange{input, filter}, blocks, blockMaps,
                                     blockIterators,
                                     [&](OpBuilder &inside, Location loc, ValueRange arguments) {
                                       Value product = arith::MulIOp::create(inside, loc, arguments[0], arguments[1]);
                                       Value sum = arith::AddIOp::create(inside, loc, arguments[2], product);
                                       linalg::YieldOp::create(inside, loc, sum);
                                     })
               .getResult(0);

  // Loops (batch…, m, n, b), blocks in ascending order: product and sum are rounded one after the other.
  AffineMap maps[] = {builder.getMultiDimIdentityMap(rank + 1),
                      AffineMap::get(rank + 1, 0, {loop(rank - 1), loop(rank)}, context),
                      AffineMap::getMultiDimIdentityMap(rank + 1, context).getMajorSubMap(rank)};
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  iterators.push_back(IteratorType::reduction);
  return linalg::GenericOp::create(builder, loc, type, ValueRange{blocks, op.getFilterScales().front()}, start, maps, iterators,
                                   [&](OpBuilder &inside, Location loc, ValueRange arguments) {
                                     Type f32 = inside.getF32Type();
                                     Value sum = arith::SIToFPOp::create(inside, loc, f32, arguments[0]);
                                     Value scale = convertScalarToDtype(inside, loc, arguments[1], f32, false);
                                     Value product = arith::MulFOp::create(inside, loc, sum, scale);
                                     Value total = arith::AddFOp::create(inside, loc, arguments[2], product);
                                     linalg::YieldOp::create(inside, loc, total);
                                   })
      .getResult(0);
}
