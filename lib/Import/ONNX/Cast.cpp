//===- Cast.cpp - Cast, CastLike, BitCast ------------------------------------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// Attribute 'to', which must be there.
static std::optional<ElementType> readTargetType(Node &node) {
  if (!node.hasAttribute("to")) {
    (void)node.error("expected attribute 'to'");
    return std::nullopt;
  }
  auto type = getElementType(static_cast<int32_t>(node.getInteger("to", 0)), node.getContext());
  if (type)
    return *type;
  (void)node.error(llvm::toString(type.takeError()));
  return std::nullopt;
}

LogicalResult nibble::onnx_import::importCast(Node &node) {
  std::optional<ElementType> type = readTargetType(node);
  return type ? node.setResult(convert(node, node.getInput(0), *type)) : failure();
}

LogicalResult nibble::onnx_import::importCastLike(Node &node) {
  return node.setResult(convert(node, node.getInput(0), getElementType(node.getInput(1))));
}

LogicalResult nibble::onnx_import::importBitCast(Node &node) {
  const Tensor &input = node.getInput(0);
  std::optional<ElementType> type = readTargetType(node);
  if (!type)
    return failure();
  unsigned from = input.getElementType().getIntOrFloatBitWidth(), to = type->type.getIntOrFloatBitWidth();
  if (from != to)
    return node.error("expected a type of " + Twine(from) + " bits, got one of " + Twine(to));
  return node.setResult(compute(node, input, *type, [&](ArrayRef<Scalar> x) {
    if (x[0].getType() == type->type)
      return x[0];
    ImplicitLocOpBuilder &b = x[0].getBuilder();
    return Scalar(b, arith::BitcastOp::create(b, type->type, x[0].getValue()), type->isUnsigned);
  }));
}
