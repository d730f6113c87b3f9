//===- Convolution.cpp - Conv ------------------------------------------------------------------------===//

#include "Convolve.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

LogicalResult nibble::onnx_import::importConv(Node &node) {
  const Tensor &input = node.getInput(0), &filter = node.getInput(1);
  int64_t groups = node.getInteger("group", 1);
  if (!checkFloatConvolution(node, input, filter, groups))
    return failure();
  auto window = resolveConvolution(node, input, filter, groups);
  if (!window)
    return failure();
  Tensor padded = padSpatially(node, input, window->low, window->high);
  Tensor result = convolve(node, {padded, filter, groups, *window});
  return node.setResult(addBias(node, result, node.getInput(2)));
}
