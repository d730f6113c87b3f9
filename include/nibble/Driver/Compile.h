//===- Compile.h - a model file to a program --------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_COMPILE_H
#define NIBBLE_DRIVER_COMPILE_H

#include "nibble/Driver/Session.h"
#include "nibble/Execution/Program.h"
#include "nibble/Target/Emit/Emit.h"

namespace nibble {

/// What an assignment shall reach, as the user writes it: bounds that are empty hold nothing (docs/HowTo/MixPrecisions.md).
struct AssignmentGoal {
  /// loss, time or size.
  std::string minimize = "loss";
  std::string maxLoss, maxTime, maxSize;
  /// Names of the recipes that layers may get, beside float32; empty: `getDefaultCandidates()`, or all that files know.
  std::vector<std::string> candidates;

  bool hasBounds() const { return !maxLoss.empty() || !maxTime.empty() || !maxSize.empty(); }
};

/// What becomes of the model on the way to the target phase; shared by everything that compiles.
struct QuantizeOptions {
  /// The name of a built-in recipe or the path of one.
  std::string recipe = "w8a8";
  /// Calibration data (.npz, .npy, folders) and statistics files (.json), in this order.
  std::vector<std::string> calibrate;
  /// Where to keep the statistics; empty for nowhere.
  std::string saveCalibration;
  /// Fail when an op that the recipe assigned an integer scheme stayed float.
  bool requireInteger = false;
  /// For a recipe that leaves layers to an assignment.
  AssignmentGoal goal;
};

struct TargetOptions {
  std::string target = "x86", cpu = "native";
};

struct CompileOptions {
  ModelOptions model;
  QuantizeOptions quantize;
  TargetOptions target;
  /// exe, object, static, shared, asm, llvm or mlir (the IR of the last phase).
  std::string emit = "exe";
  /// Stop after the phase of this name and write its IR; empty: all phases.
  std::string compileTo;
  /// The path to write to; "-" is standard output, for text.
  std::string output;
  /// The most threads that the program may use; 0 for any number.
  int threads = 0;
  /// Keep weights out of printed IR.
  bool elideWeights = false;
};

/// `nibble compile`. Nothing is left at the output path on failure.
llvm::Error compileModel(const CompileOptions &options);

/// Runs the phases of a loaded model that are left up to `last`, calibrating on the way; the session goes on behind it.
llvm::Error compileToPhase(Session &session, mlir::ModuleOp module, Phase last, const QuantizeOptions &quantize,
                           const TargetOptions &target);

/// A model compiled in process.
struct CompiledModel {
  std::unique_ptr<Program> program;
  int64_t weightBytes = 0;
};

/// Compiles a loaded model to run it on this machine. The module must live as long as the program.
llvm::Expected<CompiledModel> compileInProcess(Session &session, mlir::ModuleOp module, const QuantizeOptions &quantize,
                                               const TargetOptions &target);

} // namespace nibble

#endif // NIBBLE_DRIVER_COMPILE_H
