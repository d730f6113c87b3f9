//===- Phases.h - the road of a model ------------------------------------------------------------------===//
//
// The table of phases is the order of the compiler; docs/Architecture.md says what holds at the end of each.
//
//===---------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_PIPELINES_PHASES_H
#define NIBBLE_PIPELINES_PHASES_H

#include "nibble/Target/TargetBackend.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include <string>
#include <vector>

namespace nibble {

/// What the passes of the phases need to know.
struct PipelineOptions {
  /// The name of a built-in recipe or the path of one.
  std::string recipe = "w8a8";
  /// Files with statistics; empty when the recipe needs none.
  std::vector<std::string> statistics;
  /// An op that was assigned an integer scheme and stayed float is an error after phase fuse.
  bool requireInteger = false;
  const TargetBackend *target = nullptr;
  CpuFacts cpu;
};

enum class Phase { Import, Normalize, Calibrate, Assign, Quantize, Fuse, Lower, Target };

struct PhaseInfo {
  Phase phase;
  /// The name in `--compile-to=<name>`.
  llvm::StringLiteral name;
  /// What happens, for `--help`.
  llvm::StringLiteral summary;
  /// Adds the passes; they nest in `builtin.module`.
  void (*build)(mlir::OpPassManager &passes, const PipelineOptions &options);
  /// Checks what has to hold at the end; errors are emitted at the ops that break it.
  mlir::LogicalResult (*verify)(mlir::ModuleOp module);
};

/// All phases, in their order.
llvm::ArrayRef<PhaseInfo> getPhases();

/// The phase called `name`; null when there is none.
const PhaseInfo *findPhase(llvm::StringRef name);

/// Adds the passes that put observers into a normalized program, for running it over calibration data. They gather the Gram matrices that
/// a recipe needs, none when it is empty.
void buildObservation(mlir::OpPassManager &passes, llvm::StringRef recipe = "");

/// Runs the phases from `first` to `last`, both included, and the verifier of each.
mlir::LogicalResult runPhases(mlir::ModuleOp module, Phase first, Phase last, const PipelineOptions &options,
                              llvm::function_ref<void(mlir::PassManager &)> configure = {});

} // namespace nibble

#endif // NIBBLE_PIPELINES_PHASES_H
