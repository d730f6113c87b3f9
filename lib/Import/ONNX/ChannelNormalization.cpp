//===- ChannelNormalization.cpp - normalization of channels, and of or over vectors ------------------===//

#include "Normalization.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// An input [N, C, …] of floats of the parameters' type.
static LogicalResult checkChannels(Node &node) {
  if (failed(checkFloats(node)))
    return failure();
  if (node.getInput(0).getRank() < 3)
    return node.error("expected an input of rank 3 or more, got " + formatShape(node.getInput(0).getShape()));
  return success();
}

static LogicalResult checkParameters(Node &node, int64_t count) {
  for (size_t index : {1, 2})
    if (node.getInput(index).getShape() != ArrayRef(count))
      return node.error("expected scale and bias of " + Twine(count) + " elements, got " +
                        formatShape(node.getInput(index).getShape()));
  return success();
}

/// All dimensions from `first` on.
static SmallVector<int64_t> axesFrom(int64_t first, const Tensor &input) {
  return llvm::to_vector(llvm::seq(first, input.getRank()));
}

LogicalResult nibble::onnx_import::importInstanceNormalization(Node &node) {
  const Tensor &input = node.getInput(0);
  if (failed(checkChannels(node)) || failed(checkParameters(node, input.getSize(1))))
    return failure();
  Moments moments = computeMoments(node, input, axesFrom(2, input), node.getFloat("epsilon", 1e-5), Center::Mean);
  Tensor scale = alongChannels(node, node.getInput(1), input), bias = alongChannels(node, node.getInput(2), input);
  return node.setResult(normalize(node, input, moments, scale, bias));
}

/// Scale and bias are one number for each group before version 21, then for each channel.
LogicalResult nibble::onnx_import::importGroupNormalization(Node &node) {
  const Tensor &input = node.getInput(0);
  if (failed(checkChannels(node)))
    return failure();
  int64_t numGroups = node.getInteger("num_groups", 0), numChannels = input.getSize(1);
  if (numGroups <= 0 || numChannels % numGroups != 0)
    return node.error("expected attribute 'num_groups' to divide " + Twine(numChannels) + " channels, got " +
                      Twine(numGroups));
  bool isPerGroup = node.getOpset() < 21;
  if (failed(checkParameters(node, isPerGroup ? numGroups : numChannels)))
    return failure();

  // [N, groups, channels of a group, …]; parameters [groups, channels or 1, 1, …].
  SmallVector<int64_t> shape(input.getShape()), parameterShape(input.getRank(), 1);
  shape[1] = numChannels / numGroups;
  shape.insert(shape.begin() + 1, numGroups);
  parameterShape[0] = numGroups;
  parameterShape[1] = isPerGroup ? 1 : shape[2];
  Tensor grouped = reshape(node, input, shape);
  if (!grouped)
    return failure();
  Moments moments = computeMoments(node, grouped, axesFrom(2, grouped), node.getFloat("epsilon", 1e-5), Center::Mean);
  Tensor scale = reshape(node, node.getInput(1), parameterShape), bias = reshape(node, node.getInput(2), parameterShape);
  return node.setResult(reshape(node, normalize(node, grouped, moments, scale, bias), input.getShape()));
}

/// (x - mean) / (deviation + 1e-9).
LogicalResult nibble::onnx_import::importMeanVarianceNormalization(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> axes = node.hasAttribute("axes") ? node.getIntegers("axes") : SmallVector<int64_t>{0, 2, 3};
  axes = node.normalizeAxes(axes, input.getRank());
  if (node.failed() || failed(checkFloats(node)))
    return failure();
  Moments moments = computeMoments(node, input, axes, /*epsilon=*/0, Center::Mean);
  moments.inverseDeviation = compute(node, moments.inverseDeviation, [](Scalar x) { return 1 / (1 / x + 1e-9); });
  return node.setResult(normalize(node, input, moments, {}, {}));
}

/// x / norm along an axis; 0 where the norm is.
LogicalResult nibble::onnx_import::importLpNormalization(Node &node) {
  const Tensor &input = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInteger("axis", -1), input.getRank()), order = node.getInteger("p", 2);
  if (node.failed() || failed(checkFloats(node)))
    return failure();
  if (order != 1 && order != 2)
    return node.error("expected attribute 'p' to be 1 or 2, got " + Twine(order));
  ElementType narrow = getElementType(input), type = getWideType(input);
  Tensor wide = convert(node, input, type);
  Tensor sum = reduceKeepingAxes(node, wide, axis, node.getZeroAttr(type.type), [&](ArrayRef<Scalar> x) {
    return x[1] + (order == 1 ? abs(x[0]) : x[0] * x[0]);
  });
  return node.setResult(compute(node, {wide, sum}, narrow, [&](ArrayRef<Scalar> x) {
    Scalar norm = order == 1 ? x[1] : sqrt(x[1]);
    return select(isEqual(norm, 0), norm, x[0] / norm).convertTo(narrow);
  }));
}

/// x / (bias + alpha / size * sum of squares of `size` neighbouring channels)^beta.
LogicalResult nibble::onnx_import::importLRN(Node &node) {
  const Tensor &input = node.getInput(0);
  if (failed(checkChannels(node)))
    return failure();
  int64_t size = node.getInteger("size", 0), numChannels = input.getSize(1);
  if (size <= 0)
    return node.error("expected attribute 'size' of at least 1, got " + Twine(size));
  double alpha = node.getFloat("alpha", 1e-4), beta = node.getFloat("beta", 0.75), bias = node.getFloat("bias", 1);
  ElementType narrow = getElementType(input), type = getWideType(input);
  Tensor wide = convert(node, input, type);

  // What lies more than all channels away is not there.
  int64_t before = std::min((size - 1) / 2, numChannels), after = std::min(size / 2, numChannels);
  SmallVector<int64_t> low(input.getRank(), 0), high = low, offsets = low, strides(input.getRank(), 1);
  low[1] = before;
  high[1] = after;
  Tensor padded = pad(node, wide, low, high, node.getZeroAttr(type.type));
  SmallVector<Tensor> operands = {wide};
  for (offsets[1] = 0; offsets[1] <= before + after; ++offsets[1])
    operands.push_back(slice(node, padded, offsets, input.getShape(), strides));
  return node.setResult(compute(node, operands, narrow, [&](ArrayRef<Scalar> x) {
    Scalar sum = x[1] * x[1];
    for (Scalar neighbour : x.drop_front(2))
      sum = sum + neighbour * neighbour;
    Scalar base = bias + alpha / static_cast<double>(size) * sum;
    return (x[0] / pow(base, base.constant(beta))).convertTo(narrow);
  }));
}
