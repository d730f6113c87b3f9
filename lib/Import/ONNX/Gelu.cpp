//===- Gelu.cpp - activations that weigh a number by a function of it --------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include <cmath>

using namespace mlir;
using namespace nibble::onnx_import;

static const double sqrtHalf = std::sqrt(0.5), sqrtTwoOverPi = std::sqrt(2 / std::acos(-1.0));

static Scalar gelu(Scalar x) { return 0.5 * x * (1 + erf(x * sqrtHalf)); }
static Scalar geluOfTanh(Scalar x) { return 0.5 * x * (1 + tanh(sqrtTwoOverPi * (x + 0.044715 * (x * x * x)))); }
static Scalar swish(Scalar x, double alpha) { return x * sigmoid(alpha * x); }

/// `function` of the sum of all inputs, of which those behind the first are optional biases.
static LogicalResult importOfSum(Node &node, UnaryFunction function) {
  if (failed(checkFloats(node)))
    return failure();
  SmallVector<Tensor> inputs;
  llvm::copy_if(node.getInputs(), std::back_inserter(inputs), [](const Tensor &input) { return bool(input); });
  return node.setResult(computeWide(node, inputs, [&](ArrayRef<Scalar> x) {
    return function(x.size() == 1 ? x[0] : x[0] + x[1]);
  }));
}

namespace nibble::onnx_import {

LogicalResult importGelu(Node &node) {
  std::string approximation = node.getString("approximate", "none");
  if (approximation != "none" && approximation != "tanh")
    return node.error("expected attribute 'approximate' to be none or tanh, got '" + approximation + "'");
  return importOfSum(node, approximation == "tanh" ? geluOfTanh : gelu);
}

LogicalResult importBiasGelu(Node &node) { return importOfSum(node, gelu); }
LogicalResult importFastGelu(Node &node) { return importOfSum(node, geluOfTanh); }

LogicalResult importQuickGelu(Node &node) {
  double alpha = node.getFloat("alpha", 1.702);
  return importOfSum(node, [&](Scalar x) { return swish(x, alpha); });
}

LogicalResult importSwish(Node &node) {
  double alpha = node.getFloat("alpha", 1);
  return importOfSum(node, [&](Scalar x) { return swish(x, alpha); });
}

LogicalResult importSwiGLU(Node &node) {
  double alpha = node.getFloat("alpha", 1);
  if (failed(checkFloats(node)) || failed(checkNumInputs(node, 2)))
    return failure();
  return node.setResult(computeWide(node, node.getInputs(), [&](ArrayRef<Scalar> x) {
    return swish(x[0], alpha) * x[1];
  }));
}

} // namespace nibble::onnx_import
