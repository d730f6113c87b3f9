//===- QuantizeOps.cpp - between real and stored numbers -------------------------------------------===//

#include "BlockParameters.h"
#include "Evaluators.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
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

/// The rounding of requantization, or an error.
static FailureOr<numerics::Rounding> getRounding(RequantizeOp op) {
  RoundingMode mode = op.getResultScheme().getRounding();
  if (mode == RoundingMode::HalfToEven)
    return numerics::Rounding::HalfToEven;
  if (mode == RoundingMode::HalfAwayFromZero)
    return numerics::Rounding::HalfAwayFromZero;
  return op.emitOpError() << "has the rounding mode " << stringifyRoundingMode(mode)
                          << ", which is not supported by the reference interpreter";
}

static FailureOr<int32_t> getZeroPoint(RequantizeOp op, SchemeAttr scheme, Value zeroPoint, const Frame &frame) {
  return zeroPoint ? readZeroPoint(op, scheme, frame.getTensor(zeroPoint), 0) : FailureOr<int32_t>(0);
}

LogicalResult nibble::reference::evaluateOp(RequantizeOp op, Frame &frame) {
  SchemeAttr from = op.getInputScheme(), to = op.getResultScheme();
  FailureOr<numerics::Rounding> rounding = getRounding(op);
  FailureOr<int32_t> fromZero = getZeroPoint(op, from, op.getInputZeroPoint(), frame);
  FailureOr<int32_t> toZero = getZeroPoint(op, to, op.getResultZeroPoint(), frame);
  const Tensor &input = frame.getTensor(op.getInput()), &multiplier = frame.getTensor(op.getMultiplier());
  FailureOr<Tensor> result = frame.create(op, to.getStorageElementType(), input.getShape());
  if (failed(rounding) || failed(fromZero) || failed(toZero) || failed(result))
    return failure();
  if (multiplier.getKind() != ElementKind::F32 || multiplier.getNumElements() != 1)
    return op.emitOpError() << "expected a multiplier of one f32, got " << multiplier.getType();
  SchemeStorage inputCodes(from, input.getShape()), resultCodes(to, input.getShape());
  float factor = multiplier.getElements<float>().front();
  for (int64_t i = 0; i < input.getNumElements(); ++i)
    resultCodes.write(result->getMutableData(), i,
                      numerics::requantize(inputCodes.read(input.getData(), i), *fromZero, factor, *toZero,
                                           static_cast<int32_t>(to.getMinCode()),
                                           static_cast<int32_t>(to.getMaxCode()), *rounding));
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
