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

/// The code clamp(round(value)) + zero point. `value` is an f32 in units of the scale and not NaN; rounding is half to even.
mlir::Value createCode(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, SchemeAttr scheme,
                       mlir::Value zeroPoint);

/// `value`, or 0 where it is NaN.
mlir::Value createZeroForNaN(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_SCALARCODES_H
