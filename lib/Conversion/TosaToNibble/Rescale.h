//===- Rescale.h - tosa.rescale in scalar ops -----------------------------------------------------------===//
//
// The IR of `applyScale32` and `applyScale16` in Numerics/FixedPoint.h, between the zero points and the clamp of RESCALE (TOSA
// specification 1.0). It is emitted here and nowhere else: for elements, and for the epilogue of a contraction.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_CONVERSION_TOSATONIBBLE_RESCALE_H
#define NIBBLE_LIB_CONVERSION_TOSATONIBBLE_RESCALE_H

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// A tosa.rescale whose parameters are constants.
struct Rescale {
  /// Fails when a parameter is not constant or a type is not signless.
  static mlir::FailureOr<Rescale> get(mlir::tosa::RescaleOp op);

  bool isPerChannel() const { return multipliers.size() > 1; }

  /// The parameters that differ between channels, as tensors of one dimension; none when there is one multiplier for all.
  llvm::SmallVector<mlir::Value> createOperands(mlir::OpBuilder &builder, mlir::Location loc) const;

  /// The rescaled element; `parameters` are the elements of the operands for its channel.
  mlir::Value create(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value element, mlir::ValueRange parameters) const;

  llvm::SmallVector<int32_t> multipliers;
  llvm::SmallVector<int8_t> shifts;
  int64_t inputZeroPoint = 0, outputZeroPoint = 0;
  bool roundsTwice = false, isInputUnsigned = false, isOutputUnsigned = false;
  mlir::IntegerType outputType;
};

/// Elementwise tosa.rescale to linalg.generic.
void populateRescalePatterns(const mlir::TypeConverter &converter, mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_LIB_CONVERSION_TOSATONIBBLE_RESCALE_H
