//===- ProgramModule.h - the LLVM module of a program -------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_PROGRAMMODULE_H
#define NIBBLE_LIB_TARGET_EMIT_PROGRAMMODULE_H

#include "EntryPoints.h"

namespace nibble {

/// Where the weights are.
enum class WeightsPlacement {
  Constant, ///< a constant of the module
  Symbol    ///< the undefined symbol getWeightsSymbol(info), for a section that is written apart or memory of the compiler
};

/// Bytes behind the weights that are there to be read: kernels load whole vectors (docs/Architecture.md).
constexpr int64_t weightsPaddingInBytes = 64;

/// Translates the program, adds entry points and what they need of lib/Runtime, hides everything else, and optimizes. Consumes the
/// content of `module`.
llvm::Expected<std::unique_ptr<llvm::Module>> buildProgramModule(mlir::ModuleOp module, const ProgramInfo &info,
                                                                 const EntryOptions &options, WeightsPlacement placement,
                                                                 llvm::TargetMachine &machine, llvm::LLVMContext &context);

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_PROGRAMMODULE_H
