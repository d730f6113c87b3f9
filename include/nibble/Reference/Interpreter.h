//===- Interpreter.h - evaluates IR ----------------------------------------------------------------===//
//
// The oracle: evaluates ops directly, without lowering them, so that a wrong lowering is found by comparing. Slow and
// plain, except that scalar code is compiled (lib/Reference/ScalarProgram.h). lib/Reference/Ops.def lists the ops.
//
// Understood: programs on tensors, from import to fuse; programs on memrefs that still consist of linalg, memref, scf
// and nibble ops. Errors (unsupported op, access out of bounds, division by zero, overflow of an exact accumulator) are
// emitted as diagnostics at the op; nothing in the IR makes the interpreter crash.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_REFERENCE_INTERPRETER_H
#define NIBBLE_REFERENCE_INTERPRETER_H

#include "nibble/Reference/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace nibble::reference {

/// Is called after each op outside of scalar regions with those results that are tensors or scalars.
using Observer = llvm::function_ref<void(mlir::Operation *op, llvm::ArrayRef<Tensor> results)>;

/// How many assertions of the dialect `nibble_check` were evaluated.
struct CheckCounts {
  int64_t numHeld = 0, numFailed = 0;
};

/// Evaluates a function of tensors and scalars. `inputs` have the argument types. Assertions that do not hold are errors at their ops,
/// and everything else is evaluated all the same; they are added to `checks`, or make the evaluation fail when it is null.
mlir::FailureOr<llvm::SmallVector<Tensor>> evaluate(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs,
                                                    Observer observer = nullptr, CheckCounts *checks = nullptr);

/// Evaluates `@main` of a model in any phase from import to lower (docs/Architecture.md): in a lowered program the
/// arguments of role "output" are the results, and workspace and weights are supplied. Filters must be in logical order: what a
/// target's packing means is the target's affair. Lowered programs have no assertions.
mlir::FailureOr<llvm::SmallVector<Tensor>> evaluateMain(mlir::ModuleOp module, llvm::ArrayRef<Tensor> inputs,
                                                        Observer observer = nullptr, CheckCounts *checks = nullptr);

/// Evaluates a single op. `values` holds its operands and what its regions use from outside; the results are tensors.
mlir::FailureOr<llvm::SmallVector<Tensor>> evaluate(mlir::Operation *op,
                                                    llvm::ArrayRef<std::pair<mlir::Value, Tensor>> values);

} // namespace nibble::reference

#endif // NIBBLE_REFERENCE_INTERPRETER_H
