//===- Arrays.h - arrays between files, programs and the reference -----------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_ARRAYS_H
#define NIBBLE_LIB_DRIVER_ARRAYS_H

#include "nibble/Data/Array.h"
#include "nibble/Execution/Program.h"
#include "nibble/Driver/Session.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace nibble {

/// Names of the inputs and outputs of `@main`, from `nibble.name`; numbers where there is none.
struct Signature {
  std::vector<std::string> inputNames, outputNames;
};
Signature getSignature(mlir::func::FuncOp main);

/// A name as a file name: characters other than letters, digits, '.', '-' and '_' become '_'.
std::string getFileName(llvm::StringRef name);

/// Runs a program; converts dtypes where that loses nothing. Errors name the input, with the expected and the given type.
llvm::Expected<std::vector<data::Array>> runOnArrays(Program &program, llvm::ArrayRef<data::Array> inputs, int threads);

/// Evaluates `@main` of a module on tensors on the reference interpreter. Inputs may have more samples than the model along a batch
/// axis; the model then is evaluated for one batch after the other.
llvm::Expected<std::vector<data::Array>> evaluateOnReference(mlir::func::FuncOp main,
                                                             llvm::ArrayRef<data::Array> inputs);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_ARRAYS_H
