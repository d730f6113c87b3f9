//===- LowerContractions.cpp - nibble.conv and nibble.contract as linalg.generic ---------------------===//
//
// Three steps: what the sum starts from, the sum of products, the epilogue. Sums of f16 and bf16 are taken in f32 (docs/Spec.md,
// S13); integer sums are exact.
//
//===------------------------------------------------------------------------------------------------===//

#include "LowerContractions.h"
#include "FilterRows.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace nibble;

namespace {

using utils::IteratorType;

/// The operands of the sum of products and how its loops walk them. The sum has the channels of the result, in groups
/// (`resultGroups`) where the convolution has groups.
struct Products {
  Value input, filter;
  SmallVector<AffineMap> maps; // of input, filter and sum
  SmallVector<IteratorType> iterators;
  SmallVector<ReassociationIndices> resultGroups; // empty: the sum has the shape of the result
};

//===----------------------------------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------------------------------===//

Type getSumType(Type accumulator) {
  return accumulator.isF16() || accumulator.isBF16() ? Float32Type::get(accumulator.getContext()) : accumulator;
}

/// One factor of a product: a float, or a code less its zero point.
Value createFactor(OpBuilder &builder, Location loc, Value element, SchemeAttr scheme, Value zeroPoint, Type sumType) {
  if (isa<FloatType>(element.getType()))
    return convertScalarToDtype(builder, loc, element, sumType, /*isUnsignedCast=*/false);
  Type wide = isa<FloatType>(sumType) ? builder.getI32Type() : sumType;
  Value code = convertScalarToDtype(builder, loc, element, wide, /*isUnsignedCast=*/scheme && !scheme.isSigned());
  if (zeroPoint) {
    zeroPoint = convertScalarToDtype(builder, loc, zeroPoint, wide, /*isUnsignedCast=*/false);
    code = arith::SubIOp::create(builder, loc, code, zeroPoint);
  }
  return convertScalarToDtype(builder, loc, code, sumType, /*isUnsignedCast=*/false);
}

Value createMultiplyAdd(OpBuilder &builder, Location loc, Value a, Value b, Value sum) {
  if (isa<FloatType>(sum.getType()))
    return arith::AddFOp::create(builder, loc, sum, arith::MulFOp::create(builder, loc, a, b));
  return arith::AddIOp::create(builder, loc, sum, arith::MulIOp::create(builder, loc, a, b));
}

//===----------------------------------------------------------------------------------------------===//
// The three steps
//===----------------------------------------------------------------------------------------------===//

/// Which element of an epilogue operand or bias belongs to an element of the result.
AffineMap getOperandMap(Builder &builder, ArrayRef<int64_t> shape, ArrayRef<int64_t> operand) {
  int64_t rank = shape.size(), firstDim = rank - static_cast<int64_t>(operand.size());
  SmallVector<AffineExpr> indices;
  for (auto [dim, size] : llvm::enumerate(operand))
    indices.push_back(size == 1 && shape[firstDim + dim] != 1 ? builder.getAffineConstantExpr(0)
                                                               : builder.getAffineDimExpr(firstDim + dim));
  return AffineMap::get(rank, 0, indices, builder.getContext());
}

/// An elementwise op of the result's shape.
template <typename Body>
Value createElementwise(OpBuilder &builder, Location loc, ValueRange inputs, Value init, Body body) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(init.getType()).getShape();
  int64_t rank = shape.size();
  SmallVector<AffineMap> maps;
  for (Value input : inputs)
    maps.push_back(getOperandMap(builder, shape, cast<RankedTensorType>(input.getType()).getShape()));
  maps.push_back(builder.getMultiDimIdentityMap(rank));
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, init.getType(), inputs, init, maps, iterators,
                                   [&](OpBuilder &inside, Location loc, ValueRange arguments) {
                                     linalg::YieldOp::create(inside, loc, body(inside, loc, arguments));
                                   })
      .getResult(0);
}

/// The bias, or zero, for each element of the result.
Value createStart(OpBuilder &builder, ContractionOpInterface op, Type sumType) {
  Location loc = op.getLoc();
  Value init = op.getInit();
  if (getElementTypeOrSelf(init) != sumType || !op.getEpilogue().empty())
    init = tensor::EmptyOp::create(builder, loc, tensor::getMixedSizes(builder, loc, init), sumType);
  if (!op.getBias()) {
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(sumType));
    return linalg::FillOp::create(builder, loc, zero, init).getResult(0);
  }
  return createElementwise(builder, loc, op.getBias(), init, [&](OpBuilder &inside, Location loc, ValueRange arguments) {
    return convertScalarToDtype(inside, loc, arguments[0], sumType, /*isUnsignedCast=*/false);
  });
}

