//===- PhaseRunner.h - phases, with a line of progress --------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_PHASERUNNER_H
#define NIBBLE_LIB_DRIVER_PHASERUNNER_H

#include "nibble/Pipelines/Phases.h"
#include "nibble/Support/Progress.h"

namespace nibble {

/// Runs phases and shows on a terminal which one it is at, and how long the rest will take.
class PhaseRunner {
public:
  /// From phase `first` to phase `last`; `emits` when the program is written behind them.
  PhaseRunner(llvm::StringRef label, Phase first, Phase last, bool emits = false);

  /// Runs the phases from `first` to `last`, both included.
  mlir::LogicalResult run(mlir::ModuleOp module, Phase first, Phase last, const PipelineOptions &options);

  /// Says that the program is being written.
  void beginEmission();

private:
  void begin(llvm::StringRef name, int64_t share);

  Progress progress;
  int64_t done = 0, current = 0;
};

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_PHASERUNNER_H
