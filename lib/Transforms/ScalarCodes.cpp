//===- ScalarCodes.cpp - one code, in scalar ops ----------------------------------------------------===//

#include "ScalarCodes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nibble;

Value nibble::createUnscaled(OpBuilder &builder, Location loc, Value code, SchemeAttr scheme, Value zeroPoint) {
  Type i32 = builder.getI32Type();
  Value wide = scheme.isSigned() ? arith::ExtSIOp::create(builder, loc, i32, code).getResult()
                                 : arith::ExtUIOp::create(builder, loc, i32, code).getResult();
  if (zeroPoint)
    wide = builder.createOrFold<arith::SubIOp>(loc, wide, zeroPoint);
  return arith::SIToFPOp::create(builder, loc, builder.getF32Type(), wide);
}

/// The least or greatest number that the clamp lets through.
static Value createBound(OpBuilder &builder, Location loc, int64_t code, Value zeroPoint) {
  Value bound = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(code));
  if (zeroPoint)
    bound = builder.createOrFold<arith::SubIOp>(loc, bound, zeroPoint);
  return builder.createOrFold<arith::SIToFPOp>(loc, builder.getF32Type(), bound);
}

bool nibble::hasScalarCodes(SchemeAttr scheme) {
  bool rounds = scheme.getRounding() == RoundingMode::HalfToEven || scheme.getRounding() == RoundingMode::HalfAwayFromZero;
  return scheme.isInteger() && scheme.getNumBits() >= 8 && rounds && scheme.getZeroPoint() != ZeroPointKind::Minimum &&
         scheme.getScale().size() == 1 && scheme.getScale().front().isF32();
}

Value nibble::createInteger(OpBuilder &builder, Location loc, Value value, SchemeAttr scheme, Value zeroPoint,
                            RoundingMode rounding) {
  value = arith::MaxNumFOp::create(builder, loc, value, createBound(builder, loc, scheme.getMinCode(), zeroPoint));
  value = arith::MinNumFOp::create(builder, loc, value, createBound(builder, loc, scheme.getMaxCode(), zeroPoint));
  Value rounded = rounding == RoundingMode::HalfToEven ? math::RoundEvenOp::create(builder, loc, value).getResult()
                                                       : math::RoundOp::create(builder, loc, value).getResult();
  Value code = arith::FPToSIOp::create(builder, loc, builder.getI32Type(), rounded);
  return zeroPoint ? builder.createOrFold<arith::AddIOp>(loc, code, zeroPoint) : code;
}

Value nibble::createCode(OpBuilder &builder, Location loc, Value value, SchemeAttr scheme, Value zeroPoint) {
  Value code = createInteger(builder, loc, value, scheme, zeroPoint, scheme.getRounding());
  return arith::TruncIOp::create(builder, loc, scheme.getStorageElementType(), code);
}

Value nibble::createZeroForNaN(OpBuilder &builder, Location loc, Value value) {
  Value isNaN = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, value, value);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0));
  return arith::SelectOp::create(builder, loc, isNaN, zero, value);
}
