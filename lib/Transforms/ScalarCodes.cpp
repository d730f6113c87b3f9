//===- ScalarCodes.cpp - one code, in scalar ops ----------------------------------------------------===//

#include "ScalarCodes.h"
#include "nibble/Transforms/WideIntegers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nibble;

/// code - zero point, as an i32.
static Value createDifference(OpBuilder &builder, Location loc, Value code, SchemeAttr scheme, Value zeroPoint) {
  Type i32 = builder.getI32Type();
  Value wide = scheme.isSigned() ? arith::ExtSIOp::create(builder, loc, i32, code).getResult()
                                 : arith::ExtUIOp::create(builder, loc, i32, code).getResult();
  return zeroPoint ? builder.createOrFold<arith::SubIOp>(loc, wide, zeroPoint) : wide;
}

Value nibble::createUnscaled(OpBuilder &builder, Location loc, Value code, SchemeAttr scheme, Value zeroPoint) {
  return arith::SIToFPOp::create(builder, loc, builder.getF32Type(), createDifference(builder, loc, code, scheme, zeroPoint));
}

//===----------------------------------------------------------------------------------------------===//
// Fixed point
//===----------------------------------------------------------------------------------------------===//

/// roundingDoublingHighMultiply: ties away from zero. The multiplier is not negative, so that nothing saturates.
static Value createHighProduct(WideIntegers &emit, Value value, Value multiplier) {
  Value product = emit.multiply(value, multiplier);
  constexpr int64_t quarter = int64_t(1) << 30;
  Value nudge = emit.selectIf(arith::CmpIPredicate::sge, product, emit.constant(0), emit.constant(quarter),
                              emit.constant(1 - quarter));
  return emit.create<arith::DivSIOp>(emit.add(product, nudge), emit.constant(int64_t(1) << 31));
}

/// roundingDivideByPowerOfTwo: ties away from zero.
static Value createRoundedQuotient(WideIntegers &emit, Value value, Value exponent) {
  Value mask = emit.subtract(emit.create<arith::ShLIOp>(emit.constant(1), exponent), emit.constant(1));
  Value remainder = emit.create<arith::AndIOp>(value, mask), zero = emit.constant(0), one = emit.constant(1);
  Value threshold = emit.add(emit.create<arith::ShRSIOp>(mask, one),
                             emit.selectIf(arith::CmpIPredicate::slt, value, zero, one, zero));
  return emit.add(emit.create<arith::ShRSIOp>(value, exponent),
                  emit.selectIf(arith::CmpIPredicate::sgt, remainder, threshold, one, zero));
}

/// The functions of Numerics/FixedPoint.h by name of their rounding; all values are i64.
static Value createFixedPointProduct(WideIntegers &emit, RoundingMode rounding, Value value, Value multiplier, Value shift) {
  if (rounding == RoundingMode::TfliteDouble) {
    Value zero = emit.constant(0), left = emit.create<arith::MaxSIOp>(shift, zero);
    Value right = emit.create<arith::MaxSIOp>(emit.subtract(zero, shift), zero);
    Value shifted = emit.cutTo32Bits(emit.create<arith::ShLIOp>(value, left));
    return createRoundedQuotient(emit, createHighProduct(emit, shifted, multiplier), right);
  }
  Value right = rounding == RoundingMode::Tosa ? shift : emit.subtract(emit.constant(31), shift);
  Value sum = emit.add(emit.multiply(value, multiplier), emit.half(right));
  return emit.cutTo32Bits(emit.create<arith::ShRSIOp>(sum, right));
}

Value nibble::createFixedPointCode(OpBuilder &builder, Location loc, Value code, SchemeAttr from, Value fromZeroPoint,
                                   Value multiplier, Value shift, SchemeAttr to, Value toZeroPoint) {
  WideIntegers emit(builder, loc);
  Value value = emit.widen(createDifference(builder, loc, code, from, fromZeroPoint), /*isUnsigned=*/false);
  Value result = createFixedPointProduct(emit, to.getRounding(), value, emit.widen(multiplier, /*isUnsigned=*/false),
                                         emit.widen(shift, /*isUnsigned=*/false));
  if (toZeroPoint)
    result = emit.add(result, emit.widen(toZeroPoint, /*isUnsigned=*/false));
  return arith::TruncIOp::create(builder, loc, to.getStorageElementType(),
                                 emit.clamp(result, to.getMinCode(), to.getMaxCode()));
}

//===----------------------------------------------------------------------------------------------===//
// Real numbers
//===----------------------------------------------------------------------------------------------===//

/// The least or greatest number that the clamp lets through.
static Value createBound(OpBuilder &builder, Location loc, int64_t code, Value zeroPoint) {
  Value bound = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(code));
  if (zeroPoint)
    bound = builder.createOrFold<arith::SubIOp>(loc, bound, zeroPoint);
  return builder.createOrFold<arith::SIToFPOp>(loc, builder.getF32Type(), bound);
}

bool nibble::hasScalarCodes(SchemeAttr scheme) {
  return scheme.isInteger() && scheme.getNumBits() >= 8 && scheme.getZeroPoint() != ZeroPointKind::Minimum &&
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
