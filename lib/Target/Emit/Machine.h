//===- Machine.h - what the machine of a program needs ------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_MACHINE_H
#define NIBBLE_LIB_TARGET_EMIT_MACHINE_H

#include <cstdint>
#include <string>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace nibble {

/// The features of the machine that the program checks before it runs: those of Runtime/CpuFeatures.def that code generation
/// may use. None for architectures without a list.
struct RequiredFeatures {
  uint64_t bits = 0;
  /// Their names, separated by commas.
  std::string names;
};

RequiredFeatures getRequiredFeatures(const llvm::TargetMachine &machine);

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_MACHINE_H
