//===- Shop.cpp - ops that nibble sees through its interfaces -------------------------------------===//

#include "Shop.h"
#include "mlir/IR/Builders.h"

#include "ShopDialect.cpp.inc"
#define GET_OP_CLASSES
#include "ShopOps.cpp.inc"

using namespace shop;

void ShopDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "ShopOps.cpp.inc"
      >();
}

llvm::SmallVector<nibble::QuantizableOperand> PriceOp::getQuantizableOperands() {
  llvm::SmallVector<nibble::QuantizableOperand> operands = {
      {&getBasketsMutable(), nibble::OperandRole::Activation}, {&getPricesMutable(), nibble::OperandRole::Weight, 1}};
  for (mlir::OpOperand &fees : getFeesMutable())
    operands.push_back({&fees, nibble::OperandRole::Bias, 0});
  return operands;
}

int64_t PriceOp::getReductionSize() { return getPrices().getType().getDimSize(0); }

namespace {
struct TurnModel : public nibble::SameScaleOpInterface::ExternalModel<TurnModel, TurnOp> {
  llvm::SmallVector<mlir::OpOperand *> getSameScaleOperands(mlir::Operation *op) const {
    return {&op->getOpOperand(0)};
  }
};
} // namespace

void shop::registerShopDialect(mlir::DialectRegistry &registry) {
  registry.insert<ShopDialect>();
  registry.addExtension(
      +[](mlir::MLIRContext *context, ShopDialect *) { TurnOp::attachInterface<TurnModel>(*context); });
}
