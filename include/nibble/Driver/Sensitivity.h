//===- Sensitivity.h - what each scheme of each layer loses ------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_SENSITIVITY_H
#define NIBBLE_DRIVER_SENSITIVITY_H

#include "nibble/Driver/Compile.h"

namespace nibble {

struct SensitivityOptions {
  ModelOptions model;
  /// Its recipe says how images become inputs, no more.
  QuantizeOptions quantize;
  /// Names of recipes; empty: `getDefaultCandidates()`.
  std::vector<std::string> candidates;
  /// What to run the programs on; empty: the calibration data.
  std::vector<std::string> data;
  /// The loss file. What it has already is kept.
  std::string output;
};

/// What layers may get when nobody says: recipes that are built in.
std::vector<std::string> getDefaultCandidates();

/// `nibble sensitivity`: compiles the model once for each layer and candidate, the other layers float, and compares its outputs with
/// those of the float program. The file is written after each of them, whole, so that an interrupted run goes on where it was.
llvm::Error measureSensitivity(const SensitivityOptions &options);

} // namespace nibble

#endif // NIBBLE_DRIVER_SENSITIVITY_H
