//===- ModelInterface.cpp - the outside of a model -----------------------------------------------------------------------------===//

#include "ModelInterface.h"
#include "nibble/Driver/Session.h"

using namespace mlir;
using namespace nibble;

/// One input or output of a function on tensors.
static llvm::Expected<InterfaceTensor> getTensor(StringRef role, size_t number, Type type, DictionaryAttr attributes) {
  InterfaceTensor tensor;
  auto get = [&](StringRef key) { return attributes ? attributes.get(key) : Attribute(); };
  auto name = llvm::dyn_cast_or_null<StringAttr>(get("nibble.name"));
  tensor.name = name ? name.str() : (role + llvm::Twine(number)).str();
  auto tensorType = dyn_cast<RankedTensorType>(type);
  std::optional<nibble_dtype> dtype =
      tensorType && tensorType.hasStaticShape() ? getDtype(tensorType.getElementType(), bool(get("nibble.unsigned"))) : std::nullopt;
  if (!dtype)
    return llvm::createStringError(llvm::inconvertibleErrorCode(), role + " '" + tensor.name + "' has a type without arrays");
  tensor.dtype = *dtype;
  tensor.shape.assign(tensorType.getShape().begin(), tensorType.getShape().end());
  if (auto axis = llvm::dyn_cast_or_null<IntegerAttr>(get("nibble.batch_axis")))
    if (axis.getInt() >= 0 && axis.getInt() < tensorType.getRank())
      tensor.batchAxis = axis.getInt();
  return tensor;
}

llvm::Error ModelInterface::read(func::FuncOp main) {
  auto add = [](std::vector<InterfaceTensor> &tensors, StringRef role, Type type, DictionaryAttr attributes) -> llvm::Error {
    llvm::Expected<InterfaceTensor> tensor = getTensor(role, tensors.size(), type, attributes);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back(std::move(*tensor));
    return llvm::Error::success();
  };
  for (auto [number, type] : llvm::enumerate(main.getArgumentTypes()))
    if (llvm::Error error = add(inputs, "input", type, main.getArgAttrDict(number)))
      return error;
  for (auto [number, type] : llvm::enumerate(main.getResultTypes()))
    if (llvm::Error error = add(outputs, "output", type, main.getResultAttrDict(number)))
      return error;
  return llvm::Error::success();
}

llvm::Expected<ModelInterface> ModelInterface::get(ModuleOp module) {
  ModelInterface interface;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return Session::reported("expected a function called main");
  // A lowered program gets its outputs as arguments.
  bool isLowered = llvm::any_of(main.getArgumentTypes(), llvm::IsaPred<MemRefType>);
  if (!isLowered) {
    if (llvm::Error error = interface.read(main))
      return std::move(error);
    return interface;
  }
  FailureOr<ProgramInfo> info = ProgramInfo::get(module);
  if (failed(info))
    return Session::reported("the lowered program does not describe its arguments");
  interface.inputs = std::move(info->inputs);
  interface.outputs = std::move(info->outputs);
  return interface;
}

static nibble_tensor describe(const InterfaceTensor &tensor) {
  InterfaceQuantization quantization = tensor.quantization.value_or(InterfaceQuantization{1.0f, 0});
  return {tensor.name.c_str(),
          tensor.shape.data(),
          static_cast<int32_t>(tensor.shape.size()),
          tensor.dtype,
          tensor.batchAxis ? static_cast<int32_t>(*tensor.batchAxis) : -1,
          tensor.quantization.has_value(),
          quantization.scale,
          quantization.zeroPoint};
}

InterfaceInfo::InterfaceInfo(ArrayRef<InterfaceTensor> inputs, ArrayRef<InterfaceTensor> outputs) {
  llvm::transform(inputs, std::back_inserter(inputTensors), describe);
  llvm::transform(outputs, std::back_inserter(outputTensors), describe);
  info.version = NIBBLE_PROGRAM_VERSION;
  info.num_inputs = inputTensors.size();
  info.num_outputs = outputTensors.size();
  info.inputs = inputTensors.data();
  info.outputs = outputTensors.data();
}
