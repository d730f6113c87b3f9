//===- ProgramInfo.cpp - the outside of a compiled program --------------------------------------------===//

#include "nibble/Target/Emit/ProgramInfo.h"
#include "nibble/Runtime/Array.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nibble;

int64_t nibble::getSizeInBytes(nibble_dtype dtype) { return nibble_dtype_size(dtype); }

int64_t InterfaceTensor::getNumElements() const { return ShapedType::getNumElements(shape); }

int64_t InterfaceTensor::getSizeInBytes() const { return getNumElements() * nibble::getSizeInBytes(dtype); }

static std::optional<nibble_dtype> getIntegerDtype(IntegerType type, bool isUnsigned) {
  switch (type.getWidth()) {
  case 1:
    return NIBBLE_BOOL;
  case 8:
    return isUnsigned ? NIBBLE_U8 : NIBBLE_I8;
  case 16:
    return isUnsigned ? NIBBLE_U16 : NIBBLE_I16;
  case 32:
    return isUnsigned ? NIBBLE_U32 : NIBBLE_I32;
  case 64:
    return isUnsigned ? NIBBLE_U64 : NIBBLE_I64;
  default:
    return std::nullopt;
  }
}

std::optional<nibble_dtype> nibble::getDtype(Type type, bool isUnsigned) {
  return llvm::TypeSwitch<Type, std::optional<nibble_dtype>>(type)
      .Case<Float32Type>([](Type) { return NIBBLE_F32; })
      .Case<Float64Type>([](Type) { return NIBBLE_F64; })
      .Case<Float16Type>([](Type) { return NIBBLE_F16; })
      .Case<BFloat16Type>([](Type) { return NIBBLE_BF16; })
      .Case<IntegerType>([&](IntegerType integer) { return getIntegerDtype(integer, isUnsigned || integer.isUnsigned()); })
      .Default([](Type) { return std::nullopt; });
}

namespace {

/// Reads one module and collects what it says, with a diagnostic for everything that is wrong.
class Reader {
public:
  explicit Reader(ModuleOp module) : module(module) {}

  FailureOr<ProgramInfo> read() {
    readModule();
    if (auto main = module.lookupSymbol<FunctionOpInterface>("main"))
      for (unsigned argument = 0; argument < main.getNumArguments(); ++argument)
        readArgument(main, argument);
    else
      error(module) << "expected a function called main";
    checkBatchAxes();
    if (isValid)
      return std::move(info);
    return failure();
  }

private:
  InFlightDiagnostic error(Operation *op) {
    isValid = false;
    return op->emitError();
  }

  void readModule() {
    auto model = module->getAttrOfType<StringAttr>("nibble.model");
    if (!model)
      error(module) << "expected the model's name in nibble.model";
    else if (!isIdentifier(model.getValue()))
      error(module) << "expected a C identifier in nibble.model, got '" << model.getValue() << "'";
    else
      info.model = model.str();
    if (auto size = module->getAttrOfType<IntegerAttr>("nibble.workspace_size"))
      info.workspaceSizeInBytes = size.getInt();
    if (info.workspaceSizeInBytes < 0)
      error(module) << "expected a size in nibble.workspace_size, got " << info.workspaceSizeInBytes;
    readWeights();
  }

  static bool isIdentifier(StringRef name) {
    return !name.empty() && !llvm::isDigit(name.front()) &&
           llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  }

  void readWeights() {
    Attribute weights = module->getAttr("nibble.weights");
    if (!weights)
      return;
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(weights)) {
      AsmResourceBlob *blob = resource.getRawHandle().getBlob();
      if (blob)
        info.weights = blob->getData();
    } else if (auto dense = dyn_cast<DenseElementsAttr>(weights)) {
      info.weights = dense.getRawData();
    }
    // A splat holds one element only.
    auto elements = dyn_cast<ElementsAttr>(weights);
    if (!elements || !elements.getElementType().isInteger(8) ||
        elements.getNumElements() != static_cast<int64_t>(info.weights.size()))
      error(module) << "expected every element of an i8 tensor in nibble.weights";
  }

