//===- QLinearOperators.cpp - operators on numbers between dequantize and quantize -------------------===//
//
// com.microsoft's QLinear operators that are no products: what they compute is that of the operator on numbers.
//
//===----------------------------------------------------------------------------------------------===//

#include "Operators.h"
#include "Pool.h"
#include "Quantization.h"
#include "Reductions.h"

using namespace mlir;

namespace nibble::onnx_import {

/// A function of inputs 0 and 3, whose result has its scale and zero point in inputs 6 and 7.
static LogicalResult importQLinearBinary(Node &node, function_ref<Scalar(Scalar, Scalar)> combine) {
  Tensor lhs = dequantizeInput(node, 0), rhs = dequantizeInput(node, 3);
  if (node.failed())
    return failure();
  Tensor result = compute(node, {lhs, rhs}, [&](ArrayRef<Scalar> x) { return combine(x[0], x[1]); });
  return node.setResult(quantizeResult(node, result, 6, getElementType(node.getInput(0))));
}

LogicalResult importQLinearAdd(Node &node) {
  return importQLinearBinary(node, [](Scalar a, Scalar b) { return a + b; });
}

LogicalResult importQLinearMul(Node &node) {
  return importQLinearBinary(node, [](Scalar a, Scalar b) { return a * b; });
}

/// A function of input 0, whose result has its scale and zero point in inputs 3 and 4.
static LogicalResult importQLinearUnary(Node &node, function_ref<Tensor(const Tensor &)> function) {
  Tensor input = dequantizeInput(node, 0);
  if (node.failed())
    return failure();
  return node.setResult(quantizeResult(node, function(input), 3, getElementType(node.getInput(0))));
}

LogicalResult importQLinearLeakyRelu(Node &node) {
  double alpha = node.getFloat("alpha", 0.01);
  return importQLinearUnary(node, [&](const Tensor &input) {
    return compute(node, input, [&](Scalar x) { return select(x < 0, alpha * x, x); });
  });
}

LogicalResult importQLinearSigmoid(Node &node) {
  return importQLinearUnary(node, [&](const Tensor &input) {
    return compute(node, input, [](Scalar x) { return sigmoid(x); });
  });
}

/// Its version is an attribute: the operator set of the Softmax that it was.
LogicalResult importQLinearSoftmax(Node &node) {
  int64_t version = node.getInteger("opset", 13);
  return importQLinearUnary(node, [&](const Tensor &input) { return alongAxis(node, input, version, softmax); });
}

/// The average of numbers whose channels are behind the spatial dimensions if the attribute says so.
static LogicalResult importQLinearAverage(Node &node, function_ref<Tensor(const Tensor &)> average) {
  bool isChannelsLast = node.getInteger("channels_last", 0) != 0;
  return importQLinearUnary(node, [&](const Tensor &input) {
    if (!isChannelsLast || input.getRank() < 3)
      return average(input);
    SmallVector<int64_t> toFront = llvm::to_vector(llvm::seq(input.getRank())), toBack = toFront;
    std::rotate(toFront.begin() + 1, toFront.end() - 1, toFront.end());
    std::rotate(toBack.begin() + 1, toBack.begin() + 2, toBack.end());
    return transpose(node, average(transpose(node, input, toFront)), toBack);
  });
}

LogicalResult importQLinearAveragePool(Node &node) {
  return importQLinearAverage(node, [&](const Tensor &input) { return averagePool(node, input); });
}

LogicalResult importQLinearGlobalAveragePool(Node &node) {
  return importQLinearAverage(node, [&](const Tensor &input) { return globalAveragePool(node, input); });
}

/// Inputs 0 and 1 are the result's parameters; behind them come triples of codes, scale and zero point.
LogicalResult importQLinearConcat(Node &node) {
  if (node.getNumInputs() % 3 != 2 || node.getNumInputs() < 5)
    return node.error("expected codes, a scale and a zero point for each input, got " + Twine(node.getNumInputs()) +
                      " inputs");
  SmallVector<Tensor> numbers;
  for (size_t index = 2; index < node.getNumInputs(); index += 3)
    numbers.push_back(dequantizeInput(node, index));
  return node.setResult(quantizeResult(node, concatByAttribute(node, numbers), 0, getElementType(node.getInput(2))));
}

} // namespace nibble::onnx_import
