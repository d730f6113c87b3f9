//===- Compare.h - does a compiled program compute what the reference computes? ---------------------------------------------===//

#ifndef NIBBLE_DRIVER_COMPARE_H
#define NIBBLE_DRIVER_COMPARE_H

#include "nibble/Data/Array.h"
#include "nibble/Driver/Run.h"

namespace nibble {

/// `nibble run --compare`: the model after phase fuse on the reference interpreter, and compiled from there. One line for each output
/// goes to standard output.
///
/// Outputs that the Spec calls exact have to be the same bytes. Where some are not, and where sums of floats are taken, the program is
/// compiled once more with the results of all ops as outputs, and each op is evaluated on the operands that the compiled program gave it:
/// its results are exact, or within (S13). The first that are not are an error at the op.
///
/// Inputs that are not given are made up, always the same; of longer ones the first samples are taken.
llvm::Error compareModel(const RunOptions &options);

/// Inputs for a module of any phase up to lower, always the same: any bits for integers, numbers around 0 of about the size 1 for
/// floats.
llvm::Expected<std::vector<data::Array>> makeUpInputs(mlir::ModuleOp module);

} // namespace nibble

#endif // NIBBLE_DRIVER_COMPARE_H
