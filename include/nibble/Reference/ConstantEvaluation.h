//===- ConstantEvaluation.h - folds ops on constants by evaluating them ----------------------------===//

#ifndef NIBBLE_REFERENCE_CONSTANTEVALUATION_H
#define NIBBLE_REFERENCE_CONSTANTEVALUATION_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace nibble::reference {

/// Evaluates an op all of whose operands, and all values that its regions use from outside, are constants. The results
/// are typed attributes: elements for tensors (resources beyond 1 KiB), numbers for scalars.
///
/// Fails without a diagnostic when the op has side effects or memref operands, an operand is no constant, the op is not
/// supported, its evaluation is an error, or results and iterations are more than `maxNumElements`.
mlir::FailureOr<llvm::SmallVector<mlir::TypedAttr>> evaluateConstant(mlir::Operation *op,
                                                                     int64_t maxNumElements = int64_t(1) << 28);

} // namespace nibble::reference

#endif // NIBBLE_REFERENCE_CONSTANTEVALUATION_H
