//===- QuantizeLinear.cpp - QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear ------------------===//

#include "Operators.h"
#include "Quantization.h"

using namespace mlir;

namespace nibble::onnx_import {

/// How an input of that rank shares parameters, by the attributes 'axis' and 'block_size'; nothing with an error of the node.
static std::optional<Granularity> readGranularity(Node &node, const Tensor &input, const Tensor &scale) {
  Granularity granularity;
  granularity.blockSize = node.getInteger("block_size", 0);
  if (granularity.blockSize < 0)
    (void)node.error("expected a block_size of at least 0, got " + Twine(granularity.blockSize));
  // One scale for all has no axis, whatever the attribute says.
  if (scale.type.getNumElements() != 1 || granularity.blockSize > 0)
    granularity.axis = node.normalizeAxis(node.getInteger("axis", 1), input.getRank());
  return node.failed() ? std::nullopt : std::optional(granularity);
}

/// The element type that attribute 'output_dtype' names; nothing where it is absent or 0, or with an error of the node.
static std::optional<ElementType> readOutputType(Node &node) {
  int64_t number = node.getInteger("output_dtype", 0);
  if (number == 0)
    return std::nullopt;
  auto type = getElementType(static_cast<int32_t>(number), node.getContext());
  if (type)
    return *type;
  (void)node.error(llvm::toString(type.takeError()));
  return std::nullopt;
}

/// Integers of up to 16 bits and small floats.
static bool hasCodes(ElementType type) {
  return !type.type.isInteger(1) && type.type.isInteger() && type.type.getIntOrFloatBitWidth() <= 16 &&
         type.codec != "f8E8M0FNU";
}

static std::optional<ElementType> readCodeType(Node &node) {
  std::optional<ElementType> named = readOutputType(node);
  const Tensor &zeroPoint = node.getInput(2);
  ElementType codes = zeroPoint ? getElementType(zeroPoint)
                                : named.value_or(ElementType{node.getI8Type(), /*isUnsigned=*/true});
  if (named && !(*named == codes))
    (void)node.error("expected a zero point of " + getElementName(*named) + " as output_dtype says, got " +
                     getElementName(codes));
  if (!hasCodes(codes))
    (void)node.error("expected codes of at most 16 bits, got " + getElementName(codes));
  return node.failed() ? std::nullopt : std::optional(codes);
}

LogicalResult importQuantizeLinear(Node &node) {
  const Tensor &input = node.getInput(0);
  if (!isFloat(input) && !input.getElementType().isInteger(32))
    return node.error("expected numbers of floats or int32, got " + getElementName(getElementType(input)));
  std::optional<ElementType> codes = readCodeType(node);
  std::optional<Granularity> granularity = readGranularity(node, input, node.getInput(1));
  if (!codes || !granularity)
    return failure();
  auto params = readParams(node, input.getShape(), *codes, 1, 2, *granularity);
  if (!params)
    return failure();
  CastMode mode;
  if (node.getInteger("saturate", 1) == 0)
    mode.overflow = numerics::Overflow::ToSpecial;
  return node.setResult(quantize(node, input, *params, *codes, mode));
}

/// The result is of the scale's type unless 'output_dtype' says another one; the product is one of f32.
LogicalResult importDequantizeLinear(Node &node) {
  const Tensor &codes = node.getInput(0), &scale = node.getInput(1);
  ElementType type = getElementType(codes);
  if (!hasCodes(type) && !(type.type.isInteger(32) && !type.isUnsigned))
    return node.error("expected codes of at most 16 bits or int32, got " + getElementName(type));
  std::optional<ElementType> named = readOutputType(node);
  std::optional<Granularity> granularity = readGranularity(node, codes, scale);
  if (!granularity || node.failed())
    return failure();
  auto params = readParams(node, codes.getShape(), type, 1, 2, *granularity);
  if (!params)
    return failure();
  ElementType result = named.value_or(scale.codec.empty() ? getElementType(scale) : ElementType{node.getF32Type()});
  return node.setResult(convert(node, dequantize(node, codes, *params), result));
}

LogicalResult importDynamicQuantizeLinear(Node &node) {
  if (!node.getInput(0).getElementType().isF32())
    return node.error("expected numbers of float, got " + getElementName(getElementType(node.getInput(0))));
  DynamicCodes dynamic = quantizeDynamically(node, node.getInput(0));
  Tensor zeroPoint = convert(node, dynamic.params.zeroPoint, {node.getI8Type(), /*isUnsigned=*/true});
  if (failed(node.setResult(0, dynamic.codes)) || failed(node.setResult(1, dynamic.params.scale)))
    return failure();
  return node.setResult(2, zeroPoint);
}

} // namespace nibble::onnx_import