/// `start` plus all products.
Value createSum(OpBuilder &builder, ContractionOpInterface op, const Products &products, Value start) {
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(start.getType()), splitType = type;
  if (!products.resultGroups.empty()) {
    SmallVector<int64_t> shape(type.getShape().drop_back());
    llvm::append_range(shape, cast<RankedTensorType>(products.filter.getType()).getShape().take_back(2));
    splitType = type.clone(shape);
    start = tensor::ExpandShapeOp::create(builder, loc, splitType, start, products.resultGroups);
  }
  Value sum = linalg::GenericOp::create(
                  builder, loc, splitType, ValueRange{products.input, products.filter}, start, products.maps,
                  products.iterators,
                  [&](OpBuilder &inside, Location loc, ValueRange arguments) {
                    Value x = createFactor(inside, loc, arguments[0], op.getInputSchemeAttr(), op.getInputZeroPoint(),
                                           type.getElementType());
                    Value w = createFactor(inside, loc, arguments[1], op.getFilterSchemeAttr(),
                                           op.getFilterZeroPoint(), type.getElementType());
                    linalg::YieldOp::create(inside, loc, createMultiplyAdd(inside, loc, x, w, arguments[2]));
                  })
                  .getResult(0);
  if (splitType != type)
    sum = tensor::CollapseShapeOp::create(builder, loc, type, sum, products.resultGroups);
  return sum;
}

/// The value that the epilogue yields for a sum and the elements of its operands.
Value inlineEpilogue(OpBuilder &builder, Block &epilogue, Value sum, ValueRange elements) {
  IRMapping mapping;
  mapping.map(epilogue.getArgument(0), sum);
  mapping.map(epilogue.getArguments().drop_front(), elements);
  for (Operation &op : epilogue.without_terminator())
    builder.clone(op, mapping);
  return mapping.lookupOrDefault(cast<YieldOp>(epilogue.getTerminator()).getValue());
}

/// The epilogue's operations on every sum, and the rounding of a sum that was taken in a wider type.
Value createEpilogue(OpBuilder &builder, ContractionOpInterface op, Value sum) {
  Region &epilogue = op.getEpilogue();
  Type accumulator = op.getAccumulatorType();
  if (epilogue.empty() && getElementTypeOrSelf(sum) == accumulator)
    return sum;
  SmallVector<Value> inputs = {sum};
  llvm::append_range(inputs, op.getEpilogueOperands());
  return createElementwise(
      builder, op.getLoc(), inputs, op.getInit(), [&](OpBuilder &inside, Location loc, ValueRange arguments) {
        Value total = convertScalarToDtype(inside, loc, arguments[0], accumulator, /*isUnsignedCast=*/false);
        return epilogue.empty()
                   ? total
                   : inlineEpilogue(inside, epilogue.front(), total, arguments.drop_front().drop_back());
      });
}

/// Whether the op is on tensors and its products are defined.
LogicalResult matchContraction(PatternRewriter &rewriter, ContractionOpInterface op) {
  if (op.isFilterInTargetOrder() || !isa<RankedTensorType>(op.getInit().getType()))
    return rewriter.notifyMatchFailure(op, "packed or on buffers");
  Type sumType = getSumType(op.getAccumulatorType());
  bool isFloatSum = sumType.isF32() || sumType.isF64();
  if (!isFloatSum && !sumType.isInteger(32) && !sumType.isInteger(64))
    return rewriter.notifyMatchFailure(op, "no such accumulator");
  for (Value operand : {op.getInput(), op.getFilter()}) {
    Type type = getElementTypeOrSelf(operand);
    if (!type.isInteger(8) && !type.isInteger(16) && !(isFloatSum && isa<FloatType>(type)))
      return rewriter.notifyMatchFailure(op, "no such product");
  }
  return success();
}

void replaceContraction(PatternRewriter &rewriter, ContractionOpInterface op, const Products &products) {
  Value start = createStart(rewriter, op, getSumType(op.getAccumulatorType()));
  rewriter.replaceOp(op, createEpilogue(rewriter, op, createSum(rewriter, op, products, start)));
}

//===----------------------------------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------------------------------===//

