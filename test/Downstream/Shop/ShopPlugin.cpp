//===- ShopPlugin.cpp - the shop inside the stock mlir-opt ----------------------------------------===//

#include "Shop.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Config/llvm-config.h"

extern "C" LLVM_ATTRIBUTE_WEAK ::mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Shop", LLVM_VERSION_STRING,
          [](mlir::DialectRegistry *registry) { shop::registerShopDialect(*registry); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK ::mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Shop", LLVM_VERSION_STRING, [] { shop::registerShopPasses(); }};
}
