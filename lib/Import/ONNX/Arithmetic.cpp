//===- Arithmetic.cpp - arithmetic with broadcasting -------------------------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include <numeric>

using namespace mlir;
using namespace nibble::onnx_import;

/// All inputs combined from left to right, as Sum and Max do.
static Tensor combineAll(Node &node, function_ref<Scalar(Scalar, Scalar)> combine) {
  if (failed(checkNumbers(node)) || !llvm::all_of(node.getInputs(), [](const Tensor &input) { return bool(input); }))
    return {};
  return compute(node, node.getInputs(), [&](ArrayRef<Scalar> x) {
    Scalar value = x[0];
    for (Scalar element : x.drop_front())
      value = combine(value, element);
    return value;
  });
}

static LogicalResult importBinary(Node &node, function_ref<Scalar(Scalar, Scalar)> combine) {
  if (failed(checkNumInputs(node, 2)))
    return failure();
  return node.setResult(combineAll(node, combine));
}

static Scalar add(Scalar a, Scalar b) { return a + b; }

/// Python's remainder, which has the sign of the divisor.
static Scalar floorMod(Scalar a, Scalar b) {
  Scalar remainder = a % b;
  if (a.isUnsigned())
    return remainder;
  Scalar zero = a.constant(0);
  Scalar isOpposite = ((remainder ^ b) < zero) & ~isEqual(remainder, zero);
  return select(isOpposite, remainder + b, remainder);
}

namespace nibble::onnx_import {

LogicalResult importAdd(Node &node) { return importBinary(node, add); }
LogicalResult importSub(Node &node) {
  return importBinary(node, [](Scalar a, Scalar b) { return a - b; });
}
LogicalResult importMul(Node &node) {
  return importBinary(node, [](Scalar a, Scalar b) { return a * b; });
}
LogicalResult importDiv(Node &node) {
  return importBinary(node, [](Scalar a, Scalar b) { return a / b; });
}

LogicalResult importSum(Node &node) { return node.setResult(combineAll(node, add)); }
LogicalResult importMax(Node &node) {
  return node.setResult(combineAll(node, [](Scalar a, Scalar b) { return max(a, b); }));
}
LogicalResult importMin(Node &node) {
  return node.setResult(combineAll(node, [](Scalar a, Scalar b) { return min(a, b); }));
}

LogicalResult importMean(Node &node) {
  if (failed(checkFloats(node)))
    return failure();
  auto count = static_cast<double>(node.getNumInputs());
  return node.setResult(computeWide(node, node.getInputs(), [&](ArrayRef<Scalar> x) {
    return std::accumulate(x.begin() + 1, x.end(), x[0], add) / count;
  }));
}

LogicalResult importMod(Node &node) {
  if (node.getInteger("fmod", 0) != 0)
    return importBinary(node, [](Scalar a, Scalar b) { return a % b; });
  if (isFloat(node.getInput(0)))
    return node.error("expected attribute 'fmod' to be 1 for floats");
  return importBinary(node, floorMod);
}

//===----------------------------------------------------------------------------------------------===//
// Pow
//===----------------------------------------------------------------------------------------------===//

/// x * x * … by repeated squaring: the power of an integer, which wraps. A negative exponent is undefined, as in ONNX.
static Scalar integerPower(Scalar base, Scalar exponent) {
  Scalar power = base.constant(1);
  for (unsigned bit = 0, numBits = exponent.getType().getIntOrFloatBitWidth(); bit < numBits; ++bit) {
    power = select(isEqual((exponent >> bit) & 1, 0), power, power * base);
    base = base * base;
  }
  return power;
}

/// The exponent when it is 1, 2 or 3 everywhere: such powers are products.
static std::optional<int> getSmallExponent(const Tensor &exponent) {
  if (!exponent.constant || exponent.type.getNumElements() != 1)
    return std::nullopt;
  double value = isFloat(exponent) ? exponent.constant.getFloats().front()
                                   : static_cast<double>(exponent.constant.getIntegers(exponent.isUnsigned).front());
  return value == 1 || value == 2 || value == 3 ? std::optional(static_cast<int>(value)) : std::nullopt;
}

/// The result has the base's type; floats and integers may be mixed. An integer exponent is exact in f64 only.
LogicalResult importPow(Node &node) {
  const Tensor &base = node.getInput(0), &exponent = node.getInput(1);
  if (isBoolean(base) || isBoolean(exponent))
    return node.error("expected numbers, got booleans");
  if (std::optional<int> small = getSmallExponent(exponent)) {
    auto shape = broadcastShapes(node, {base, exponent});
    if (!shape)
      return failure();
    return node.setResult(reshape(node, compute(node, base, [&](Scalar x) {
      return *small == 1 ? x : *small == 2 ? x * x : x * x * x;
    }), *shape));
  }
  if (!isFloat(base) && !isFloat(exponent))
    return node.setResult(compute(node, {base, exponent}, [](ArrayRef<Scalar> x) { return integerPower(x[0], x[1]); }));
  ElementType narrow = getElementType(base), wide{node.getF64Type()};
  bool isWide = !isFloat(base) || !isFloat(exponent) || base.getElementType().isF64() || exponent.getElementType().isF64();
  if (!isWide)
    wide.type = node.getF32Type();
  return node.setResult(compute(node, {base, exponent}, [&](ArrayRef<Scalar> x) {
    return pow(x[0].convertTo(wide), x[1].convertTo(wide)).convertTo(narrow);
  }));
}

} // namespace nibble::onnx_import
