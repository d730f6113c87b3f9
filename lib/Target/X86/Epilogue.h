//===- Epilogue.h - the epilogue of a contraction on vectors ----------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_EPILOGUE_H
#define NIBBLE_LIB_TARGET_X86_EPILOGUE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Region.h"

namespace nibble::x86 {

/// Whether the region can be emitted on vectors: constants and ops that work on scalars and vectors alike. An op that does
/// not is reported.
mlir::LogicalResult verifyEpilogue(mlir::Region &epilogue);

/// On a contraction: what the final clamp of its epilogue is applied to is a number that fits i32, so that it may be converted before it is
/// clamped. Set by --nibble-x86-prove-ranges.
inline constexpr llvm::StringLiteral fitsI32Attr = "nibble.fits_i32";

/// What the clamp at the end of an epilogue that yields bytes is applied to; null when it has none.
mlir::Value getClampedValue(mlir::Region &epilogue);

/// How the 32-bit codes at the end of an epilogue become the bytes that it yields.
enum class Narrowing {
  /// As the region does it, modulo 256 or not at all.
  Exact,
  /// The codes are clamped to numbers that fit, so that saturating instructions narrow them, too; to u8 or to s8.
  SaturateUnsigned,
  SaturateSigned,
};

/// The narrowing that the region's clamp allows.
Narrowing getNarrowing(mlir::Region &epilogue);

/// Emits the region on vectors, with `arguments` for its arguments; returns the yielded vector, or, to be narrowed by saturation,
/// the vector of 32-bit codes. Clamps that saturation does as well are left out then. Every float operation is rounded as the
/// region writes it.
mlir::Value emitEpilogue(mlir::OpBuilder &builder, mlir::Region &epilogue, mlir::ValueRange arguments,
                         int64_t numLanes, Narrowing narrowing = Narrowing::Exact);

/// The bytes of four vectors of 32-bit codes: in each 16 bytes of the result four from each vector in turn.
mlir::Value emitSaturatedBytes(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<mlir::Value> codes,
                               Narrowing narrowing);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_EPILOGUE_H
