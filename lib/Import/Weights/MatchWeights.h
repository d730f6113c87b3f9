//===- MatchWeights.h - which weight of a checkpoint a constant is ----------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_WEIGHTS_MATCHWEIGHTS_H
#define NIBBLE_LIB_IMPORT_WEIGHTS_MATCHWEIGHTS_H

#include "nibble/Import/ReplaceWeights.h"

namespace nibble {

struct WeightMatch {
  mlir::Operation *constant;
  const CheckpointWeight *weight;
  /// What the map says; nothing where it does not.
  std::optional<bool> isTransposed;
  bool isFromMap = false;
};

struct WeightMatches {
  std::vector<WeightMatch> matches;
  /// In the order of the checkpoint.
  std::vector<const CheckpointWeight *> unused;
};

/// Matches by map, name and end of name, in this order; what is ambiguous or missing goes to `problems`.
WeightMatches matchWeights(llvm::ArrayRef<mlir::Operation *> constants, const Checkpoint &checkpoint, const WeightMap &map,
                           std::vector<std::string> &problems);

} // namespace nibble

#endif // NIBBLE_LIB_IMPORT_WEIGHTS_MATCHWEIGHTS_H