/// The input with its border: elements that stand for zero.
Value createPadded(OpBuilder &builder, ConvOp op) {
  ArrayRef<int64_t> sizes = op.getPadding();
  Value input = op.getInput();
  if (llvm::all_of(sizes, [](int64_t size) { return size == 0; }))
    return input;
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(input.getType());
  Value zero = op.getInputZeroPoint();
  if (zero && isa<IntegerType>(type.getElementType()))
    zero = arith::TruncIOp::create(builder, loc, type.getElementType(), zero);
  else
    zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type.getElementType()));
  SmallVector<int64_t> shape(type.getShape());
  for (int dim : {1, 2})
    if (!ShapedType::isDynamic(shape[dim]))
      shape[dim] += sizes[2 * dim - 2] + sizes[2 * dim - 1];
  SmallVector<OpFoldResult> low = getAsIndexOpFoldResult(builder.getContext(), {0, sizes[0], sizes[2], 0});
  SmallVector<OpFoldResult> high = getAsIndexOpFoldResult(builder.getContext(), {0, sizes[1], sizes[3], 0});
  return tensor::PadOp::create(builder, loc, type.clone(shape), input, low, high, zero);
}

/// The filter in its logical order.
Value createFilter(OpBuilder &builder, ConvOp op) {
  auto contraction = cast<ContractionOpInterface>(*op);
  if (!contraction.isFilterInRows())
    return op.getFilter();
  Location loc = op.getLoc();
  ArrayRef<int64_t> shape = contraction.getFilterShape();
  Value rows = createDecodedRows(builder, contraction);
  auto type = cast<RankedTensorType>(rows.getType());
  Value split = tensor::ExpandShapeOp::create(builder, loc, type.clone({shape[3], shape[0], shape[1], shape[2]}), rows,
                                              ArrayRef<ReassociationIndices>{{0}, {1, 2, 3}});
  Value init = tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  return linalg::TransposeOp::create(builder, loc, split, init, ArrayRef<int64_t>{1, 2, 3, 0})->getResult(0);
}

/// Loops (n, h, w, f, kh, kw, c), or (n, h, w, g, f, kh, kw, c) with more than one group.
Products getProducts(OpBuilder &builder, ConvOp op) {
  Products products{createPadded(builder, op), createFilter(builder, op), {}, {}, {}};
  int64_t groups = op.getGroups();
  bool isGrouped = groups > 1;
  if (isGrouped) {
    products.input = splitDim(builder, op.getLoc(), products.input, 3, op.getFilterShape()[2]);
    products.filter = splitDim(builder, op.getLoc(), products.filter, 3, op.getFilterShape()[3] / groups);
    products.resultGroups = {{0}, {1}, {2}, {3, 4}};
  }
  unsigned numParallel = isGrouped ? 5 : 4, numLoops = numParallel + 3;
  products.iterators.append(numParallel, IteratorType::parallel);
  products.iterators.append(3, IteratorType::reduction);
  auto loop = [&](unsigned number) { return builder.getAffineDimExpr(number); };
  AffineExpr kh = loop(numParallel), kw = loop(numParallel + 1), c = loop(numParallel + 2), f = loop(numParallel - 1);
  AffineExpr ih = loop(1) * op.getStrides()[0] + kh * op.getDilations()[0];
  AffineExpr iw = loop(2) * op.getStrides()[1] + kw * op.getDilations()[1];
  SmallVector<AffineExpr> input = {loop(0), ih, iw}, filter = {kh, kw, c};
  if (isGrouped) {
    input.push_back(loop(3));
    filter.push_back(loop(3));
  }
  input.push_back(c);
  filter.push_back(f);
  MLIRContext *context = builder.getContext();
  products.maps = {AffineMap::get(numLoops, 0, input, context), AffineMap::get(numLoops, 0, filter, context),
                   AffineMap::getMultiDimIdentityMap(numLoops, context).getMajorSubMap(numParallel)};
  return products;
}

