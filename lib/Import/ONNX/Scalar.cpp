//===- Scalar.cpp - arithmetic in the bodies of linalg ops -------------------------------------------===//

#include "Scalar.h"
#include "Emit.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace nibble::onnx_import {

Scalar Scalar::constant(double number) const {
  return Scalar(*builder, scalar(*builder, getType(), number), unsignedInteger);
}

//===----------------------------------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------------------------------===//

template <typename Op>
static Scalar create(Scalar a, Scalar b) {
  return Scalar(a.getBuilder(), Op::create(a.getBuilder(), a.getValue(), b.getValue()), a.isUnsigned());
}

template <typename Op>
static Scalar create(Scalar a) {
  return Scalar(a.getBuilder(), Op::create(a.getBuilder(), a.getValue()), a.isUnsigned());
}

template <typename FloatOp, typename SignedOp, typename UnsignedOp = SignedOp>
static Scalar createOfType(Scalar a, Scalar b) {
  if (a.isFloat())
    return create<FloatOp>(a, b);
  return a.isUnsigned() ? create<UnsignedOp>(a, b) : create<SignedOp>(a, b);
}

Scalar operator+(Scalar a, Scalar b) { return createOfType<arith::AddFOp, arith::AddIOp>(a, b); }
Scalar operator-(Scalar a, Scalar b) { return createOfType<arith::SubFOp, arith::SubIOp>(a, b); }
Scalar operator*(Scalar a, Scalar b) { return createOfType<arith::MulFOp, arith::MulIOp>(a, b); }
Scalar operator/(Scalar a, Scalar b) { return createOfType<arith::DivFOp, arith::DivSIOp, arith::DivUIOp>(a, b); }
Scalar operator%(Scalar a, Scalar b) { return createOfType<arith::RemFOp, arith::RemSIOp, arith::RemUIOp>(a, b); }
Scalar max(Scalar a, Scalar b) { return createOfType<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>(a, b); }
Scalar min(Scalar a, Scalar b) { return createOfType<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>(a, b); }

Scalar abs(Scalar a) {
  if (a.isFloat())
    return create<math::AbsFOp>(a);
  return a.isUnsigned() ? a : create<math::AbsIOp>(a);
}

Scalar operator-(Scalar a) { return a.isFloat() ? create<arith::NegFOp>(a) : a.constant(0) - a; }

Scalar operator&(Scalar a, Scalar b) { return create<arith::AndIOp>(a, b); }
Scalar operator|(Scalar a, Scalar b) { return create<arith::OrIOp>(a, b); }
Scalar operator^(Scalar a, Scalar b) { return create<arith::XOrIOp>(a, b); }
Scalar operator~(Scalar a) { return a ^ a.constant(-1); }

/// A shift by the width or more is poison in arith.
template <typename ShiftOp>
static Scalar shift(Scalar a, Scalar b) {
  Scalar amount(b.getBuilder(), b.getValue(), /*isUnsigned=*/true);
  return select(amount < a.getType().getIntOrFloatBitWidth(), create<ShiftOp>(a, b), a.constant(0));
}

Scalar operator<<(Scalar a, Scalar b) { return shift<arith::ShLIOp>(a, b); }
Scalar operator>>(Scalar a, Scalar b) { return shift<arith::ShRUIOp>(a, b); }

//===----------------------------------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------------------------------===//

static Scalar compare(Scalar a, Scalar b, arith::CmpFPredicate ofFloats, arith::CmpIPredicate ofSigned,
                      arith::CmpIPredicate ofUnsigned) {
  ImplicitLocOpBuilder &builder = a.getBuilder();
  if (a.isFloat())
    return Scalar(builder, arith::CmpFOp::create(builder, ofFloats, a.getValue(), b.getValue()));
  return Scalar(builder, arith::CmpIOp::create(builder, a.isUnsigned() ? ofUnsigned : ofSigned, a.getValue(),
                                               b.getValue()));
}

