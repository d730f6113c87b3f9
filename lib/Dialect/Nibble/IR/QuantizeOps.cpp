//===- QuantizeOps.cpp - verifiers of the conversions between real and stored numbers --------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

using namespace mlir;
using namespace nibble;

/// (C2) and (C3) of nibble.quantize: parameters have the shape that the scheme demands, and a zero point is there exactly
/// when the scheme has one.
static LogicalResult verifyParameters(Operation *op, SchemeAttr scheme, ArrayRef<int64_t> logicalShape, Value scale,
                                      Value zeroPoint) {
  if (!scheme.getBlock().empty() && scheme.getBlock().size() != logicalShape.size())
    return op->emitOpError() << "(C2) expected a scheme with " << logicalShape.size() << " block sizes, got "
                             << scheme.getBlock().size();
  SmallVector<int64_t> expected = scheme.getScaleShape(logicalShape);
  auto scaleType = cast<RankedTensorType>(scale.getType());
  if (scaleType.getShape() != ArrayRef(expected))
    return op->emitOpError() << "(C2) expected a scale of shape [" << expected << "], got " << scaleType;
  if ((scheme.getZeroPoint() != ZeroPointKind::None) != static_cast<bool>(zeroPoint))
    return op->emitOpError() << "(C3) the scheme has " << (zeroPoint ? "no" : "a") << " zero point, the op has "
                             << (zeroPoint ? "one" : "none");
  if (zeroPoint && cast<RankedTensorType>(zeroPoint.getType()).getShape() != ArrayRef(expected))
    return op->emitOpError() << "(C3) expected a zero point of shape [" << expected << "], got " << zeroPoint.getType();
  return success();
}

/// (C1) of nibble.quantize: stored codes have the logical shape and the storage type.
static LogicalResult verifyStorage(Operation *op, SchemeAttr scheme, RankedTensorType real, RankedTensorType stored) {
  if (scheme.getNumBits() % 8 == 0 && real.getShape() != stored.getShape())
    return op->emitOpError() << "(C1) expected equal shapes, got " << real << " and " << stored;
  if (stored.getElementType() != scheme.getStorageElementType())
    return op->emitOpError() << "(C1) expected storage of " << scheme.getStorageElementType() << ", got " << stored;
  if (!isa<FloatType>(real.getElementType()))
    return op->emitOpError() << "(C1) expected float elements, got " << real;
  return success();
}

LogicalResult QuantizeOp::verify() {
  auto real = cast<RankedTensorType>(getInput().getType()), stored = cast<RankedTensorType>(getResult().getType());
  if (failed(verifyStorage(*this, getScheme(), real, stored)))
    return failure();
  return verifyParameters(*this, getScheme(), real.getShape(), getScale(), getZeroPoint());
}

LogicalResult DequantizeOp::verify() {
  auto stored = cast<RankedTensorType>(getInput().getType()), real = cast<RankedTensorType>(getResult().getType());
  if (failed(verifyStorage(*this, getScheme(), real, stored)))
    return failure();
  return verifyParameters(*this, getScheme(), real.getShape(), getScale(), getZeroPoint());
}

LogicalResult RequantizeOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType()), result = cast<RankedTensorType>(getResult().getType());
  // (C2)
  for (SchemeAttr scheme : {getInputScheme(), getResultScheme()})
    if (!scheme.isInteger() || !scheme.isPerTensor() || scheme.getZeroPoint() == ZeroPointKind::Minimum)
      return emitOpError() << "(C2) expected an integer scheme with one block, got " << scheme;
  // (C1)
  if (input.getShape() != result.getShape())
    return emitOpError() << "(C1) expected equal shapes, got " << input << " and " << result;
  if (input.getElementType() != getInputScheme().getStorageElementType() ||
      result.getElementType() != getResultScheme().getStorageElementType())
    return emitOpError() << "(C1) element types are not the storage types of the schemes: " << input << ", " << result;
  // (C3)
  if ((getInputScheme().getZeroPoint() != ZeroPointKind::None) != static_cast<bool>(getInputZeroPoint()))
    return emitOpError() << "(C3) an input zero point is given exactly when the input scheme has one";
  if ((getResultScheme().getZeroPoint() != ZeroPointKind::None) != static_cast<bool>(getResultZeroPoint()))
    return emitOpError() << "(C3) a result zero point is given exactly when the result scheme has one";
  return success();
}

LogicalResult ChooseParamsOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  // (C3)
  if (!getScheme().isInteger() || getScheme().getZeroPoint() == ZeroPointKind::Minimum)
    return emitOpError() << "(C3) expected an integer scheme, got " << getScheme();
  // (C1)
  SmallVector<int64_t> expected = getScheme().getScaleShape(input.getShape());
  if (cast<RankedTensorType>(getScale().getType()).getShape() != ArrayRef(expected))
    return emitOpError() << "(C1) expected a scale of shape [" << expected << "], got " << getScale().getType();
  // (C2)
  if ((getScheme().getZeroPoint() == ZeroPointKind::Integer) != static_cast<bool>(getZeroPoint()))
    return emitOpError() << "(C2) there is a zero point exactly when the scheme has an integer one";
  if (getZeroPoint() && cast<RankedTensorType>(getZeroPoint().getType()).getShape() != ArrayRef(expected))
    return emitOpError() << "(C2) expected a zero point of shape [" << expected << "], got " << getZeroPoint().getType();
  return success();
}

LogicalResult ObserveOp::verify() {
  // (C1)
  if (isa<RankedTensorType>(getInput().getType()) ? !getResult() || getResult().getType() != getInput().getType()
                                                  : static_cast<bool>(getResult()))
    return emitOpError() << "(C1) on a tensor the result has the input's type, on a buffer there is none";
  return success();
}
