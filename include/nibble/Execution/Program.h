//===- Program.h - load or compile a program and run it -----------------------------------------------===//

#ifndef NIBBLE_EXECUTION_PROGRAM_H
#define NIBBLE_EXECUTION_PROGRAM_H

#include "nibble/Runtime/Program.h"
#include "nibble/Target/Emit/Emit.h"
#include "llvm/ADT/StringMap.h"
#include <cstdlib>

namespace nibble {

/// An array that someone else owns: elements in C order.
struct ArrayView {
  nibble_dtype dtype;
  llvm::ArrayRef<int64_t> shape;
  const void *data;
};

/// An array that owns its elements, aligned to 64 bytes.
struct OwnedArray {
  nibble_dtype dtype;
  llvm::SmallVector<int64_t> shape;
  std::unique_ptr<char, decltype(&std::free)> data{nullptr, std::free};

  int64_t getSizeInBytes() const;
  ArrayView view() const { return {dtype, shape, data.get()}; }
};

struct JitOptions {
  /// Host symbols that the module calls, for example nibble_observe_f32, beside those of the process.
  llvm::StringMap<void *> symbols;
  /// The CPU to generate code for; it must be one that this machine has.
  MachineOptions machine = {"", "native", ""};
};

/// A program that can be called: out of a shared library, or compiled in process. Not thread safe: it keeps a workspace and a
/// pool of threads between the runs.
class Program {
public:
  virtual ~Program();

  /// Opens a shared library that nibble compiled. Errors name the path, and the missing features of a lesser CPU.
  static llvm::Expected<std::unique_ptr<Program>> load(llvm::StringRef path);

  /// Compiles a module in the LLVM dialect (docs/Architecture.md, "After target"). The weights are not copied: the module must live as
  /// long as the program. Consumes the content of the module.
  static llvm::Expected<std::unique_ptr<Program>> compile(mlir::ModuleOp module, const ProgramInfo &info,
                                                          const JitOptions &options = {});

  const nibble_info &getInfo() const { return *info; }

  /// Runs the program over `inputs`, in the order of `getInfo()`, with their dtypes and shapes. Inputs with a batch axis may be
  /// longer or shorter along it than compiled for, all by the same number of samples: the program then runs as often as
  /// needed, the last time padded, and outputs have as many samples. No samples give empty outputs.
  llvm::Expected<std::vector<OwnedArray>> run(llvm::ArrayRef<ArrayView> inputs, int threads = 1);

  /// One call without checks or copies, as for measuring: arrays of exactly the compiled shapes.
  llvm::Error runOnce(llvm::ArrayRef<const void *> inputs, llvm::ArrayRef<void *> outputs, int threads = 1);

protected:
  Program();
  /// Checks version and CPU, and makes the workspace.
  llvm::Error initialize(const nibble_info *programInfo);

private:
  llvm::Error setThreads(int threads);

  const nibble_info *info = nullptr;
  std::unique_ptr<char, decltype(&std::free)> workspace{nullptr, std::free};
  std::unique_ptr<void, void (*)(void *)> pool;
  int poolThreads = 1;
};

} // namespace nibble

#endif // NIBBLE_EXECUTION_PROGRAM_H