Scalar operator<(Scalar a, Scalar b) {
  return compare(a, b, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt, arith::CmpIPredicate::ult);
}
Scalar operator<=(Scalar a, Scalar b) {
  return compare(a, b, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle, arith::CmpIPredicate::ule);
}
Scalar operator>(Scalar a, Scalar b) {
  return compare(a, b, arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt, arith::CmpIPredicate::ugt);
}
Scalar operator>=(Scalar a, Scalar b) {
  return compare(a, b, arith::CmpFPredicate::OGE, arith::CmpIPredicate::sge, arith::CmpIPredicate::uge);
}
Scalar isEqual(Scalar a, Scalar b) {
  return compare(a, b, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq, arith::CmpIPredicate::eq);
}

Scalar isNaN(Scalar a) {
  ImplicitLocOpBuilder &builder = a.getBuilder();
  return Scalar(builder, arith::CmpFOp::create(builder, arith::CmpFPredicate::UNO, a.getValue(), a.getValue()));
}

Scalar select(Scalar condition, Scalar a, Scalar b) {
  ImplicitLocOpBuilder &builder = a.getBuilder();
  return Scalar(builder, arith::SelectOp::create(builder, condition.getValue(), a.getValue(), b.getValue()),
                a.isUnsigned());
}

//===----------------------------------------------------------------------------------------------===//
// Functions of floats
//===----------------------------------------------------------------------------------------------===//

Scalar exp(Scalar a) { return create<math::ExpOp>(a); }
Scalar log(Scalar a) { return create<math::LogOp>(a); }
Scalar log1p(Scalar a) { return create<math::Log1pOp>(a); }
Scalar sqrt(Scalar a) { return create<math::SqrtOp>(a); }
Scalar tanh(Scalar a) { return create<math::TanhOp>(a); }
Scalar erf(Scalar a) { return create<math::ErfOp>(a); }
Scalar pow(Scalar a, Scalar b) { return create<math::PowFOp>(a, b); }
Scalar sigmoid(Scalar a) { return 1 / (1 + exp(-a)); }
Scalar softplus(Scalar a) { return max(a, 0) + log1p(exp(-abs(a))); }

//===----------------------------------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------------------------------===//

static Value convertFloat(ImplicitLocOpBuilder &b, Value value, Type to) {
  unsigned fromBits = value.getType().getIntOrFloatBitWidth(), toBits = to.getIntOrFloatBitWidth();
  if (toBits > fromBits)
    return arith::ExtFOp::create(b, to, value);
  if (toBits < fromBits)
    return arith::TruncFOp::create(b, to, value);
  // f16 and bf16: through f32, which holds both.
  return arith::TruncFOp::create(b, to, arith::ExtFOp::create(b, b.getF32Type(), value));
}

static Value convertInteger(ImplicitLocOpBuilder &b, Value value, bool isUnsigned, Type to) {
  unsigned fromBits = value.getType().getIntOrFloatBitWidth(), toBits = to.getIntOrFloatBitWidth();
  if (toBits < fromBits)
    return arith::TruncIOp::create(b, to, value);
  return isUnsigned ? arith::ExtUIOp::create(b, to, value).getResult() : arith::ExtSIOp::create(b, to, value).getResult();
}

Scalar Scalar::convertTo(ElementType type) const {
  ImplicitLocOpBuilder &b = *builder;
  Type to = type.type;
  auto wrap = [&](Value converted) { return Scalar(b, converted, type.isUnsigned); };
  if (getType() == to)
    return wrap(value);
  if (to.isInteger(1)) {
    if (isFloat())
      return wrap(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, value, constant(0).value));
    return wrap(arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value, constant(0).value));
  }
  bool toFloat = isa<FloatType>(to);
  if (isFloat() && toFloat)
    return wrap(convertFloat(b, value, to));
  if (!isFloat() && !toFloat)
    return wrap(convertInteger(b, value, unsignedInteger, to));
  if (isFloat())
    return type.isUnsigned ? wrap(arith::FPToUIOp::create(b, to, value)) : wrap(arith::FPToSIOp::create(b, to, value));
  return unsignedInteger ? wrap(arith::UIToFPOp::create(b, to, value)) : wrap(arith::SIToFPOp::create(b, to, value));
}

} // namespace nibble::onnx_import
