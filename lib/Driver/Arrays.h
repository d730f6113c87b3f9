//===- Arrays.h - arrays between files, programs and the reference -----------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_ARRAYS_H
#define NIBBLE_LIB_DRIVER_ARRAYS_H

#include "nibble/Data/Array.h"
#include "nibble/Execution/Program.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/IR/BuiltinOps.h"

namespace nibble {

/// The arrays of the options `--input`, in the order of the inputs. All missing, unknown and unreadable ones are in the error.
llvm::Expected<std::vector<data::Array>> readInputs(llvm::ArrayRef<std::string> specs, const nibble_info &info);

/// Writes every output to its file in `folder`, which is made if need be: all of them or none.
llvm::Error writeOutputs(llvm::StringRef folder, const nibble_info &info, llvm::ArrayRef<data::Array> outputs);

/// Runs a program; converts dtypes where that loses nothing. Errors name the input, with the expected and the given type.
llvm::Expected<std::vector<data::Array>> runOnArrays(Program &program, llvm::ArrayRef<data::Array> inputs, int threads);

/// Evaluates a module of any phase up to lower on the reference interpreter. `info` describes it; as with compiled programs,
/// inputs may have any number of samples along a batch axis. Assertions are counted in `checks`, or make it fail when that is null.
llvm::Expected<std::vector<data::Array>> runOnReference(mlir::ModuleOp module, const nibble_info &info,
                                                        llvm::ArrayRef<data::Array> inputs,
                                                        reference::CheckCounts *checks = nullptr);

/// The input as the reference holds it; `array` has the shape and element type of `type`, and must live as long.
reference::Tensor borrowTensor(const data::Array &array, mlir::Type type);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_ARRAYS_H
