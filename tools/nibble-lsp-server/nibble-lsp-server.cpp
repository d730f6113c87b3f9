//===- nibble-lsp-server.cpp - mlir-lsp-server with nibble in it ------------------------------------===//

#include "nibble/Pipelines/InitDialectsAndPasses.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  nibble::registerNibbleDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
