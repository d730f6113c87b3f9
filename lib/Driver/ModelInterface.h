//===- ModelInterface.h - the outside of a model -------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_MODELINTERFACE_H
#define NIBBLE_LIB_DRIVER_MODELINTERFACE_H

#include "nibble/Target/Emit/ProgramInfo.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"

namespace nibble {

/// What a compiled program would say of its inputs and outputs, for a module in any phase up to lower.
class ModelInterface {
public:
  /// The error names the input or output that no array can hold.
  static llvm::Expected<ModelInterface> get(mlir::ModuleOp module);

  llvm::ArrayRef<InterfaceTensor> getInputs() const { return inputs; }
  llvm::ArrayRef<InterfaceTensor> getOutputs() const { return outputs; }

private:
  llvm::Error read(mlir::func::FuncOp main);

  std::vector<InterfaceTensor> inputs, outputs;
};

/// The descriptions in C of inputs and outputs, which must outlive it. The program itself is null.
class InterfaceInfo {
public:
  InterfaceInfo(llvm::ArrayRef<InterfaceTensor> inputs, llvm::ArrayRef<InterfaceTensor> outputs);
  InterfaceInfo(const InterfaceInfo &) = delete;
  InterfaceInfo &operator=(const InterfaceInfo &) = delete;

  nibble_info info = {};

private:
  std::vector<nibble_tensor> inputTensors, outputTensors;
};

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_MODELINTERFACE_H
