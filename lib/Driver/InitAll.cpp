//===- InitAll.cpp -----------------------------------------------------------------------------------------------===//

#include "nibble/Driver/InitAll.h"
#include "nibble/Pipelines/InitDialectsAndPasses.h"
#include "nibble/Target/TargetBackend.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

void nibble::registerEverything(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  registerNibbleDialects(registry);
}

void nibble::registerEveryPass() {
  mlir::registerAllPasses();
  registerAllNibblePasses();
  for (const TargetBackend *target : getTargets())
    target->registerPasses();
}
