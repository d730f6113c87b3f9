//===- NibblePlugin.cpp - nibble inside the stock mlir-opt ------------------------------------------===//
//
//   mlir-opt --load-dialect-plugin=NibblePlugin.so --load-pass-plugin=NibblePlugin.so --pass-pipeline='builtin.module(…)'
//
//===-----------------------------------------------------------------------------------------------===//

#include "nibble/Pipelines/InitDialectsAndPasses.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Config/llvm-config.h"

extern "C" LLVM_ATTRIBUTE_WEAK ::mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Nibble", LLVM_VERSION_STRING,
          [](mlir::DialectRegistry *registry) { nibble::registerNibbleDialects(*registry); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK ::mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Nibble", LLVM_VERSION_STRING, [] { nibble::registerAllNibblePasses(); }};
}
