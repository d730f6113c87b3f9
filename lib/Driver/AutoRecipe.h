//===- AutoRecipe.h - a recipe that is made for a model ---------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_AUTORECIPE_H
#define NIBBLE_LIB_DRIVER_AUTORECIPE_H

#include "nibble/Driver/Compile.h"
#include "nibble/Scheme/Recipe.h"
#include "nibble/Support/TemporaryFile.h"

namespace nibble {

/// Options whose recipe decides about every layer, with the files that they name.
class DecidedOptions {
public:
  /// `quantize` itself, when its recipe leaves nothing to an assignment. Else its losses and costs are measured, and the recipe is that of
  /// the assignment that keeps the bounds. Bounds without anything to decide are an error.
  static llvm::Expected<DecidedOptions> get(const ModelOptions &model, const QuantizeOptions &quantize, const TargetOptions &target);

  const QuantizeOptions &getOptions() const { return options; }

private:
  explicit DecidedOptions(const QuantizeOptions &options) : options(options) {}

  llvm::Error decide(const ModelOptions &model, const TargetOptions &target, const Recipe &open);

  QuantizeOptions options;
  TemporaryFile recipe, statistics;
};

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_AUTORECIPE_H
