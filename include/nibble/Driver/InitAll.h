//===- InitAll.h - everything that the tools register ---------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_INITALL_H
#define NIBBLE_DRIVER_INITALL_H

#include "mlir/IR/DialectRegistry.h"

namespace nibble {

/// Upstream dialects, extensions and interface models, those of this project, and the translation to LLVM IR.
void registerEverything(mlir::DialectRegistry &registry);

/// Upstream's passes, those of this project, and those of every target.
void registerEveryPass();

} // namespace nibble

#endif // NIBBLE_DRIVER_INITALL_H
