//===- QuantizeOps.cpp - between real and stored numbers -------------------------------------------===//

#include "BlockParameters.h"
#include "Evaluators.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/Numerics/FixedPoint.h"
#include "nibble/Reference/Encoding.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

/// The values of parameters that are operands.
static StoredParameters getParameters(OperandRange scales, Value zeroPoint, const Frame &frame) {
  StoredParameters parameters;
  for (Value scale : scales)
    parameters.scales.push_back(frame.getTensor(scale));
  if (zeroPoint)
    parameters.zeroPoint = frame.getTensor(zeroPoint);
  return parameters;
}

LogicalResult nibble::reference::evaluateOp(QuantizeOp op, Frame &frame) {
  FailureOr<Tensor> codes = encode(op, op.getScheme(), frame.getTensor(op.getInput()),
                                   getParameters(op.getScales(), op.getZeroPoint(), frame));
  if (failed(codes))
    return failure();
  frame.set(op.getResult(), *codes);
  return success();
}

/// The result's type with the sizes that the codes have where it leaves them open. The last dimension of packed codes is known
/// from the type alone.
static FailureOr<RankedTensorType> getLogicalType(DequantizeOp op, const Tensor &codes) {
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [dim, size] : llvm::enumerate(shape)) {
    if (!ShapedType::isDynamic(size))
      continue;
    if (op.getScheme().isPacked() && dim + 1 == shape.size())
      return op.emitOpError() << "has packed codes of unknown number, which the reference interpreter does not support";
    size = codes.getShape()[dim];
  }
  return RankedTensorType::get(shape, type.getElementType());
}

LogicalResult nibble::reference::evaluateOp(DequantizeOp op, Frame &frame) {
  const Tensor &codes = frame.getTensor(op.getInput());
  FailureOr<RankedTensorType> type = getLogicalType(op, codes);
  if (failed(type))
    return failure();
  FailureOr<Tensor> values =
      decode(op, op.getScheme(), codes, getParameters(op.getScales(), op.getZeroPoint(), frame), *type);
  if (failed(values))
    return failure();
  frame.set(op.getResult(), *values);
  return success();
}

namespace {
/// What a code is multiplied with, in f32 or in integers.
class Multiplier {
public:
  static FailureOr<Multiplier> get(RequantizeOp op, const Tensor &tensor) {
    RoundingMode mode = op.getResultScheme().getRounding();
    Multiplier multiplier(mode);
    if (!op.getResultScheme().hasFixedPointRounding()) {
      multiplier.factor = tensor.getElements<float>().front();
      return multiplier;
    }
    multiplier.fixedPoint = {tensor.getElements<int32_t>()[0], tensor.getElements<int32_t>()[1]};
    if (!numerics::isFixedPointMultiplier(multiplier.getFixedPointRounding(), multiplier.fixedPoint))
      return op.emitOpError() << "expected a multiplier of at least 0 and a shift in "
                              << (mode == RoundingMode::Tosa ? "[2, 62]" : "[-31, 30]") << ", got "
                              << multiplier.fixedPoint.multiplier << " and " << multiplier.fixedPoint.shift;
    return multiplier;
  }

  int32_t requantize(int32_t code, int32_t fromZero, int32_t toZero, SchemeAttr to) const {
    auto lo = static_cast<int32_t>(to.getMinCode()), hi = static_cast<int32_t>(to.getMaxCode());
    if (to.hasFixedPointRounding())
      return numerics::requantizeFixedPoint(code, fromZero, fixedPoint, toZero, lo, hi, getFixedPointRounding());
    auto rounding = mode == RoundingMode::HalfToEven ? numerics::Rounding::HalfToEven : numerics::Rounding::HalfAwayFromZero;
    return numerics::requantize(code, fromZero, factor, toZero, lo, hi, rounding);
  }

private:
  explicit Multiplier(RoundingMode mode) : mode(mode) {}

  numerics::FixedPointRounding getFixedPointRounding() const {
    return mode == RoundingMode::TfliteSingle   ? numerics::FixedPointRounding::TfliteSingle
           : mode == RoundingMode::TfliteDouble ? numerics::FixedPointRounding::TfliteDouble
                                                : numerics::FixedPointRounding::Tosa;
  }

  RoundingMode mode;
  float factor = 0;
  numerics::FixedPointMultiplier fixedPoint = {};
};
} // namespace

static FailureOr<int32_t> getZeroPoint(RequantizeOp op, SchemeAttr scheme, Value zeroPoint, const Frame &frame) {
  return zeroPoint ? readZeroPoint(op, scheme, frame.getTensor(zeroPoint), 0) : FailureOr<int32_t>(0);
}

LogicalResult nibble::reference::evaluateOp(RequantizeOp op, Frame &frame) {
  SchemeAttr from = op.getInputScheme(), to = op.getResultScheme();
  FailureOr<Multiplier> multiplier = Multiplier::get(op, frame.getTensor(op.getMultiplier()));
  FailureOr<int32_t> fromZero = getZeroPoint(op, from, op.getInputZeroPoint(), frame);
  FailureOr<int32_t> toZero = getZeroPoint(op, to, op.getResultZeroPoint(), frame);
  const Tensor &input = frame.getTensor(op.getInput());
  FailureOr<Tensor> result = frame.create(op, to.getStorageElementType(), input.getShape());
  if (failed(multiplier) || failed(fromZero) || failed(toZero) || failed(result))
    return failure();
  SchemeStorage inputCodes(from, input.getShape()), resultCodes(to, input.getShape());
  for (int64_t i = 0; i < input.getNumElements(); ++i)
    resultCodes.write(result->getMutableData(), i,
                      multiplier->requantize(inputCodes.read(input.getData(), i), *fromZero, *toZero, to));
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(ChooseParamsOp op, Frame &frame) {
  FailureOr<StoredParameters> parameters =
      chooseParameters(op, op.getScheme(), frame.getTensor(op.getInput()), ParameterChoice::AbsoluteMaximum);
  if (failed(parameters))
    return failure();
  for (auto [result, scale] : llvm::zip_equal(op.getScales(), parameters->scales))
    frame.set(result, scale);
  if (op.getZeroPoint())
    frame.set(op.getZeroPoint(), *parameters->zeroPoint);
  return success();
}

LogicalResult nibble::reference::evaluateOp(ObserveOp op, Frame &frame) {
  if (op->getNumResults())
    frame.set(op->getResult(0), frame.get(op.getInput()));
  return success();
}