  void readArgument(FunctionOpInterface main, unsigned argument) {
    auto role = main.getArgAttrOfType<StringAttr>(argument, "nibble.role");
    if (!role || (role.getValue() != "input" && role.getValue() != "output"))
      return;
    std::vector<InterfaceTensor> &tensors = role.getValue() == "input" ? info.inputs : info.outputs;
    if (role.getValue() == "input" && !info.outputs.empty())
      error(main) << "expected all inputs before the outputs, got an input as argument " << argument;
    auto type = dyn_cast<MemRefType>(main.getArgument(argument).getType());
    if (auto attribute = main.getArgAttrOfType<TypeAttr>(argument, "nibble.type"))
      type = dyn_cast<MemRefType>(attribute.getValue());
    if (!type || !type.hasStaticShape() || !getDtype(type.getElementType())) {
      error(main) << "argument " << argument << ": expected a memref of numbers with static shape, or one in nibble.type";
      return;
    }
    InterfaceTensor tensor;
    tensor.dtype = *getDtype(type.getElementType(), main.getArgAttr(argument, "nibble.unsigned") != nullptr);
    tensor.shape.assign(type.getShape().begin(), type.getShape().end());
    readArgumentAttributes(main, argument, tensor);
    if (tensor.name.empty())
      tensor.name = (role.getValue() + Twine(tensors.size())).str();
    tensors.push_back(std::move(tensor));
  }

  void readArgumentAttributes(FunctionOpInterface main, unsigned argument, InterfaceTensor &tensor) {
    if (auto name = main.getArgAttrOfType<StringAttr>(argument, "nibble.name"))
      tensor.name = name.str();
    if (StringRef(tensor.name).contains('\0'))
      error(main) << "argument " << argument << ": expected a name without zero bytes";
    if (auto axis = main.getArgAttrOfType<IntegerAttr>(argument, "nibble.batch_axis")) {
      if (axis.getInt() < 0 || axis.getInt() >= static_cast<int64_t>(tensor.shape.size()))
        error(main) << "argument " << argument << ": expected a batch axis below the rank " << tensor.shape.size() << ", got "
                    << axis.getInt();
      else
        tensor.batchAxis = axis.getInt();
    }
    auto scale = main.getArgAttrOfType<FloatAttr>(argument, "nibble.scale");
    auto zeroPoint = main.getArgAttrOfType<IntegerAttr>(argument, "nibble.zero_point");
    if (scale)
      tensor.quantization = {static_cast<float>(scale.getValueAsDouble()),
                             zeroPoint ? static_cast<int32_t>(zeroPoint.getInt()) : 0};
  }

  /// A run takes as many samples from each input as it gives for each output.
  void checkBatchAxes() {
    const InterfaceTensor *first = nullptr;
    for (const std::vector<InterfaceTensor> *tensors : {&info.inputs, &info.outputs})
      for (const InterfaceTensor &tensor : *tensors) {
        if (!tensor.batchAxis)
          continue;
        if (!first)
          first = &tensor;
        if (tensor.shape[*tensor.batchAxis] != first->shape[*first->batchAxis])
          error(module) << "expected as many samples in '" << tensor.name << "' as in '" << first->name << "' ("
                        << first->shape[*first->batchAxis] << "), got " << tensor.shape[*tensor.batchAxis];
        else if (tensor.shape[*tensor.batchAxis] == 0)
          error(module) << "expected at least one sample in '" << tensor.name << "'";
      }
  }

  ModuleOp module;
  ProgramInfo info;
  bool isValid = true;
};

} // namespace

FailureOr<ProgramInfo> ProgramInfo::get(ModuleOp module) { return Reader(module).read(); }
