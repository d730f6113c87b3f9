//===- Costs.h - what each scheme of each layer costs -------------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_COSTS_H
#define NIBBLE_DRIVER_COSTS_H

#include "nibble/Driver/Compile.h"

namespace nibble {

struct CostOptions {
  ModelOptions model;
  /// A recipe whose `compile_in` says whether the program takes pixels.
  std::string recipe = "float32";
  TargetOptions target;
  /// Names of recipes; empty: `getDefaultCandidates()`. float32, which all are compared with, is always measured.
  std::vector<std::string> candidates;
  /// The cost file.
  std::string output;
};

/// `nibble costs`: bytes, and nanoseconds that the kernels of each layer take on this machine with one thread, in the whole program with
/// one candidate for all layers; and what it takes where layers of two forms meet, in programs that alternate between them. Programs
/// take turns, so that all meet the same machine; times are medians. Needs no data.
llvm::Error measureCosts(const CostOptions &options);

} // namespace nibble

#endif // NIBBLE_DRIVER_COSTS_H
