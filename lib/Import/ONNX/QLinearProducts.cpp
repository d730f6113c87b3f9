//===- QLinearProducts.cpp - QLinearConv, QLinearMatMul, QGemm ---------------------------------------===//
//
// A product with a filter that the integer form of a contraction takes (docs/Status.md) is one of numbers between dequantize
// and quantize, which fusion makes exact again; every other one is computed in integers here.
//
//===----------------------------------------------------------------------------------------------===//

#include "IntegerProducts.h"
#include "Linear.h"
#include "Operators.h"
#include "Quantization.h"

using namespace mlir;

namespace nibble::onnx_import {

namespace {
/// Codes of an input with their parameters.
struct QuantizedInput {
  Tensor codes;
  QuantizationParams params;

  Codes getCodes() const { return {codes, params.zeroPoint}; }
  Tensor toNumbers(Node &node) const { return dequantize(node, codes, params); }
};
} // namespace

static std::optional<QuantizedInput> readInput(Node &node, size_t index, const Tensor &codes,
                                               const Granularity &granularity) {
  if (node.failed() || !codes)
    return std::nullopt;
  if (failed(checkBytes(node, getElementType(codes))))
    return std::nullopt;
  auto params = readParams(node, codes.getShape(), getElementType(codes), index + 1, index + 2, granularity);
  return params ? std::optional(QuantizedInput{codes, *params}) : std::nullopt;
}

/// Whether fusion finds an integer form. Zero points that differ between channels are taken off the codes for that.
static bool makeFusable(Node &node, QuantizedInput &filter) {
  Tensor bytes = toSignedBytes(node, filter.getCodes());
  if (!bytes)
    return false;
  if (filter.params.zeroPoint && filter.params.zeroPoint.type.getNumElements() > 1) {
    filter.codes = bytes;
    filter.params.zeroPoint = {};
  }
  return true;
}

/// One element for each channel, or one, in another shape.
static Tensor reshapeChannels(Node &node, const Tensor &channels, ArrayRef<int64_t> shape) {
  return channels && channels.type.getNumElements() == 1 ? reshape(node, channels, {}) : reshape(node, channels, shape);
}

static LogicalResult checkIntegerBias(Node &node, const Tensor &bias, int64_t numChannels) {
  if (!bias || (bias.getElementType().isInteger(32) && bias.getRank() == 1 && bias.getSize(0) == numChannels))
    return success();
  return node.error("expected a bias of int32 with " + Twine(numChannels) + " elements, got " +
                    getElementName(getElementType(bias)) + " of " + formatShape(bias.getShape()));
}

//===----------------------------------------------------------------------------------------------===//
// QLinearConv
//===----------------------------------------------------------------------------------------------===//

static Tensor convolveNumbers(Node &node, const QuantizedInput &input, const QuantizedInput &filter, const Tensor &bias,
                              int64_t groups, const Window &window) {
  Tensor padded = padSpatially(node, input.toNumbers(node), window.low, window.high);
  Tensor result = convolve(node, {padded, filter.toNumbers(node), groups, window});
  if (!bias)
    return result;
  Tensor scale = reshapeChannels(node, filter.params.scale, {filter.codes.getSize(0)});
  return addBias(node, result, scaleSum(node, bias, input.params.scale, scale));
}

static Tensor convolveIntegers(Node &node, const QuantizedInput &input, const QuantizedInput &filter, const Tensor &bias,
                               int64_t groups, const Window &window) {
  Tensor sum = convolveCodes(node, input.getCodes(), filter.getCodes(), groups, window);
  SmallVector<int64_t> channels(window.kernel.size() + 1, 1);
  channels.front() = filter.codes.getSize(0);
  if (bias && sum)
    sum = compute(node, {sum, reshape(node, bias, channels)}, [](ArrayRef<Scalar> x) { return x[0] + x[1]; });
  return scaleSum(node, sum, input.params.scale, reshapeChannels(node, filter.params.scale, channels));
}

LogicalResult importQLinearConv(Node &node) {
  const Tensor &bias = node.getInput(8);
  int64_t groups = node.getInteger("group", 1);
  auto window = resolveConvolution(node, node.getInput(0), node.getInput(3), groups);
  if (!window || failed(checkIntegerBias(node, bias, node.getInput(3).getSize(0))))
    return failure();
  auto input = readInput(node, 0, node.getInput(0), {});
  auto filter = readInput(node, 3, node.getInput(3), {/*axis=*/0});
  if (!input || !filter)
    return failure();
  Tensor result = makeFusable(node, *filter) ? convolveNumbers(node, *input, *filter, bias, groups, *window)
                                             : convolveIntegers(node, *input, *filter, bias, groups, *window);
  return node.setResult(quantizeResult(node, result, 6, getElementType(node.getInput(0))));
}

//===----------------------------------------------------------------------------------------------===//
// QLinearMatMul, QGemm
//===----------------------------------------------------------------------------------------------===//

/// Parameters of each row or column, also for each matrix of a batch.
static Granularity getMatrixGranularity(const Tensor &tensor, int64_t fromEnd) {
  Granularity granularity;
  if (tensor.getRank() > fromEnd)
    granularity.axis = tensor.getRank() - 1 - fromEnd;
  granularity.mayBroadcast = true;
  return granularity;
}

LogicalResult importQLinearMatMul(Node &node) {
  const Tensor &lhs = node.getInput(0), &rhs = node.getInput(3);
  auto left = readInput(node, 0, lhs, getMatrixGranularity(lhs, 1));
  auto right = readInput(node, 3, rhs, getMatrixGranularity(rhs, 0));
  if (!left || !right)
    return failure();
  bool isFusable = rhs.getRank() == 2 && left->params.block.empty() && makeFusable(node, *right);
  Tensor result;
  if (isFusable)
    result = multiplyTensors(node, left->toNumbers(node), right->toNumbers(node));
  else
    result = scaleSum(node, multiplyCodes(node, left->getCodes(), right->getCodes()), left->params.scale,
                      right->params.scale);
  return node.setResult(quantizeResult(node, result, 6, getElementType(lhs)));
}

/// Matrix `index`, with its dimensions exchanged where the attribute says so.
static Tensor readMatrix(Node &node, size_t index, StringRef transposed) {
  const Tensor &matrix = node.getInput(index);
  if (matrix.getRank() != 2) {
    (void)node.error("expected two matrices, got " + formatShape(node.getInput(0).getShape()) + " and " +
                     formatShape(node.getInput(3).getShape()));
    return {};
  }
  return node.getInteger(transposed, 0) != 0 ? transpose(node, matrix, {1, 0}) : matrix;
}

/// alpha * (a * b + c), where c counts in units of a product of codes; without a scale the result stays in floats.
LogicalResult importQGemm(Node &node) {
  Tensor lhs = readMatrix(node, 0, "transA"), rhs = readMatrix(node, 3, "transB");
  const Tensor &bias = node.getInput(6);
  double alpha = node.getFloat("alpha", 1.0);
  auto left = readInput(node, 0, lhs, {});
  auto right = readInput(node, 3, rhs, {/*axis=*/1});
  if (!left || !right)
    return failure();
  if (bias && !bias.getElementType().isInteger(32))
    return node.error("expected a bias of int32, got " + getElementName(getElementType(bias)));
  bool isFusable = makeFusable(node, *right);
  const Tensor &lhsScale = left->params.scale, &rhsScale = right->params.scale;
  Tensor result = isFusable ? multiplyTensors(node, left->toNumbers(node), right->toNumbers(node))
                            : scaleSum(node, multiplyCodes(node, left->getCodes(), right->getCodes()), lhsScale, rhsScale);
  if (result && bias) {
    auto biased = broadcastShapes(node, {result, bias});
    if (!biased || ArrayRef(*biased) != result.getShape())
      return node.error("expected a bias that broadcasts to " + formatShape(result.getShape()) + ", got " +
                        formatShape(bias.getShape()));
    Tensor added = scaleSum(node, bias, lhsScale, rhsScale);
    result = compute(node, {result, added}, [](ArrayRef<Scalar> x) { return x[0] + x[1]; });
  }
  if (alpha != 1.0)
    result = compute(node, result, [&](Scalar x) { return x * alpha; });
  return node.setResult(node.hasInput(7) ? quantizeResult(node, result, 7, getElementType(lhs)) : result);
}

} // namespace nibble::onnx_import
