//===- StorageForms.h - ops that keep the scale, on stored codes ------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_STORAGEFORMS_H
#define NIBBLE_LIB_TRANSFORMS_STORAGEFORMS_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/Builders.h"

namespace nibble {

/// Whether `op` pads with minus infinity, or the lowest float, and only maximum pooling reads the result.
bool isNeutralPadding(mlir::Operation *op);

/// The operands that have to be codes of one scale so that `op` runs on codes: those of SameScaleOpInterface, and the source
/// of a neutral padding (any code that is not above the others will do there). Empty when `op` has no form on codes.
llvm::SmallVector<mlir::OpOperand *> getStorageOperands(mlir::Operation *op);

/// `op` on codes of `scheme` and `zeroPoint`. `codes` takes the places of getStorageOperands(op), in order. Results are the
/// same numbers of the same scale.
mlir::Operation *cloneOnCodes(mlir::OpBuilder &builder, mlir::Operation *op, llvm::ArrayRef<mlir::Value> codes,
                              SchemeAttr scheme, int32_t zeroPoint);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_STORAGEFORMS_H
