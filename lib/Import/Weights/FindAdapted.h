//===- FindAdapted.h - the weight that an adapter is for --------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_WEIGHTS_FINDADAPTED_H
#define NIBBLE_LIB_IMPORT_WEIGHTS_FINDADAPTED_H

#include "WeightProducts.h"
#include "nibble/Import/LoraAdapter.h"

namespace nibble {

struct AdaptedWeight {
  mlir::Operation *weight;
  const LoraPair *pair;
  /// At least one, all of which sum over the same dimension of the weight.
  llvm::SmallVector<WeightProduct> products;
};

/// The constants of a module that an adapter is for, by name or end of name. The error lists all that are missing, ambiguous,
/// of another shape or no side of products.
llvm::Expected<llvm::SmallVector<AdaptedWeight>> findAdapted(mlir::ModuleOp module, const LoraAdapter &adapter);

} // namespace nibble

#endif // NIBBLE_LIB_IMPORT_WEIGHTS_FINDADAPTED_H
