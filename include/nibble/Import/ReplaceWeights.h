//===- ReplaceWeights.h - the weights of a checkpoint in a model ------------------------------------------===//
//
// A model names its weights, and so does a checkpoint. Here constants of a module as imported become the weights of the
// same name: floats, or nibble.dequantize of codes with the bits of the file.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_IMPORT_REPLACEWEIGHTS_H
#define NIBBLE_IMPORT_REPLACEWEIGHTS_H

#include "nibble/Import/Checkpoint.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"

namespace nibble {

/// Which weight of a checkpoint a constant of a model is, where their names do not say it. A text with lines
///
///     <name in the model> = <name in the checkpoint>
///     <name in the model> = transposed <name>      the numbers of the checkpoint lie the other way round
///     <name in the model> = stored <name>          as they are stored
///     # a comment
struct WeightMap {
  struct Entry {
    std::string weight;
    /// Nothing where the shapes and the use of the weight say it.
    std::optional<bool> isTransposed;
  };
  llvm::StringMap<Entry> entries;

  static llvm::Expected<WeightMap> read(llvm::StringRef path);
};

/// Whether one of two names ends with the other behind a '.' or '/', or is the other.
bool areNamesRelated(llvm::StringRef a, llvm::StringRef b);

/// The name of a constant in the file that the model is from; empty without one.
llvm::StringRef getWeightName(mlir::Operation *constant);

/// Whether a constant of this name may be replaced: what importers keep (ImportOptions::keepsWeight).
bool mayBeReplaced(llvm::StringRef name, const Checkpoint &checkpoint, const WeightMap &map);

/// Replaces constants of floats in `module`, which is as imported. Names are matched by the map, else they are equal, else
/// one of them ends with the other and no other pair does. The error lists all that is ambiguous, missing or of another
/// shape. Returns the weights that no constant is.
llvm::Expected<std::vector<std::string>> replaceWeights(mlir::ModuleOp module, const Checkpoint &checkpoint,
                                                        const WeightMap &map);

} // namespace nibble

#endif // NIBBLE_IMPORT_REPLACEWEIGHTS_H
