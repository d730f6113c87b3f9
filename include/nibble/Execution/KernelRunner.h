//===- KernelRunner.h - compile one kernel in process and call it -----------------------------------===//
//
// For tests and measurements of a target's kernels, without the rest of a program around them.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_EXECUTION_KERNELRUNNER_H
#define NIBBLE_EXECUTION_KERNELRUNNER_H

#include "nibble/Target/TargetBackend.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinOps.h"
#include <memory>

namespace nibble {

class KernelRunner {
public:
  /// Compiles the kernel of the only nibble.launch in `module`, whose contraction is on buffers (docs/Architecture.md, "After
  /// lower"), for a CPU that this machine has. Takes the module apart; problems are reported at its ops.
  static mlir::FailureOr<std::unique_ptr<KernelRunner>> create(mlir::ModuleOp module, const TargetBackend &target,
                                                               const CpuFacts &facts);

  int64_t getNumTiles() const { return numTiles; }

  /// Runs one tile, or all of them in order. `buffers` are the pointers for the operands of the launch.
  void runTile(int64_t tile, llvm::ArrayRef<void *> buffers) const;
  void run(llvm::ArrayRef<void *> buffers) const;

  /// Writes the machine code as an object file.
  void writeObject(llvm::StringRef path) { engine->dumpToObjectFile(path); }

private:
  std::unique_ptr<mlir::ExecutionEngine> engine;
  void (*function)(void **) = nullptr;
  int64_t numTiles = 1;
};

} // namespace nibble

#endif // NIBBLE_EXECUTION_KERNELRUNNER_H
