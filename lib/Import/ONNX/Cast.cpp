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

/// Attributes 'saturate' and 'round_mode'; nothing with an error of the node.
static std::optional<CastMode> readMode(Node &node) {
  CastMode mode;
  if (node.getInteger("saturate", 1) == 0)
    mode.overflow = nibble::numerics::Overflow::ToSpecial;
  std::string rounding = node.getString("round_mode", "up");
  if (rounding == "down")
    mode.rounding = nibble::numerics::PowerRounding::Down;
  else if (rounding == "nearest")
    mode.rounding = nibble::numerics::PowerRounding::Nearest;
  else if (rounding != "up")
    (void)node.error("expected round_mode of up, down or nearest, got '" + rounding + "'");
  return node.failed() ? std::nullopt : std::optional(mode);
}

LogicalResult nibble::onnx_import::importCast(Node &node) {
  std::optional<ElementType> type = readTargetType(node);
  std::optional<CastMode> mode = readMode(node);
  return type && mode ? node.setResult(convert(node, node.getInput(0), *type, *mode)) : failure();
}

LogicalResult nibble::onnx_import::importCastLike(Node &node) {
  std::optional<CastMode> mode = readMode(node);
  return mode ? node.setResult(convert(node, node.getInput(0), getElementType(node.getInput(1)), *mode)) : failure();
}

LogicalResult nibble::onnx_import::importBitCast(Node &node) {
  const Tensor &input = node.getInput(0);
  std::optional<ElementType> type = readTargetType(node);
  if (!type)
    return failure();
  const SmallElement *small = findSmallElement(type->codec);
  unsigned from = input.getElementType().getIntOrFloatBitWidth();
  unsigned to = small ? small->numBits : type->type.getIntOrFloatBitWidth();
  if (from != to)
    return node.error("expected a type of " + Twine(from) + " bits, got one of " + Twine(to));
  return node.setResult(compute(node, input, *type, [&](ArrayRef<Scalar> x) {
    if (x[0].getType() == type->type)
      return x[0];
    ImplicitLocOpBuilder &b = x[0].getBuilder();
    return Scalar(b, arith::BitcastOp::create(b, type->type, x[0].getValue()), type->isUnsigned);
  }));
}
