//===- Rescale.cpp - tosa.rescale in scalar ops ---------------------------------------------------------===//

#include "Rescale.h"
#include "nibble/Numerics/Integer.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/WideIntegers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace nibble;

/// The elements of a constant of integers.
template <typename Integer>
static LogicalResult readIntegers(Value value, SmallVectorImpl<Integer> &integers) {
  DenseElementsAttr elements = getDenseElements(value);
  if (!elements)
    return failure();
  for (const APInt &element : elements.getValues<APInt>())
    integers.push_back(static_cast<Integer>(element.getSExtValue()));
  return success();
}

FailureOr<Rescale> Rescale::get(tosa::RescaleOp op) {
  Rescale rescale;
  rescale.outputType = dyn_cast<IntegerType>(getElementTypeOrSelf(op.getType()));
  Type input = getElementTypeOrSelf(op.getInput());
  FailureOr<int64_t> inputZeroPoint = op.getInputZeroPoint(), outputZeroPoint = op.getOutputZeroPoint();
  if (!rescale.outputType || !rescale.outputType.isSignless() || !input.isSignlessInteger() || failed(inputZeroPoint) ||
      failed(outputZeroPoint) || failed(readIntegers(op.getMultiplier(), rescale.multipliers)) ||
      failed(readIntegers(op.getShift(), rescale.shifts)))
    return failure();
  rescale.inputZeroPoint = *inputZeroPoint;
  rescale.outputZeroPoint = *outputZeroPoint;
  // Of INEXACT_ROUND the specification allows either.
  rescale.roundsTwice = op.getRoundingMode() == tosa::RoundingMode::DOUBLE_ROUND;
  rescale.isInputUnsigned = op.getInputUnsigned();
  rescale.isOutputUnsigned = op.getOutputUnsigned();
  return rescale;
}

SmallVector<Value> Rescale::createOperands(OpBuilder &builder, Location loc) const {
  if (!isPerChannel())
    return {};
  int64_t count = multipliers.size();
  auto multiplierType = RankedTensorType::get({count}, builder.getI32Type());
  auto shiftType = RankedTensorType::get({count}, builder.getI8Type());
  return {arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(multiplierType, ArrayRef(multipliers))),
          arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(shiftType, ArrayRef(shifts)))};
}

/// What is added to the product so that the shift rounds.
static Value createHalf(WideIntegers &emit, Value value, Value shift, bool roundsTwice) {
  if (!roundsTwice)
    return emit.half(shift);
  constexpr int64_t quarter = int64_t(1) << 30;
  Value nudge =
      emit.selectIf(arith::CmpIPredicate::sge, value, emit.constant(0), emit.constant(quarter), emit.constant(-quarter));
  return emit.add(emit.half(shift),
                  emit.selectIf(arith::CmpIPredicate::sgt, shift, emit.constant(31), nudge, emit.constant(0)));
}

Value Rescale::create(OpBuilder &builder, Location loc, Value element, ValueRange parameters) const {
  WideIntegers emit(builder, loc);
  Value multiplier = isPerChannel() ? emit.widen(parameters[0], false) : emit.constant(multipliers.front());
  Value shift = isPerChannel() ? emit.widen(parameters[1], false) : emit.constant(shifts.front());
  Value value = emit.subtract(emit.widen(element, isInputUnsigned), emit.constant(inputZeroPoint));
  Value half = createHalf(emit, value, shift, roundsTwice);
  Value scaled = emit.create<arith::ShRSIOp>(emit.add(emit.multiply(value, multiplier), half), shift);
  Value result = emit.add(scaled, emit.constant(outputZeroPoint));
  unsigned width = outputType.getWidth();
  result = emit.clamp(result, numerics::minCode(!isOutputUnsigned, width), numerics::maxCode(!isOutputUnsigned, width));
  return arith::TruncIOp::create(builder, loc, outputType, result);
}

namespace {
struct ConvertRescale : public OpConversionPattern<tosa::RescaleOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(tosa::RescaleOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    FailureOr<Rescale> rescale = Rescale::get(op);
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (failed(rescale) || !type || (rescale->isPerChannel() && type.getRank() == 0))
      return rewriter.notifyMatchFailure(op, "expected constant parameters and ranked tensors");
    Location loc = op.getLoc();
    int64_t rank = type.getRank();
    SmallVector<Value> inputs = {adaptor.getInput()};
    llvm::append_range(inputs, rescale->createOperands(rewriter, loc));
    SmallVector<AffineMap> maps(inputs.size() + 1, rewriter.getMultiDimIdentityMap(rank));
    for (AffineMap &map : MutableArrayRef(maps).drop_front().drop_back())
      map = AffineMap::get(rank, 0, rewriter.getAffineDimExpr(rank - 1));
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, adaptor.getInput());
    Value init = tensor::EmptyOp::create(rewriter, loc, sizes, type.getElementType());
    SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        rewriter, loc, type, inputs, init, maps, iterators, [&](OpBuilder &body, Location loc, ValueRange arguments) {
          Value result = rescale->create(body, loc, arguments[0], arguments.drop_front().drop_back());
          linalg::YieldOp::create(body, loc, result);
        });
    rewriter.replaceOp(op, generic);
    return success();
  }
};
} // namespace

void nibble::populateRescalePatterns(const TypeConverter &converter, RewritePatternSet &patterns) {
  // Before upstream's, which is a choice between several sequences.
  patterns.add<ConvertRescale>(converter, patterns.getContext(), /*benefit=*/10);
}
