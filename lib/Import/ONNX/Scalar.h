//===- Scalar.h - arithmetic in the bodies of linalg ops ---------------------------------------------===//
//
// A Scalar is a number of a body under construction; arithmetic on it appends ops of arith and math, those of its type and
// sign. A double stands for a constant of the other operand's type.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_SCALAR_H
#define NIBBLE_LIB_IMPORT_ONNX_SCALAR_H

#include "TensorReader.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace nibble::onnx_import {

class Scalar {
public:
  /// Booleans are unsigned, whatever is said.
  Scalar(mlir::ImplicitLocOpBuilder &builder, mlir::Value value, bool isUnsigned = false)
      : builder(&builder), value(value), unsignedInteger(isUnsigned || value.getType().isInteger(1)) {}

  mlir::ImplicitLocOpBuilder &getBuilder() const { return *builder; }
  mlir::Value getValue() const { return value; }
  mlir::Type getType() const { return value.getType(); }
  bool isFloat() const { return mlir::isa<mlir::FloatType>(getType()); }
  bool isUnsigned() const { return unsignedInteger; }

  /// A constant of this one's type.
  Scalar constant(double number) const;
  /// The number as another type. A float becomes an integer by truncation; what is out of range is undefined, as in ONNX.
  Scalar convertTo(ElementType type) const;

private:
  mlir::ImplicitLocOpBuilder *builder;
  mlir::Value value;
  bool unsignedInteger;
};

// Numbers of one type.
Scalar operator+(Scalar a, Scalar b);
Scalar operator-(Scalar a, Scalar b);
Scalar operator*(Scalar a, Scalar b);
/// Integers are divided towards zero.
Scalar operator/(Scalar a, Scalar b);
/// The remainder of that division.
Scalar operator%(Scalar a, Scalar b);
/// NaN when one is NaN.
Scalar max(Scalar a, Scalar b);
Scalar min(Scalar a, Scalar b);
Scalar abs(Scalar a);
Scalar operator-(Scalar a);

// Comparisons are booleans, false when one is NaN.
Scalar operator<(Scalar a, Scalar b);
Scalar operator<=(Scalar a, Scalar b);
Scalar operator>(Scalar a, Scalar b);
Scalar operator>=(Scalar a, Scalar b);
Scalar isEqual(Scalar a, Scalar b);
Scalar isNaN(Scalar a);
Scalar select(Scalar condition, Scalar a, Scalar b);

// Integers and booleans, bit by bit.
Scalar operator&(Scalar a, Scalar b);
Scalar operator|(Scalar a, Scalar b);
Scalar operator^(Scalar a, Scalar b);
Scalar operator~(Scalar a);
/// Zeros come in; a shift by the width or more gives 0.
Scalar operator<<(Scalar a, Scalar b);
Scalar operator>>(Scalar a, Scalar b);

// Floats.
Scalar exp(Scalar a);
Scalar log(Scalar a);
Scalar log1p(Scalar a);
Scalar sqrt(Scalar a);
Scalar tanh(Scalar a);
Scalar erf(Scalar a);
Scalar pow(Scalar a, Scalar b);
Scalar sigmoid(Scalar a);
/// log(1 + exp(a)), without overflow.
Scalar softplus(Scalar a);

inline Scalar operator+(Scalar a, double b) { return a + a.constant(b); }
inline Scalar operator+(double a, Scalar b) { return b.constant(a) + b; }
inline Scalar operator-(Scalar a, double b) { return a - a.constant(b); }
inline Scalar operator-(double a, Scalar b) { return b.constant(a) - b; }
inline Scalar operator*(Scalar a, double b) { return a * a.constant(b); }
inline Scalar operator*(double a, Scalar b) { return b.constant(a) * b; }
inline Scalar operator/(Scalar a, double b) { return a / a.constant(b); }
inline Scalar operator/(double a, Scalar b) { return b.constant(a) / b; }
inline Scalar operator<(Scalar a, double b) { return a < a.constant(b); }
inline Scalar operator>(Scalar a, double b) { return a > a.constant(b); }
inline Scalar operator>=(Scalar a, double b) { return a >= a.constant(b); }
inline Scalar max(Scalar a, double b) { return max(a, a.constant(b)); }
inline Scalar min(Scalar a, double b) { return min(a, a.constant(b)); }
inline Scalar operator&(Scalar a, double b) { return a & a.constant(b); }
inline Scalar operator>>(Scalar a, double b) { return a >> a.constant(b); }
inline Scalar isEqual(Scalar a, double b) { return isEqual(a, a.constant(b)); }

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_SCALAR_H
