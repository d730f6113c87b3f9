//===- nibble-opt.cpp - mlir-opt with nibble in it --------------------------------------------------===//

#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/Bufferization.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  nibble::registerNibbleConversionPasses();
  nibble::registerNibblePasses();
  registry.insert<nibble::NibbleDialect>();
  nibble::registerBufferizationModels(registry);
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "nibble optimizer driver\n", registry));
}
