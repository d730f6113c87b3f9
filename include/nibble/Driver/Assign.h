//===- Assign.h - a scheme for each layer, from losses and costs --------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_ASSIGN_H
#define NIBBLE_DRIVER_ASSIGN_H

#include "nibble/Driver/Compile.h"

namespace nibble {

struct AssignOptions {
  /// What `nibble sensitivity` and `nibble costs` wrote.
  std::string losses, costs;
  /// A recipe whose rules pin layers to float or to the recipe that they name, and leave others open (`recipe: auto`).
  std::string recipe = "auto";
  AssignmentGoal goal;
  /// "kl" or "sqnr": which losses are added up; empty: kl where all layers have it.
  std::string measure;
  /// Where to write the recipe; the best one so far, whole.
  std::string output;
  /// Where to write the front as comma-separated values; empty for nowhere.
  std::string front;
  /// How long to search.
  double seconds = 60;
};

/// `nibble assign`: finds the scheme of each layer, writes it as a recipe, says what it is expected to lose and to take, and which layers
/// stay float because integers are slower. Bounds that cannot be kept are an error that says what is possible.
llvm::Error assignSchemes(const AssignOptions &options);

} // namespace nibble

#endif // NIBBLE_DRIVER_ASSIGN_H
