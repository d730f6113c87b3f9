//===- InterfaceModels.cpp - all of nibble's interfaces for upstream ops ----------------------------===//

#include "nibble/InterfaceModels/InterfaceModels.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/Bufferization.h"

void nibble::registerInterfaceModels(mlir::DialectRegistry &registry) {
  registerQuantizableModels(registry);
  registerSameScaleModels(registry);
  registerFixedRangeModels(registry);
}

void nibble::registerDialectWithModels(mlir::DialectRegistry &registry) {
  registry.insert<NibbleDialect>();
  registerBufferizationModels(registry);
  registerInterfaceModels(registry);
}
