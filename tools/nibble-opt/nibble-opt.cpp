//===- nibble-opt.cpp - mlir-opt with nibble in it --------------------------------------------------===//

#include "nibble/Pipelines/InitDialectsAndPasses.h"
#include "nibble/Target/TargetBackend.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  nibble::registerNibbleDialects(registry);
  nibble::registerAllNibblePasses();
  for (const nibble::TargetBackend *target : nibble::getTargets())
    target->registerPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "nibble optimizer driver\n", registry));
}
