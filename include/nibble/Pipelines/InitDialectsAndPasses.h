//===- InitDialectsAndPasses.h - what tools and the plugin register --------------------------------------===//

#ifndef NIBBLE_PIPELINES_INITDIALECTSANDPASSES_H
#define NIBBLE_PIPELINES_INITDIALECTSANDPASSES_H

#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Check/IR/CheckDialect.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/InterfaceModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/IR/DialectRegistry.h"

namespace nibble {

/// Adds the dialects of this project, the interface models of its ops and its interfaces of upstream ops.
inline void registerNibbleDialects(mlir::DialectRegistry &registry) {
  registry.insert<CheckDialect>();
  registerDialectWithModels(registry);
}

/// Makes all passes known to textual pipelines, but for those of the targets.
inline void registerAllNibblePasses() {
  registerNibblePasses();
  registerNibbleConversionPasses();
}

} // namespace nibble

#endif // NIBBLE_PIPELINES_INITDIALECTSANDPASSES_H
