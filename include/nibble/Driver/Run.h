//===- Run.h - run a program on arrays in files ------------------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_RUN_H
#define NIBBLE_DRIVER_RUN_H

#include "nibble/Driver/Compile.h"

namespace nibble {

struct RunOptions {
  /// A shared library that nibble compiled, or a model file.
  ModelOptions model;
  /// How to compile a model file; ignored for a library and on the reference interpreter.
  QuantizeOptions quantize;
  TargetOptions target;
  /// `name=file.npy`, or `file.npy` for the only input.
  std::vector<std::string> inputs;
  /// Folder for one `.npy` for each output, named after it (`nibble_output_file_name`).
  std::string outputDir = ".";
  int threads = 1;
  /// Evaluate the model on the reference interpreter: `@main` on the inputs, and every function without arguments that has assertions
  /// (nibble_check). Those that do not hold are errors.
  bool reference = false;
  /// Where to write the model with these inputs and the outputs of the reference as a test of itself; empty for nowhere.
  std::string golden;
  /// Compile the model and compare all it computes with the reference.
  bool compare = false;
};

/// `nibble run`.
llvm::Error runModel(const RunOptions &options);

} // namespace nibble

#endif // NIBBLE_DRIVER_RUN_H
