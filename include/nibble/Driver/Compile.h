//===- Compile.h - a model file to a program --------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_COMPILE_H
#define NIBBLE_DRIVER_COMPILE_H

#include "nibble/Driver/Session.h"
#include "nibble/Execution/Program.h"
#include "nibble/Target/Emit/Emit.h"

namespace nibble {

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
};

struct TargetOptions {
  std::string target = "x86", cpu = "native";
  int threads = 1;
};

struct CompileOptions {
  ModelOptions model;
  QuantizeOptions quantize;
  TargetOptions target;
  /// exe, object, static, shared, asm, llvm or mlir (the IR of the last phase).
  std::string emit = "exe";
  /// Stop after the phase of this name and write its IR; empty: all phases.
  std::string compileTo;
  std::string output;
  /// Keep weights out of printed IR.
  bool elideWeights = false;
};

/// `nibble compile`. Nothing is left at the output path on failure.
llvm::Error compileModel(const CompileOptions &options);

/// Runs all phases on a loaded model, calibrating where the recipe needs it. On return the module is in the LLVM dialect.
llvm::Expected<ProgramInfo> lowerModel(Session &session, mlir::ModuleOp module, const QuantizeOptions &quantize,
                                       const TargetOptions &target);

/// Loads a program to run on this machine: a shared library, or a model that is compiled in process (as float where the recipe is
/// "float32").
llvm::Expected<std::unique_ptr<Program>> compileInProcess(Session &session, mlir::ModuleOp module,
                                                          const QuantizeOptions &quantize, const TargetOptions &target);

} // namespace nibble

#endif // NIBBLE_DRIVER_COMPILE_H
