//===- BatchNormalization.cpp - normalization by constants -------------------------------------------===//

#include "Normalization.h"
#include "Operators.h"
#include <cmath>

using namespace mlir;
using namespace nibble::onnx_import;

namespace {
/// y = x * factor + shift for each channel.
struct Affine {
  Tensor factor, shift;
};
} // namespace

/// Of constants, in double precision, each rounded once.
static Affine foldBatchNormalization(Node &node, double epsilon) {
  SmallVector<double> gamma = node.getInput(1).constant.getFloats(), beta = node.getInput(2).constant.getFloats();
  SmallVector<double> mean = node.getInput(3).constant.getFloats(), variance = node.getInput(4).constant.getFloats();
  SmallVector<double> factor, shift;
  for (size_t channel = 0; channel < gamma.size(); ++channel) {
    factor.push_back(gamma[channel] / std::sqrt(variance[channel] + epsilon));
    shift.push_back(beta[channel] - mean[channel] * factor.back());
  }
  RankedTensorType type = node.getInput(1).type;
  return {Constant::getFloats(type, factor, node.getName().str() + ".factor"),
          Constant::getFloats(type, shift, node.getName().str() + ".shift")};
}

static Affine emitBatchNormalization(Node &node, double epsilon) {
  Tensor factor = compute(node, {node.getInput(1), node.getInput(4)}, [&](ArrayRef<Scalar> x) {
    return x[0] / sqrt(x[1] + epsilon);
  });
  Tensor shift = compute(node, {node.getInput(2), node.getInput(3), factor}, [](ArrayRef<Scalar> x) {
    return x[0] - x[1] * x[2];
  });
  return {factor, shift};
}

LogicalResult nibble::onnx_import::importBatchNormalization(Node &node) {
  const Tensor &input = node.getInput(0);
  bool isTraining = node.getOpset() < 7 ? node.getInteger("is_test", 0) == 0 : node.getInteger("training_mode", 0) != 0;
  if (isTraining)
    return node.error("training mode is not supported");
  if (input.getRank() < 2 || !isa<FloatType>(input.getElementType()))
    return node.error("expected an input of floats of rank 2 or more, got " + formatShape(input.getShape()));
  bool areConstant = true;
  for (size_t index = 1; index < 5; ++index) {
    const Tensor &parameter = node.getInput(index);
    if (parameter.getShape() != ArrayRef(input.getSize(1)) || parameter.getElementType() != input.getElementType())
      return node.error("expected parameters of " + Twine(input.getSize(1)) + " elements of the input's type, got " +
                        formatShape(parameter.getShape()));
    areConstant &= static_cast<bool>(parameter.constant);
  }
  double epsilon = node.getFloat("epsilon", 1e-5);
  Affine affine = areConstant ? foldBatchNormalization(node, epsilon) : emitBatchNormalization(node, epsilon);
  Tensor scaled = compute(node, {input, alongChannels(node, affine.factor, input)},
                          [](ArrayRef<Scalar> x) { return x[0] * x[1]; });
  return node.setResult(compute(node, {scaled, alongChannels(node, affine.shift, input)},
                                [](ArrayRef<Scalar> x) { return x[0] + x[1]; }));
}
