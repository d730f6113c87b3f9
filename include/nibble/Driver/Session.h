//===- Session.h - context, diagnostics and models of one command ------------------------------------------===//

#ifndef NIBBLE_DRIVER_SESSION_H
#define NIBBLE_DRIVER_SESSION_H

#include "nibble/Pipelines/Phases.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <memory>

namespace nibble {

/// Files whose weights take the place of the model's.
struct WeightOptions {
  /// Checkpoints: .safetensors, .safetensors.index.json or .gguf.
  std::vector<std::string> files;
  /// A file that says which weight is which where names do not; empty for none.
  std::string map;
  /// LoRA adapters in the layout of PEFT.
  std::vector<std::string> adapters;
  /// Add adapters to the weights, not to the products with them.
  bool mergeAdapters = false;

  bool areGiven() const { return !files.empty() || !adapters.empty(); }
};

/// The model file of a command.
struct ModelOptions {
  std::string path;
  /// Symbolic dimensions bound with `--dim name=value`.
  llvm::StringMap<int64_t> dims;
  /// Name of the program, a C identifier; empty: made from the name of the file.
  std::string name;
  /// MLIR files whose nibble.scheme ops recipes can name.
  std::vector<std::string> schemes;
  WeightOptions weights;
};

/// A context with everything that the tools need registered. Diagnostics go to standard error as `file: error: message`.
class Session {
public:
  Session();
  ~Session();

  mlir::MLIRContext &getContext() { return *context; }

  /// Reads a model file of any known format, or MLIR text or bytecode: in the form after import, or what `--compile-to` has
  /// written, which names the phase.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> loadModel(const ModelOptions &options);

  /// The same for a recipe: where its `compile_in` says so, the model takes pixels.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> loadModelFor(llvm::StringRef recipe, const ModelOptions &options);

  /// The phase that the loaded model has gone through before it was written; nothing for models as imported.
  std::optional<Phase> getLastPhase() const { return lastPhase; }

  /// Notes that the loaded model has gone through a phase.
  void noteLastPhase(Phase phase) { lastPhase = std::max(phase, lastPhase.value_or(phase)); }

  /// Notes in a module that is to be written the phase that it has gone through.
  static void setLastPhase(mlir::ModuleOp module, Phase phase);

  /// An error unless the loaded model is one as imported: what has gone further no longer is the float model.
  llvm::Error checkIsImported() const;

  /// The error to return after something has emitted diagnostics.
  static llvm::Error reported(const llvm::Twine &what);

private:
  /// Reads the file of a model, whose weights are kept as `keepsWeight` says.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> readModel(const ModelOptions &options,
                                                              std::function<bool(llvm::StringRef)> keepsWeight);
  llvm::Error readLastPhase(mlir::ModuleOp module);
  /// Adds the declarations of a file; names that the module has already are errors.
  llvm::Error addSchemes(mlir::ModuleOp module, llvm::StringRef path);

  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<mlir::ScopedDiagnosticHandler> diagnostics;
  std::optional<Phase> lastPhase;
};

/// A C identifier made from a file name: "resnet-20.onnx" gives "resnet_20".
std::string getProgramName(llvm::StringRef path);

} // namespace nibble

#endif // NIBBLE_DRIVER_SESSION_H
