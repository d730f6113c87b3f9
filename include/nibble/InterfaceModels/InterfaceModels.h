//===- InterfaceModels.h - nibble's interfaces for upstream ops -------------------------------------===//

#ifndef NIBBLE_INTERFACEMODELS_INTERFACEMODELS_H
#define NIBBLE_INTERFACEMODELS_INTERFACEMODELS_H

#include "mlir/IR/DialectRegistry.h"

namespace nibble {

/// Attaches QuantizableOpInterface, SameScaleOpInterface and FixedRangeOpInterface to the ops of linalg and tensor that have
/// these properties. A pass that uses the interfaces calls this in getDependentDialects, so that it also works as a plugin.
void registerInterfaceModels(mlir::DialectRegistry &registry);

/// Its three parts.
void registerQuantizableModels(mlir::DialectRegistry &registry);
void registerSameScaleModels(mlir::DialectRegistry &registry);
void registerFixedRangeModels(mlir::DialectRegistry &registry);

} // namespace nibble

#endif // NIBBLE_INTERFACEMODELS_INTERFACEMODELS_H
