//===- Activations.cpp - functions of one number -----------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// One linalg.generic of a function of a float.
static LogicalResult importFunction(Node &node, function_ref<Value(ImplicitLocOpBuilder &, Value)> function) {
  const Tensor &input = node.getInput(0);
  if (!isa<FloatType>(input.getElementType()))
    return node.error("expected an input of floats");
  return node.setResult(elementwise(node, input, input.getElementType(), [&](ImplicitLocOpBuilder &b, ValueRange args) {
    return function(b, args[0]);
  }));
}

LogicalResult nibble::onnx_import::importRelu(Node &node) {
  return importFunction(node, [](ImplicitLocOpBuilder &b, Value x) -> Value {
    return arith::MaximumFOp::create(b, x, scalar(b, x.getType(), 0));
  });
}
