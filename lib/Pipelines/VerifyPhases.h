//===- VerifyPhases.h - what holds at the end of each phase ---------------------------------------------===//
//
// docs/Architecture.md, "The program between the phases". An error says which phase promised what.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_PIPELINES_VERIFYPHASES_H
#define NIBBLE_LIB_PIPELINES_VERIFYPHASES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

namespace nibble {

inline mlir::LogicalResult verifyNothing(mlir::ModuleOp) { return mlir::success(); }

/// No linalg contraction with a constant filter is left that nibble.conv or nibble.contract could say.
mlir::LogicalResult verifyNormalized(mlir::ModuleOp module);

/// Every quantizable op has schemes or the rule that left it float.
mlir::LogicalResult verifyAssigned(mlir::ModuleOp module);

/// No observer is left.
mlir::LogicalResult verifyQuantized(mlir::ModuleOp module);

/// Buffers only, no allocation, no copy of int32 sums: no i32 view of the workspace.
mlir::LogicalResult verifyLowered(mlir::ModuleOp module);

} // namespace nibble

#endif // NIBBLE_LIB_PIPELINES_VERIFYPHASES_H
