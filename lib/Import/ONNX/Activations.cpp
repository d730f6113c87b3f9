//===- Activations.cpp - functions of one number with parameters -------------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include <cmath>

using namespace mlir;
using namespace nibble::onnx_import;

/// A function of floats, of several steps.
static LogicalResult importActivation(Node &node, UnaryFunction function) {
  if (failed(checkFloats(node)))
    return failure();
  return node.setResult(computeWide(node, node.getInput(0), function));
}

static Scalar hardSigmoid(Scalar x, double alpha, double beta) { return max(min(alpha * x + beta, 1), 0); }

namespace nibble::onnx_import {

LogicalResult importCelu(Node &node) {
  double alpha = node.getFloat("alpha", 1);
  return importActivation(node, [&](Scalar x) { return max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0); });
}

LogicalResult importElu(Node &node) {
  double alpha = node.getFloat("alpha", 1);
  return importActivation(node, [&](Scalar x) { return select(x < 0, alpha * (exp(x) - 1), x); });
}

LogicalResult importHardSigmoid(Node &node) {
  double alpha = node.getFloat("alpha", 0.2), beta = node.getFloat("beta", 0.5);
  return importActivation(node, [&](Scalar x) { return hardSigmoid(x, alpha, beta); });
}

LogicalResult importHardSwish(Node &node) {
  return importActivation(node, [](Scalar x) { return x * hardSigmoid(x, 1.0 / 6, 0.5); });
}

LogicalResult importLeakyRelu(Node &node) {
  double alpha = node.getFloat("alpha", 0.01);
  return importActivation(node, [&](Scalar x) { return select(x < 0, alpha * x, x); });
}

LogicalResult importSelu(Node &node) {
  double alpha = node.getFloat("alpha", 1.67326319217681884765625);
  double gamma = node.getFloat("gamma", 1.05070102214813232421875);
  return importActivation(node, [&](Scalar x) { return gamma * select(x > 0, x, alpha * (exp(x) - 1)); });
}

LogicalResult importShrink(Node &node) {
  double lambda = node.getFloat("lambd", 0.5), bias = node.getFloat("bias", 0);
  if (failed(checkNumbers(node)))
    return failure();
  return node.setResult(computeWide(node, node.getInput(0), [&](Scalar x) {
    return select(x < -lambda, x + bias, select(x > lambda, x - bias, x.constant(0)));
  }));
}

LogicalResult importThresholdedRelu(Node &node) {
  double alpha = node.getFloat("alpha", 1);
  return importActivation(node, [&](Scalar x) { return select(x > alpha, x, x.constant(0)); });
}

/// The slope broadcasts to the input and not the other way round.
LogicalResult importPRelu(Node &node) {
  const Tensor &input = node.getInput(0), &slope = node.getInput(1);
  if (failed(checkNumbers(node)))
    return failure();
  auto shape = broadcastShapes(node, {input, slope});
  if (!shape || ArrayRef(*shape) != input.getShape())
    return node.error("expected a slope that broadcasts to " + formatShape(input.getShape()) + ", got " +
                      formatShape(slope.getShape()));
  return node.setResult(compute(node, {input, slope}, [](ArrayRef<Scalar> x) {
    return x[0].isUnsigned() ? x[0] : select(x[0] < 0, x[0] * x[1], x[0]);
  }));
}

//===----------------------------------------------------------------------------------------------===//
// Clip
//===----------------------------------------------------------------------------------------------===//

/// The bounds of Clip before version 11; absent where it does not clip.
static Tensor readBound(Node &node, StringRef name) {
  if (!node.hasAttribute(name))
    return {};
  Type type = node.getInput(0).getElementType();
  return Constant::getFloats(RankedTensorType::get({}, type), node.getFloat(name, 0));
}

LogicalResult importClip(Node &node) {
  bool asInputs = node.getOpset() >= 11;
  const Tensor &input = node.getInput(0);
  if (failed(asInputs ? checkNumbers(node) : checkFloats(node)))
    return failure();
  Tensor low = asInputs ? node.getInput(1) : readBound(node, "min");
  Tensor high = asInputs ? node.getInput(2) : readBound(node, "max");
  SmallVector<Tensor> inputs = {input};
  for (const Tensor &bound : {low, high}) {
    if (bound && bound.type.getNumElements() != 1)
      return node.error("expected bounds of one element, got " + formatShape(bound.getShape()));
    if (bound)
      inputs.push_back(reshape(node, bound, {}));
  }
  if (inputs.size() == 1)
    return node.setResult(input);
  return node.setResult(compute(node, inputs, [&](ArrayRef<Scalar> x) {
    Scalar clipped = low ? max(x[0], x[1]) : x[0];
    return high ? min(clipped, x.back()) : clipped;
  }));
}

} // namespace nibble::onnx_import
