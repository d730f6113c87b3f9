//===- Elementwise.cpp - arithmetic with broadcasting ------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "TensorReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// Inputs of one element type.
static LogicalResult checkSameType(Node &node) {
  for (const Tensor &input : node.getInputs())
    if (!input || input.getElementType() != node.getInput(0).getElementType())
      return node.error("expected inputs of one element type");
  return success();
}

static bool isFloat(const Tensor &tensor) { return isa<FloatType>(tensor.getElementType()); }

/// All inputs combined from left to right; Add, Sum, Max with any number of inputs.
template <typename FloatOp, typename SignedOp, typename UnsignedOp = SignedOp>
static LogicalResult importVariadic(Node &node) {
  if (failed(checkSameType(node)))
    return failure();
  const Tensor &first = node.getInput(0);
  bool isUnsigned = first.isUnsigned;
  if (first.getElementType().isInteger(1))
    return node.error("expected numbers, got booleans");
  Tensor result = elementwise(node, node.getInputs(), first.getElementType(),
                              [&](ImplicitLocOpBuilder &b, ValueRange args) {
                                Value value = args[0];
                                for (Value arg : args.drop_front()) {
                                  if (isa<FloatType>(arg.getType()))
                                    value = FloatOp::create(b, value, arg);
                                  else if (isUnsigned)
                                    value = UnsignedOp::create(b, value, arg);
                                  else
                                    value = SignedOp::create(b, value, arg);
                                }
                                return value;
                              });
  result.isUnsigned = isUnsigned;
  return node.setResult(result);
}

template <typename FloatOp, typename SignedOp, typename UnsignedOp = SignedOp>
static LogicalResult importBinary(Node &node) {
  if (node.getNumInputs() != 2)
    return node.error("expected 2 inputs, got " + Twine(node.getNumInputs()));
  return importVariadic<FloatOp, SignedOp, UnsignedOp>(node);
}

namespace nibble::onnx_import {

LogicalResult importAdd(Node &node) { return importBinary<arith::AddFOp, arith::AddIOp>(node); }
LogicalResult importSub(Node &node) { return importBinary<arith::SubFOp, arith::SubIOp>(node); }
LogicalResult importMul(Node &node) { return importBinary<arith::MulFOp, arith::MulIOp>(node); }
LogicalResult importDiv(Node &node) { return importBinary<arith::DivFOp, arith::DivSIOp, arith::DivUIOp>(node); }
LogicalResult importSum(Node &node) { return importVariadic<arith::AddFOp, arith::AddIOp>(node); }
LogicalResult importMax(Node &node) {
  return importVariadic<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>(node);
}
LogicalResult importMin(Node &node) {
  return importVariadic<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>(node);
}

} // namespace nibble::onnx_import

//===----------------------------------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------------------------------===//

/// A number of one type as another. Floats become integers by truncation; what is out of range is undefined, as in ONNX.
static Value convert(ImplicitLocOpBuilder &b, Value value, bool fromUnsigned, ElementType to) {
  Type from = value.getType();
  if (from == to.type)
    return value;
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(to.type);
  unsigned fromBits = from.getIntOrFloatBitWidth(), toBits = to.type.getIntOrFloatBitWidth();
  fromUnsigned |= fromBits == 1;
  if (toBits == 1 && fromFloat)
    return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, value, scalar(b, from, 0));
  if (toBits == 1)
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value, scalar(b, from, 0));
  if (fromFloat && toFloat) {
    if (toBits > fromBits)
      return arith::ExtFOp::create(b, to.type, value);
    if (toBits < fromBits)
      return arith::TruncFOp::create(b, to.type, value);
    // f16 and bf16: through f32, which holds both.
    return arith::TruncFOp::create(b, to.type, arith::ExtFOp::create(b, b.getF32Type(), value));
  }
  if (fromFloat)
    return to.isUnsigned ? Value(arith::FPToUIOp::create(b, to.type, value))
                         : Value(arith::FPToSIOp::create(b, to.type, value));
  if (toFloat)
    return fromUnsigned ? Value(arith::UIToFPOp::create(b, to.type, value))
                        : Value(arith::SIToFPOp::create(b, to.type, value));
  if (toBits < fromBits)
    return arith::TruncIOp::create(b, to.type, value);
  return fromUnsigned ? Value(arith::ExtUIOp::create(b, to.type, value))
                      : Value(arith::ExtSIOp::create(b, to.type, value));
}

static LogicalResult castTo(Node &node, ElementType to) {
  const Tensor &input = node.getInput(0);
  if (input.getElementType() == to.type) {
    Tensor result = input;
    result.isUnsigned = to.isUnsigned;
    return node.setResult(result);
  }
  // Weights of another float type are converted at import, whatever their size.
  if (input.constant && isFloat(input) && isa<FloatType>(to.type))
    return node.setResult(Constant::getFloats(RankedTensorType::get(input.getShape(), to.type),
                                              input.constant.getFloats(), input.constant.getName()));
  Tensor result = elementwise(node, input, to.type, [&](ImplicitLocOpBuilder &b, ValueRange args) {
    return convert(b, args[0], input.isUnsigned, to);
  });
  result.isUnsigned = to.isUnsigned;
  return node.setResult(result);
}

LogicalResult nibble::onnx_import::importCast(Node &node) {
  if (!node.hasAttribute("to"))
    return node.error("expected attribute 'to'");
  auto to = getElementType(static_cast<int32_t>(node.getInteger("to", 0)), node.getContext());
  if (!to)
    return node.error(llvm::toString(to.takeError()));
  return castTo(node, *to);
}
