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
  /// Evaluate the model on the reference interpreter.
  bool reference = false;
};

/// `nibble run`.
llvm::Error runModel(const RunOptions &options);

} // namespace nibble

#endif // NIBBLE_DRIVER_RUN_H
