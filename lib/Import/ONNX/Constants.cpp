//===- Constants.cpp - Constant, ConstantOfShape, Range ----------------------------------------------===//

#include "Emit.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// The list or number that an attribute holds, as a tensor of its rank.
static Tensor makeConstant(Node &node, const onnx::AttributeProto &attribute) {
  StringRef name = node.getName();
  auto vector = [](int64_t size, Type type) { return RankedTensorType::get({size}, type); };
  if (attribute.name() == "value_int")
    return Constant::getIntegers(RankedTensorType::get({}, node.getI64Type()), attribute.i(), name);
  if (attribute.name() == "value_ints")
    return Constant::getIntegers(vector(attribute.ints_size(), node.getI64Type()),
                                 SmallVector<int64_t>(attribute.ints().begin(), attribute.ints().end()), name);
  if (attribute.name() == "value_float")
    return Constant::getFloats(RankedTensorType::get({}, node.getF32Type()), static_cast<double>(attribute.f()), name);
  if (attribute.name() == "value_floats")
    return Constant::getFloats(vector(attribute.floats_size(), node.getF32Type()),
                               SmallVector<double>(attribute.floats().begin(), attribute.floats().end()), name);
  (void)node.error("attribute '" + attribute.name() + "' is not supported");
  return {};
}

LogicalResult nibble::onnx_import::importConstant(Node &node) {
  if (node.getProto().attribute_size() != 1)
    return node.error("expected one attribute, got " + Twine(node.getProto().attribute_size()));
  const onnx::AttributeProto &attribute = node.getProto().attribute(0);
  if (attribute.name() != "value")
    return node.setResult(makeConstant(node, attribute));
  auto tensor = node.getGraph().readTensor(attribute.t());
  if (!tensor)
    return node.error(llvm::toString(tensor.takeError()));
  if (tensor->constant.getName().empty())
    tensor->constant.setName(node.getProto().output(0));
  return node.setResult(*tensor);
}

LogicalResult nibble::onnx_import::importConstantOfShape(Node &node) {
  SmallVector<int64_t> shape = node.getConstantIntegers(0, "shape");
  TypedAttr value = node.getF32FloatAttr(0);
  bool isUnsigned = false;
  if (const onnx::AttributeProto *attribute = node.findAttribute("value")) {
    auto tensor = node.getGraph().readTensor(attribute->t());
    if (!tensor)
      return node.error(llvm::toString(tensor.takeError()));
    if (tensor->type.getNumElements() != 1)
      return node.error("expected one element in attribute 'value', got " + Twine(tensor->type.getNumElements()));
    value = tensor->constant.getElementAttr(0);
    isUnsigned = tensor->isUnsigned;
  }
  return node.failed() ? failure() : node.setResult(splat(node, shape, value, isUnsigned));
}
