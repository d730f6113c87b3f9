//===- InterfaceModels.h - nibble's interfaces for upstream ops -------------------------------------===//

#ifndef NIBBLE_INTERFACEMODELS_INTERFACEMODELS_H
#define NIBBLE_INTERFACEMODELS_INTERFACEMODELS_H

#include "mlir/IR/DialectRegistry.h"

namespace nibble {

/// The nibble dialect, how its ops bufferize, and its interfaces of upstream ops. Passes do this by themselves (`WithModels.h`).
void registerDialectWithModels(mlir::DialectRegistry &registry);

/// Attaches QuantizableOpInterface, SameScaleOpInterface and FixedRangeOpInterface to the ops of linalg and tensor that have
/// these properties.
void registerInterfaceModels(mlir::DialectRegistry &registry);

/// Its three parts.
void registerQuantizableModels(mlir::DialectRegistry &registry);
void registerSameScaleModels(mlir::DialectRegistry &registry);
void registerFixedRangeModels(mlir::DialectRegistry &registry);

} // namespace nibble

#endif // NIBBLE_INTERFACEMODELS_INTERFACEMODELS_H
