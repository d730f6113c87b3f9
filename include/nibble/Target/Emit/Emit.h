//===- Emit.h - from a program in the LLVM dialect to files ------------------------------------------===//
//
// The last phase. The module is that of "After target" in docs/Architecture.md; what comes out is a file that contains the
// program, its weights, its entry points (nibble/Runtime/Program.h) and as much of lib/Runtime as the kind of file needs.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TARGET_EMIT_EMIT_H
#define NIBBLE_TARGET_EMIT_EMIT_H

#include "nibble/Target/Emit/ProgramInfo.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
} // namespace llvm

namespace nibble {

/// Kinds of files, and what of lib/Runtime is in them beside nibble_launch and the check of the CPU.
enum class EmitKind {
  Executable,    ///< pool, .npy files, command line; linked statically
  Object,        ///< nothing; a header beside it
  StaticLibrary, ///< pool; a header beside it
  SharedLibrary, ///< pool; a header beside it
  Assembly,      ///< as an object
  LLVMIR         ///< as an object, after optimization
};

/// The kind that `--emit=<name>` asks for: exe, object, static, shared, asm, llvm.
std::optional<EmitKind> getEmitKind(llvm::StringRef name);

/// Whether the kind can be written to standard output.
inline bool isTextKind(EmitKind kind) { return kind == EmitKind::Assembly || kind == EmitKind::LLVMIR; }

/// The machine to generate code for, in LLVM's words (`CpuFacts`). An empty triple is the host's; the CPU "native" is the host's
/// with exactly the features that the host has; an empty CPU is the baseline of the triple.
struct MachineOptions {
  std::string triple, cpu, features;
};

struct EmitOptions {
  EmitKind kind = EmitKind::Executable;
  MachineOptions machine;
  /// The most threads that the program may use, `nibble_info.max_threads`; 0 for any number.
  int maxThreads = 0;
};

/// Writes the program to `path` and, for objects and libraries, its header to `path` with the extension replaced by `.h`. Text
/// kinds may go to "-", standard output. Weights of text kinds above 64 KiB are written beside them (`<path>.weights`).
/// Files are written whole or not at all; equal inputs give equal bytes. Consumes the content of `module`.
llvm::Error emitProgram(mlir::ModuleOp module, const ProgramInfo &info, const EmitOptions &options, llvm::StringRef path);

/// The target machine of `options`, with the settings that the Spec asks for (no contraction of float operations). Position
/// independent code.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine(const MachineOptions &options);

/// The optimized LLVM module of the program as an object has it, for running it in process: the weights are the undefined
/// symbol `getWeightsSymbol(info)`, and so is everything that the module declared and neither it nor lib/Runtime defines.
llvm::Expected<std::unique_ptr<llvm::Module>> buildHostModule(mlir::ModuleOp module, const ProgramInfo &info,
                                                              llvm::TargetMachine &machine, llvm::LLVMContext &context);

/// The symbol of the weights, when they are not empty.
std::string getWeightsSymbol(const ProgramInfo &info);

} // namespace nibble

#endif // NIBBLE_TARGET_EMIT_EMIT_H
