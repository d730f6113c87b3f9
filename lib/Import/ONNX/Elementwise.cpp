//===- Elementwise.cpp - functions of the elements of tensors ----------------------------------------===//

#include "Elementwise.h"

using namespace mlir;

namespace nibble::onnx_import {

//===----------------------------------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------------------------------===//

LogicalResult checkSameType(Node &node) {
  const Tensor &first = node.getInput(0);
  for (const Tensor &input : node.getInputs())
    if (input && (input.getElementType() != first.getElementType() || input.isUnsigned != first.isUnsigned))
      return node.error("expected inputs of one element type");
  return success();
}

LogicalResult checkFloats(Node &node) {
  if (!isFloat(node.getInput(0)))
    return node.error("expected an input of floats");
  return checkSameType(node);
}

LogicalResult checkNumbers(Node &node) {
  if (isBoolean(node.getInput(0)))
    return node.error("expected numbers, got booleans");
  return checkSameType(node);
}

LogicalResult checkNumInputs(Node &node, size_t count) {
  if (node.getNumInputs() != count)
    return node.error("expected " + Twine(count) + " inputs, got " + Twine(node.getNumInputs()));
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------------------------------===//

Scalar apply(ImplicitLocOpBuilder &builder, ValueRange arguments, ArrayRef<Tensor> inputs, Function function) {
  SmallVector<Scalar> scalars;
  for (auto [argument, input] : llvm::zip(arguments, inputs))
    scalars.emplace_back(builder, argument, input.isUnsigned);
  return function(scalars);
}

Tensor compute(Node &node, ArrayRef<Tensor> inputs, ElementType result, Function function) {
  Tensor tensor = elementwise(node, inputs, result.type, [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
    return apply(b, arguments, inputs, function).getValue();
  });
  return makeTensor(tensor, result);
}

Tensor compute(Node &node, ArrayRef<Tensor> inputs, Function function) {
  return inputs.front() ? compute(node, inputs, getElementType(inputs.front()), function) : Tensor();
}

Tensor compute(Node &node, const Tensor &input, UnaryFunction function) {
  return compute(node, ArrayRef(input), [&](ArrayRef<Scalar> x) { return function(x[0]); });
}

ElementType getWideType(const Tensor &tensor) {
  MLIRContext *context = tensor.type.getContext();
  if (!isFloat(tensor))
    return {Float64Type::get(context)};
  return {tensor.getElementType().getIntOrFloatBitWidth() == 16 ? Float32Type::get(context) : tensor.getElementType()};
}

Tensor computeWide(Node &node, ArrayRef<Tensor> inputs, Function function) {
  if (!inputs.front())
    return {};
  ElementType narrow = getElementType(inputs.front()), wide = getWideType(inputs.front());
  return compute(node, inputs, narrow, [&](ArrayRef<Scalar> x) {
    SmallVector<Scalar> converted =
        llvm::map_to_vector(x, [&](Scalar element) { return element.convertTo(wide); });
    return function(converted).convertTo(narrow);
  });
}

Tensor computeWide(Node &node, const Tensor &input, UnaryFunction function) {
  return computeWide(node, ArrayRef(input), [&](ArrayRef<Scalar> x) { return function(x[0]); });
}

Tensor convert(Node &node, const Tensor &input, ElementType type, CastMode mode) {
  if (input && input.codec != type.codec && !input.codec.empty())
    return convert(node, decodeElements(node, input), type, mode);
  if (input && input.codec != type.codec)
    return encodeElements(node, input, type, mode);
  if (!input || input.getElementType() == type.type)
    return makeTensor(input, type);
  // Weights of another float type are converted at import, whatever their size.
  if (input.constant && isFloat(input) && isa<FloatType>(type.type))
    return Constant::getFloats(RankedTensorType::get(input.getShape(), type.type), input.constant.getFloats(),
                               input.constant.getName());
  return compute(node, input, type, [&](ArrayRef<Scalar> x) { return x[0].convertTo(type); });
}

} // namespace nibble::onnx_import
