//===- LayerNormalization.cpp - normalization over the last dimensions -------------------------------===//

#include "Normalization.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// The node's axis and those behind it.
static SmallVector<int64_t> readAxes(Node &node, int64_t rank) {
  int64_t first = node.normalizeAxis(node.getInteger("axis", -1), rank);
  return llvm::to_vector(llvm::seq(first, rank));
}

/// Moments are f32 whatever the input is.
static LogicalResult checkStashType(Node &node) {
  int64_t type = node.getInteger("stash_type", onnx::TensorProto::FLOAT);
  if (type != onnx::TensorProto::FLOAT)
    return node.error("expected attribute 'stash_type' to be 1 (FLOAT), got " + Twine(type));
  return success();
}

static LogicalResult setMoment(Node &node, size_t output, const Tensor &moment) {
  return node.hasOutput(output) ? node.setResult(output, convert(node, moment, {node.getF32Type()})) : success();
}

/// Normalizes `input` over `axes`, and gives the node's outputs: the result, then the mean if it has one, 1 / deviation.
static LogicalResult normalizeLayer(Node &node, const Tensor &input, ArrayRef<int64_t> axes, Center center,
                                    const Tensor &scale, const Tensor &bias, size_t meanOutput,
                                    size_t deviationOutput) {
  double epsilon = node.getFloat("epsilon", 1e-5);
  if (node.failed() || !input)
    return failure();
  Moments moments = computeMoments(node, input, axes, epsilon, center);
  if (failed(node.setResult(normalize(node, input, moments, scale, bias))) ||
      failed(setMoment(node, deviationOutput, moments.inverseDeviation)))
    return failure();
  return center == Center::Mean ? setMoment(node, meanOutput, moments.mean) : success();
}

namespace nibble::onnx_import {

LogicalResult importLayerNormalization(Node &node) {
  if (failed(checkFloats(node)) || failed(checkStashType(node)))
    return failure();
  SmallVector<int64_t> axes = readAxes(node, node.getInput(0).getRank());
  return normalizeLayer(node, node.getInput(0), axes, Center::Mean, node.getInput(1), node.getInput(2),
                        /*meanOutput=*/1, /*deviationOutput=*/2);
}

LogicalResult importRMSNormalization(Node &node) {
  if (!isFloat(node.getInput(0)) || !isFloat(node.getInput(1)))
    return node.error("expected inputs of floats");
  if (failed(checkStashType(node)))
    return failure();
  SmallVector<int64_t> axes = readAxes(node, node.getInput(0).getRank());
  return normalizeLayer(node, node.getInput(0), axes, Center::Zero, node.getInput(1), {},
                        /*meanOutput=*/0, /*deviationOutput=*/1);
}

LogicalResult importSimplifiedLayerNormalization(Node &node) { return importRMSNormalization(node); }

/// Normalizes input + skip + bias over the last dimension. Outputs 1 and 2 are moments, output 3 the sum.
static LogicalResult importSkipNormalization(Node &node, Center center, const Tensor &shift, const Tensor &bias) {
  if (failed(checkFloats(node)))
    return failure();
  SmallVector<Tensor> terms = {node.getInput(0), node.getInput(1)};
  if (bias)
    terms.push_back(bias);
  Tensor sum = computeWide(node, terms, [](ArrayRef<Scalar> x) {
    Scalar skipped = x[0] + x[1];
    return x.size() == 3 ? skipped + x[2] : skipped;
  });
  if (!sum || sum.getRank() == 0)
    return node.error("expected an input of rank 1 or more");
  if (node.hasOutput(3) && failed(node.setResult(3, sum)))
    return failure();
  return normalizeLayer(node, sum, sum.getRank() - 1, center, node.getInput(2), shift, /*meanOutput=*/1,
                        /*deviationOutput=*/2);
}

LogicalResult importSkipLayerNormalization(Node &node) {
  return importSkipNormalization(node, Center::Mean, node.getInput(3), node.getInput(4));
}

LogicalResult importSkipSimplifiedLayerNormalization(Node &node) {
  return importSkipNormalization(node, Center::Zero, {}, node.getInput(3));
}

} // namespace nibble::onnx_import
