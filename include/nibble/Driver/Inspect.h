//===- Inspect.h - what a model is made of -----------------------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_INSPECT_H
#define NIBBLE_DRIVER_INSPECT_H

#include "nibble/Driver/Session.h"

namespace nibble {

/// `nibble inspect`: prints inputs, outputs, ops, weights and multiply-adds, and for each op that can be quantized what the
/// recipe would do with it and why; of a GGUF or safetensors file its metadata and tensors.
llvm::Error inspectModel(const ModelOptions &model, llvm::StringRef recipe);

} // namespace nibble

#endif // NIBBLE_DRIVER_INSPECT_H
