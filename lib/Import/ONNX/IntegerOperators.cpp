//===- IntegerOperators.cpp - MatMulInteger, ConvInteger and their forms with scales -----------------===//

#include "IntegerProducts.h"
#include "Linear.h"
#include "Operators.h"
#include "Quantization.h"

using namespace mlir;

namespace nibble::onnx_import {

/// Inputs 0 and 1 are to be of bytes.
static LogicalResult checkOperands(Node &node) {
  if (failed(checkBytes(node, getElementType(node.getInput(0)))))
    return failure();
  return checkBytes(node, getElementType(node.getInput(1)));
}

/// The zero point in input `index` for codes: one number, a vector along `axis`, or what has the codes' rank and broadcasts to
/// them; null where it is absent or with an error of the node.
static Tensor readZeroPoint(Node &node, size_t index, const Tensor &codes, std::optional<int64_t> axis) {
  const Tensor &zeroPoint = node.getInput(index);
  if (!zeroPoint)
    return {};
  if (!(getElementType(zeroPoint) == getElementType(codes))) {
    (void)node.error("expected a zero point of " + getElementName(getElementType(codes)) + " as the codes are, got " +
                     getElementName(getElementType(zeroPoint)));
    return {};
  }
  Tensor wide = convert(node, zeroPoint, {node.getI32Type()});
  if (zeroPoint.type.getNumElements() == 1)
    return reshape(node, wide, {});
  if (axis && zeroPoint.getRank() == 1 && zeroPoint.getSize(0) == codes.getSize(*axis)) {
    SmallVector<int64_t> shape(codes.getRank() - *axis, 1);
    shape.front() = zeroPoint.getSize(0);
    return reshape(node, wide, shape);
  }
  bool broadcasts = zeroPoint.getRank() > 1 && zeroPoint.getRank() == codes.getRank() &&
                    llvm::all_of(llvm::zip_equal(zeroPoint.getShape(), codes.getShape()), [](auto sizes) {
                      return std::get<0>(sizes) == 1 || std::get<0>(sizes) == std::get<1>(sizes);
                    });
  if (broadcasts)
    return wide;
  (void)node.error("expected a zero point of one element" +
                   (axis ? " or " + std::to_string(codes.getSize(*axis)) + " along axis " + std::to_string(*axis) : "") +
                   ", got " + formatShape(zeroPoint.getShape()));
  return {};
}

/// The axis that is `fromEnd` dimensions before the last one; none where the rank is less.
static std::optional<int64_t> getAxis(const Tensor &tensor, int64_t fromEnd) {
  return tensor.getRank() > fromEnd ? std::optional(tensor.getRank() - 1 - fromEnd) : std::nullopt;
}

LogicalResult importMatMulInteger(Node &node) {
  const Tensor &lhs = node.getInput(0), &rhs = node.getInput(1);
  if (failed(checkOperands(node)))
    return failure();
  Codes left{lhs, readZeroPoint(node, 2, lhs, getAxis(lhs, 1))};
  Codes right{rhs, readZeroPoint(node, 3, rhs, getAxis(rhs, 0))};
  return node.setResult(multiplyCodes(node, left, right));
}

LogicalResult importConvInteger(Node &node) {
  const Tensor &input = node.getInput(0), &filter = node.getInput(1);
  int64_t groups = node.getInteger("group", 1);
  if (failed(checkOperands(node)))
    return failure();
  auto window = resolveConvolution(node, input, filter, groups);
  if (!window)
    return failure();
  Codes left{input, readZeroPoint(node, 2, input, std::nullopt)};
  Codes right{filter, readZeroPoint(node, 3, filter, 0)};
  return node.setResult(convolveCodes(node, left, right, groups, *window));
}

//===----------------------------------------------------------------------------------------------===//
// With scales
//===----------------------------------------------------------------------------------------------===//

/// A scaled sum and a bias as `type`.
static Tensor addAndConvert(Node &node, const Tensor &scaled, const Tensor &bias, Type type) {
  Tensor result = scaled;
  if (scaled && bias)
    result = compute(node, {scaled, convert(node, bias, {node.getF32Type()})}, [](ArrayRef<Scalar> x) { return x[0] + x[1]; });
  return convert(node, result, {type});
}

/// The scale and zero point of a side of a product, in inputs of these numbers: one, or one for each column.
static std::optional<QuantizationParams> readColumnParams(Node &node, const Tensor &codes, size_t scaleIndex,
                                                          size_t zeroPointIndex) {
  Granularity columns{getAxis(codes, 0)};
  columns.mayShareZeroPoint = true;
  return readParams(node, codes.getShape(), getElementType(codes), scaleIndex, zeroPointIndex, columns);
}

static LogicalResult checkBias(Node &node, const Tensor &bias, const Tensor &rhs) {
  if (!bias || (bias.getRank() == 1 && rhs.getRank() > 0 && bias.getSize(0) == rhs.getShape().back() && isFloat(bias)))
    return success();
  return node.error("expected a bias of one float for each column, got " + formatShape(bias.getShape()));
}

LogicalResult importMatMulIntegerToFloat(Node &node) {
  const Tensor &lhs = node.getInput(0), &rhs = node.getInput(1), &bias = node.getInput(6);
  if (failed(checkOperands(node)) || failed(checkBias(node, bias, rhs)))
    return failure();
  auto left = readColumnParams(node, lhs, 2, 4), right = readColumnParams(node, rhs, 3, 5);
  if (!left || !right)
    return failure();
  // Scales of what is summed leave no sum of integers.
  Tensor scaled = left->block.empty()
                      ? scaleSum(node, multiplyCodes(node, {lhs, left->zeroPoint}, {rhs, right->zeroPoint}), left->scale,
                                 right->scale)
                      : multiplyTensors(node, dequantize(node, lhs, *left), dequantize(node, rhs, *right));
  return node.setResult(addAndConvert(node, scaled, bias, node.getInput(2).getElementType()));
}

LogicalResult importDynamicQuantizeMatMul(Node &node) {
  const Tensor &lhs = node.getInput(0), &rhs = node.getInput(1), &bias = node.getInput(4);
  if (!isFloat(lhs))
    return node.error("expected a left side of floats, got " + getElementName(getElementType(lhs)));
  if (failed(checkBytes(node, getElementType(rhs))) || failed(checkBias(node, bias, rhs)))
    return failure();
  auto right = readColumnParams(node, rhs, 2, 3);
  if (!right)
    return failure();
  DynamicCodes left = quantizeDynamically(node, lhs);
  Tensor sum = multiplyCodes(node, {left.codes, left.params.zeroPoint}, {rhs, right->zeroPoint});
  return node.setResult(addAndConvert(node, scaleSum(node, sum, left.params.scale, right->scale), bias, lhs.getElementType()));
}

} // namespace nibble::onnx_import
