//===- EntryPoints.h - the exported functions of a program --------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_ENTRYPOINTS_H
#define NIBBLE_LIB_TARGET_EMIT_ENTRYPOINTS_H

#include "Machine.h"
#include "nibble/Target/Emit/Emit.h"

namespace llvm {
class Constant;
class Function;
} // namespace llvm

namespace nibble {

/// What a program contains beside its computation.
struct EntryOptions {
  int maxThreads = 0;
  RequiredFeatures features;
  /// `<model>_pool_create`, `_destroy` and `_parallel_for`.
  bool exportPool = false;
  /// The main function of an executable, and no other export.
  bool isExecutable = false;
};

/// Adds the entry points of nibble/Runtime/Program.h around `program`, which is the `@main` of "After target"
/// (docs/Architecture.md), and the constants of `<model>_info`. `weights` is a global or null. They are code for the baseline of
/// the architecture, and declare what they need of lib/Runtime. Returns the names of the symbols to export.
std::vector<std::string> addEntryPoints(llvm::Function &program, llvm::Constant *weights, const ProgramInfo &info,
                                        const EntryOptions &options);

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_ENTRYPOINTS_H
