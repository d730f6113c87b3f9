//===- ScalarCodes.h - one code, in scalar ops ------------------------------------------------------===//
//
// The IR of Numerics/Integer.h, for bodies of linalg.generic and for epilogues. Zero points are i32 values, null for 0.
// Constants fold as they are built.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_SCALARCODES_H
#define NIBBLE_LIB_TRANSFORMS_SCALARCODES_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/Builders.h"

namespace nibble {

/// float(code - zero point).
mlir::Value createUnscaled(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value code, SchemeAttr scheme,
                           mlir::Value zeroPoint);

/// Whether codes are elements of the tensor that stores them, and their arithmetic is that of this file.
bool hasScalarCodes(SchemeAttr scheme);

/// A requantized code of a scheme with a fixed-point rounding (Numerics/FixedPoint.h), in storage; multiplier and shift are i32.
mlir::Value createFixedPointCode(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value code, SchemeAttr from,
                                 mlir::Value fromZeroPoint, mlir::Value multiplier, mlir::Value shift, SchemeAttr to,
                                 mlir::Value toZeroPoint);

/// clamp(round(value)) + zero point as an i32. `value` is an f32 in units of the scale and not NaN.
mlir::Value createInteger(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, SchemeAttr scheme,
                          mlir::Value zeroPoint, RoundingMode rounding);

/// The same as a code in storage, with the rounding of the scheme.
mlir::Value createCode(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, SchemeAttr scheme,
                       mlir::Value zeroPoint);

/// `value`, or 0 where it is NaN.
mlir::Value createZeroForNaN(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_SCALARCODES_H
