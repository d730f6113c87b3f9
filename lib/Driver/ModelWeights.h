//===- ModelWeights.h - weights from other files than the model's -------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_MODELWEIGHTS_H
#define NIBBLE_LIB_DRIVER_MODELWEIGHTS_H

#include "nibble/Driver/Session.h"
#include "nibble/Import/LoraAdapter.h"
#include "nibble/Import/ReplaceWeights.h"

namespace nibble {

/// Checkpoints and adapters, read before the model: importers have to know which weights are replaced.
class ModelWeights {
public:
  static llvm::Expected<ModelWeights> read(const WeightOptions &options, mlir::MLIRContext *context);

  /// Whether a weight of the model is replaced or adapted.
  bool concerns(llvm::StringRef name) const;

  /// Puts them into a module as imported. What a checkpoint has and the model has not is said on standard error.
  llvm::Error apply(mlir::ModuleOp module) const;

private:
  Checkpoint checkpoint;
  WeightMap map;
  std::vector<LoraAdapter> adapters;
  bool hasCheckpoint = false, mergesAdapters = false;
};

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_MODELWEIGHTS_H
