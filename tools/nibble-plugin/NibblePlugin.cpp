//===- NibblePlugin.cpp - nibble inside the stock mlir-opt ------------------------------------------===//
//
//   mlir-opt --load-dialect-plugin=NibblePlugin.so --load-pass-plugin=NibblePlugin.so --pass-pipeline='builtin.module(…)'
//
//===-----------------------------------------------------------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/Bufferization.h"
#include "nibble/InterfaceModels/InterfaceModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Config/llvm-config.h"

static void registerDialects(mlir::DialectRegistry *registry) {
  registry->insert<nibble::NibbleDialect>();
  nibble::registerBufferizationModels(*registry);
  nibble::registerInterfaceModels(*registry);
}

extern "C" LLVM_ATTRIBUTE_WEAK ::mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Nibble", LLVM_VERSION_STRING, registerDialects};
}

extern "C" LLVM_ATTRIBUTE_WEAK ::mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Nibble", LLVM_VERSION_STRING, [] { nibble::registerNibblePasses(); }};
}
