//===- QuantizationInterfaces.cpp - how passes see ops they do not own ------------------------------===//

#include "nibble/Interfaces/QuantizationInterfaces.h"
#include "llvm/ADT/STLExtras.h"

#include "nibble/Interfaces/QuantizationInterfaces.cpp.inc"

using namespace nibble;

llvm::SmallVector<QuantizableOperand> QuantizableOpInterface::getOperandsWithRole(OperandRole role) {
  llvm::SmallVector<QuantizableOperand> operands = getQuantizableOperands();
  llvm::erase_if(operands, [&](const QuantizableOperand &operand) { return operand.role != role; });
  return operands;
}

std::optional<QuantizableOperand> QuantizableOpInterface::getWeight() {
  llvm::SmallVector<QuantizableOperand> weights = getOperandsWithRole(OperandRole::Weight);
  return weights.empty() ? std::nullopt : std::optional(weights.front());
}

mlir::Value QuantizableOpInterface::getBiasValue() {
  llvm::SmallVector<QuantizableOperand> biases = getOperandsWithRole(OperandRole::Bias);
  return biases.empty() ? mlir::Value() : biases.front().operand->get();
}