/// The codes that the rows of a filter are multiplied with, for each place of the result: `[n, h, w, (g,) kh * kw * c]`.
Value createPatches(OpBuilder &builder, ConvOp op) {
  Location loc = op.getLoc();
  MLIRContext *context = builder.getContext();
  ArrayRef<int64_t> filter = op.getFilterShape();
  bool isGrouped = op.getGroups() > 1;
  Value input = createPadded(builder, op);
  if (isGrouped)
    input = splitDim(builder, loc, input, 3, filter[2]);
  // Loops (n, h, w, (g,) kh, kw, c).
  unsigned numOuter = isGrouped ? 4 : 3, numLoops = numOuter + 3;
  auto loop = [&](unsigned number) { return builder.getAffineDimExpr(number); };
  SmallVector<AffineExpr> places = {loop(0), loop(1) * op.getStrides()[0] + loop(numOuter) * op.getDilations()[0],
                                    loop(2) * op.getStrides()[1] + loop(numOuter + 1) * op.getDilations()[1]};
  for (unsigned number = 3; number < numOuter; ++number)
    places.push_back(loop(number));
  places.push_back(loop(numLoops - 1));
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, op.getInit());
  sizes.pop_back();
  if (isGrouped)
    sizes.push_back(builder.getIndexAttr(op.getGroups()));
  for (int64_t size : filter.take_front(3))
    sizes.push_back(builder.getIndexAttr(size));
  Value init = tensor::EmptyOp::create(builder, loc, sizes, getElementTypeOrSelf(input));
  AffineMap maps[] = {AffineMap::get(numLoops, 0, places, context), builder.getMultiDimIdentityMap(numLoops)};
  SmallVector<IteratorType> iterators(numLoops, IteratorType::parallel);
  Value patches = linalg::GenericOp::create(builder, loc, init.getType(), input, init, maps, iterators,
                                            [](OpBuilder &inside, Location loc, ValueRange arguments) {
                                              linalg::YieldOp::create(inside, loc, arguments[0]);
                                            })
                      .getResult(0);
  SmallVector<ReassociationIndices> merged;
  for (unsigned dim = 0; dim < numOuter; ++dim)
    merged.push_back({dim});
  merged.push_back({numOuter, numOuter + 1, numOuter + 2});
  return tensor::CollapseShapeOp::create(builder, loc, patches, merged);
}

void replaceSumOfBlocks(PatternRewriter &rewriter, ContractionOpInterface op, Value patches, int64_t groups) {
  Value start = createStart(rewriter, op, op.getAccumulatorType());
  rewriter.replaceOp(op, createEpilogue(rewriter, op, createSumOfBlocks(rewriter, op, patches, groups, start)));
}

struct LowerConv : public OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    if (failed(matchContraction(rewriter, cast<ContractionOpInterface>(*op))))
      return failure();
    auto contraction = cast<ContractionOpInterface>(*op);
    // A window that is larger than the padded input has no place, and none that linalg would accept.
    if (llvm::is_contained(op.getInitType().getShape(), 0))
      rewriter.replaceOp(op, op.getInit());
    else if (contraction.hasIntegerBlocks())
      replaceSumOfBlocks(rewriter, contraction, createPatches(rewriter, op), op.getGroups());
    else
      replaceContraction(rewriter, contraction, getProducts(rewriter, op));
    return success();
  }
};

//===----------------------------------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------------------------------===//

/// Loops (batch…, m, n, k).
Products getProducts(OpBuilder &builder, ContractOp op) {
  auto contraction = cast<ContractionOpInterface>(*op);
  Value filterValue = contraction.isFilterInRows() ? createDecodedRows(builder, contraction) : op.getFilter();
  Products products{op.getInput(), filterValue, {}, {}, {}};
  unsigned rank = op.getInitType().getRank();
  products.iterators.append(rank, IteratorType::parallel);
  products.iterators.push_back(IteratorType::reduction);
  AffineExpr n = builder.getAffineDimExpr(rank - 1), k = builder.getAffineDimExpr(rank);
  SmallVector<AffineExpr> batch, input, filter;
  for (unsigned dim = 0; dim + 2 < rank; ++dim)
    batch.push_back(builder.getAffineDimExpr(dim));
  input = batch;
  llvm::append_values(input, builder.getAffineDimExpr(rank - 2), k);
  if (contraction.getFilterShape().size() > 2)
    filter = batch;
  llvm::append_values(filter, op.getTransposeFilter() ? n : k, op.getTransposeFilter() ? k : n);
  MLIRContext *context = builder.getContext();
  products.maps = {AffineMap::get(rank + 1, 0, input, context), AffineMap::get(rank + 1, 0, filter, context),
                   AffineMap::getMultiDimIdentityMap(rank + 1, context).getMajorSubMap(rank)};
  return products;
}

struct LowerContract : public OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    if (failed(matchContraction(rewriter, cast<ContractionOpInterface>(*op))))
      return failure();
    auto contraction = cast<ContractionOpInterface>(*op);
    if (contraction.hasIntegerBlocks())
      replaceSumOfBlocks(rewriter, contraction, op.getInput(), /*groups=*/1);
    else
      replaceContraction(rewriter, contraction, getProducts(rewriter, op));
    return success();
  }
};

} // namespace

void nibble::populateLowerContractionsPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerContract, LowerConv>(patterns.getContext());
}
