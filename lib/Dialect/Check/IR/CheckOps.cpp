//===- CheckOps.cpp - verifiers of assertions -----------------------------------------------------===//

#include "nibble/Dialect/Check/IR/CheckDialect.h"
#include <cmath>

using namespace mlir;
using namespace nibble;

/// (C1) of the checks that subtract.
static LogicalResult verifyFloats(Operation *op, Type type) {
  if (!isa<FloatType>(cast<RankedTensorType>(type).getElementType()))
    return op->emitOpError() << "(C1) expected float elements, got " << type;
  return success();
}

/// (C3) of expect_close, for one of its bounds.
static LogicalResult verifyBound(ExpectCloseOp op, StringRef name, FloatAttr bound) {
  if (bound && !(std::isfinite(bound.getValueAsDouble()) && bound.getValueAsDouble() >= 0))
    return op.emitOpError() << "(C3) expected a finite bound of at least 0, got " << name << " "
                            << bound.getValueAsDouble();
  return success();
}

LogicalResult ExpectCloseOp::verify() {
  if (failed(verifyFloats(*this, getActual().getType())))
    return failure();
  // (C2)
  bool isRelative = getRelative() || getAbsolute();
  if (getUlps().has_value() == isRelative)
    return emitOpError() << "(C2) expected 'ulps', or one or both of 'relative' and 'absolute'"
                         << (isRelative ? ", got both" : "");
  // (C3)
  if (getUlps() && static_cast<int64_t>(*getUlps()) < 0)
    return emitOpError() << "(C3) expected a finite bound of at least 0, got ulps " << static_cast<int64_t>(*getUlps());
  return failure(failed(verifyBound(*this, "relative", getRelativeAttr())) ||
                 failed(verifyBound(*this, "absolute", getAbsoluteAttr())));
}

LogicalResult ExpectSqnrOp::verify() {
  if (failed(verifyFloats(*this, getActual().getType())))
    return failure();
  // (C2)
  if (!getDecibel().isFinite())
    return emitOpError() << "(C2) expected a finite number of decibel, got " << getDecibel().convertToDouble();
  return success();
}

LogicalResult ExpectBitsPerWeightOp::verify() {
  // (C1)
  auto stored = cast<RankedTensorType>(getStored());
  if (!stored.hasStaticShape() || stored.getNumElements() == 0)
    return emitOpError() << "(C1) expected a stored tensor of static shape with elements, got " << stored;
  // (C2)
  if (!getBits().isFinite() || getBits().isNegative() || getBits().isZero())
    return emitOpError() << "(C2) expected a finite and positive number of bits, got " << getBits().convertToDouble();
  return success();
}
