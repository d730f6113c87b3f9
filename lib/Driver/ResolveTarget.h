//===- ResolveTarget.h - what to compile for --------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_RESOLVETARGET_H
#define NIBBLE_LIB_DRIVER_RESOLVETARGET_H

#include "nibble/Driver/Compile.h"

namespace nibble {

/// The target called `options.target`, and the facts of its CPU. Errors say which targets there are.
llvm::Error resolveTarget(const TargetOptions &options, PipelineOptions &pipeline);

/// The target that this machine is, with the facts of its CPU. The error says that this is needed to calibrate.
llvm::Error resolveHost(PipelineOptions &pipeline);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_RESOLVETARGET_H
