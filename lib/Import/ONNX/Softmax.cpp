//===- Softmax.cpp - Softmax, LogSoftmax -------------------------------------------------------------===//

#include "Operators.h"
#include "Reductions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

Tensor nibble::onnx_import::softmax(Node &node, const Tensor &input, int64_t axis) {
  if (node.failed() || !input)
    return {};
  Value empty = tensor::EmptyOp::create(node, input.getShape(), input.getElementType());
  return Tensor(linalg::SoftmaxOp::create(node, TypeRange{input.type}, node.materialize(input), empty, axis)
                    ->getResult(0));
}

/// x - max - log(sum(exp(x - max))) along an axis.
static Tensor logSoftmax(Node &node, const Tensor &input, int64_t axis) {
  Tensor wide = convert(node, input, getWideType(input));
  Tensor max = maxKeepingAxes(node, wide, axis);
  Tensor shifted = compute(node, {wide, max}, [](ArrayRef<Scalar> x) { return x[0] - x[1]; });
  Tensor sum = sumKeepingAxes(node, compute(node, shifted, [](Scalar x) { return exp(x); }), axis);
  Tensor result = compute(node, {shifted, sum}, [](ArrayRef<Scalar> x) { return x[0] - log(x[1]); });
  return convert(node, result, getElementType(input));
}

LogicalResult nibble::onnx_import::importSoftmax(Node &node) { return importAlongAxis(node, softmax); }
LogicalResult nibble::onnx_import::importLogSoftmax(Node &node) { return importAlongAxis(node, logSoftmax); }
