//===- Convolution.cpp - Conv ------------------------------------------------------------------------===//

#include "Convolve.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

LogicalResult nibble::onnx_import::importConv(Node &node) {
  const Tensor &input = node.getInput(0), &filter = node.getInput(1);
  int64_t groups = node.getInteger("group", 1);
  if (!checkConvolution(node, input, filter, groups))
    return failure();
  if (filter.getSize(1) != input.getSize(1) / groups)
    return node.error("expected a filter for " + Twine(input.getSize(1) / groups) + " channels, got " +
                      formatShape(filter.getShape()));
  auto window = resolveWindow(node, input.getShape().drop_front(2), filter.getShape().drop_front(2));
  if (!window)
    return failure();
  Tensor padded = padSpatially(node, input, window->low, window->high);
  Tensor result = convolve(node, {padded, filter, groups, *window});
  return node.setResult(addBias(node, result, node.getInput(2)));
}
