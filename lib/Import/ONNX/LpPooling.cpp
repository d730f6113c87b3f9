//===- LpPooling.cpp - LpPool, GlobalLpPool ----------------------------------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include "Pool.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// |x|^p.
static Value power(ImplicitLocOpBuilder &b, Value x, int64_t p) {
  if (p == 2)
    return arith::MulFOp::create(b, x, x);
  Value magnitude = math::AbsFOp::create(b, x);
  return p == 1 ? magnitude : Value(math::PowFOp::create(b, magnitude, scalar(b, x.getType(), static_cast<double>(p))));
}

static Value root(ImplicitLocOpBuilder &b, Value x, int64_t p) {
  if (p == 1)
    return x;
  if (p == 2)
    return math::SqrtOp::create(b, x);
  return math::PowFOp::create(b, x, scalar(b, x.getType(), 1.0 / static_cast<double>(p)));
}

/// (sum |x|^p)^(1/p) of each window, in f32 at least.
static LogicalResult importNorm(Node &node, const std::optional<Window> &window) {
  int64_t p = node.getInteger("p", 2);
  if (!window || node.failed())
    return failure();
  if (p < 1)
    return node.error("expected 'p' of at least 1, got " + Twine(p));
  ElementType narrow = getElementType(node.getInput(0)), wide = getWideType(node.getInput(0));
  Tensor powers = elementwise(node, convert(node, node.getInput(0), wide), wide.type,
                              [&](ImplicitLocOpBuilder &b, ValueRange args) { return power(b, args[0], p); });
  Tensor padded = padWindow(node, powers, *window, node.getZeroAttr(wide.type));
  Tensor norms = elementwise(node, pool(node, padded, *window, PoolKind::Sum), wide.type,
                             [&](ImplicitLocOpBuilder &b, ValueRange args) { return root(b, args[0], p); });
  return node.setResult(convert(node, norms, narrow));
}

LogicalResult nibble::onnx_import::importLpPool(Node &node) {
  if (!isa<FloatType>(node.getInput(0).getElementType()))
    return node.error("expected an input of floats");
  return importNorm(node, resolvePool(node, node.getInput(0)));
}

LogicalResult nibble::onnx_import::importGlobalLpPool(Node &node) {
  return importNorm(node, resolveGlobalPool(node, node.getInput(0)));
}
