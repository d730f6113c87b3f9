//===- ScalarDecoding.h - one code of any scheme, in scalar ops --------------------------------------===//
//
// The IR of Dialect/Nibble/IR/SchemeCodec.h, for bodies of linalg.generic.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_SCALARDECODING_H
#define NIBBLE_LIB_TRANSFORMS_SCALARDECODING_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/Builders.h"

namespace nibble {

/// Values of small codes, as constants outside of the body that looks them up.
class LookupTables {
public:
  LookupTables(mlir::OpBuilder &builder, mlir::Location loc, SchemeAttr scheme);

  /// The tensor of f32 that has a value for each code; null when codes are computed.
  mlir::Value levels;
  /// The same for stored scales of 8 bits, per level, and for minima.
  llvm::SmallVector<mlir::Value, 2> scales;
};

/// The i32 code of the element at `indices` of packed codes, sign-extended for signed codecs.
mlir::Value createPackedCode(mlir::OpBuilder &builder, mlir::Location loc, SchemeAttr scheme, mlir::Value codes,
                             mlir::ValueRange indices);

/// The i32 code of a stored element that has one.
mlir::Value createWideCode(mlir::OpBuilder &builder, mlir::Location loc, SchemeAttr scheme, mlir::Value stored);

/// The f32 of a stored scale or minimum of a level.
mlir::Value createScale(mlir::OpBuilder &builder, mlir::Location loc, SchemeAttr scheme, unsigned level, mlir::Value stored,
                        const LookupTables &tables);

/// The f32 that a code stands for at scale 1, for schemes that are not declared. The zero point is an i32, or null.
mlir::Value createLevel(mlir::OpBuilder &builder, mlir::Location loc, SchemeAttr scheme, mlir::Value code, mlir::Value zeroPoint,
                        const LookupTables &tables);

/// A copy of what a region of a declared scheme computes from `arguments`.
mlir::Value createDeclared(mlir::OpBuilder &builder, mlir::Region &region, mlir::ValueRange arguments);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_SCALARDECODING_H
