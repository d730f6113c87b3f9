//===- InterfaceModels.cpp - all of nibble's interfaces for upstream ops ----------------------------===//

#include "nibble/InterfaceModels/InterfaceModels.h"

void nibble::registerInterfaceModels(mlir::DialectRegistry &registry) {
  registerQuantizableModels(registry);
  registerSameScaleModels(registry);
  registerFixedRangeModels(registry);
}
