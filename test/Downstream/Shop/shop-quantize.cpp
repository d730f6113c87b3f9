//===- shop-quantize.cpp - nibble's passes from C++ -----------------------------------------------===//
//
//   shop-quantize PROGRAM STATISTICS
//
// Prints the program in codes: what the same passes give in mlir-opt, by functions instead of text.
//
//===----------------------------------------------------------------------------------------------===//

#include "Shop.h"
#include "nibble/Pipelines/InitDialectsAndPasses.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc != 3) {
    llvm::errs() << "usage: shop-quantize PROGRAM STATISTICS\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::tensor::TensorDialect>();
  nibble::registerNibbleDialects(registry);
  shop::registerShopDialect(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(argv[1], &context);
  if (!module)
    return 1;

  mlir::PassManager passes(&context);
  nibble::FoldCalibrationPassOptions calibration;
  calibration.statistics = {argv[2]};
  passes.addNestedPass<mlir::func::FuncOp>(nibble::createInsertObserversPass());
  passes.addPass(nibble::createFoldCalibrationPass(calibration));
  passes.addNestedPass<mlir::func::FuncOp>(nibble::createAssignSchemesPass());
  passes.addNestedPass<mlir::func::FuncOp>(nibble::createQuantizePass());
  passes.addNestedPass<mlir::func::FuncOp>(nibble::createSinkDequantizePass());
  if (mlir::failed(passes.run(*module)))
    return 1;
  llvm::outs() << *module << "\n";
  return 0;
}
