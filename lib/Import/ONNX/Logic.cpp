//===- Logic.cpp - comparisons, booleans, bits and Where ---------------------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include <limits>

using namespace mlir;
using namespace nibble::onnx_import;

static LogicalResult importComparison(Node &node, function_ref<Scalar(Scalar, Scalar)> compare) {
  if (failed(checkNumInputs(node, 2)) || failed(checkSameType(node)))
    return failure();
  return node.setResult(compute(node, node.getInputs(), ElementType{node.getI1Type()},
                                [&](ArrayRef<Scalar> x) { return compare(x[0], x[1]); }));
}

/// A test of each float.
static LogicalResult importTest(Node &node, UnaryFunction test) {
  if (failed(checkFloats(node)))
    return failure();
  return node.setResult(compute(node, node.getInputs(), ElementType{node.getI1Type()},
                                [&](ArrayRef<Scalar> x) { return test(x[0]); }));
}

enum class Bits { One, Many };

/// Logic of booleans (And), or of the bits of integers (BitwiseAnd).
static LogicalResult importBits(Node &node, Bits bits, size_t numInputs, Function combine) {
  if (failed(checkNumInputs(node, numInputs)) || failed(checkSameType(node)))
    return failure();
  const Tensor &input = node.getInput(0);
  if (bits == Bits::One && !isBoolean(input))
    return node.error("expected booleans");
  if (bits == Bits::Many && (isFloat(input) || isBoolean(input)))
    return node.error("expected integers");
  return node.setResult(compute(node, node.getInputs(), combine));
}

static Scalar bitAnd(ArrayRef<Scalar> x) { return x[0] & x[1]; }
static Scalar bitOr(ArrayRef<Scalar> x) { return x[0] | x[1]; }
static Scalar bitXor(ArrayRef<Scalar> x) { return x[0] ^ x[1]; }
static Scalar bitNot(ArrayRef<Scalar> x) { return ~x[0]; }

namespace nibble::onnx_import {

LogicalResult importEqual(Node &node) {
  return importComparison(node, [](Scalar a, Scalar b) { return isEqual(a, b); });
}
LogicalResult importGreater(Node &node) {
  return importComparison(node, [](Scalar a, Scalar b) { return a > b; });
}
LogicalResult importGreaterOrEqual(Node &node) {
  return importComparison(node, [](Scalar a, Scalar b) { return a >= b; });
}
LogicalResult importLess(Node &node) {
  return importComparison(node, [](Scalar a, Scalar b) { return a < b; });
}
LogicalResult importLessOrEqual(Node &node) {
  return importComparison(node, [](Scalar a, Scalar b) { return a <= b; });
}

LogicalResult importAnd(Node &node) { return importBits(node, Bits::One, 2, bitAnd); }
LogicalResult importOr(Node &node) { return importBits(node, Bits::One, 2, bitOr); }
LogicalResult importXor(Node &node) { return importBits(node, Bits::One, 2, bitXor); }
LogicalResult importNot(Node &node) { return importBits(node, Bits::One, 1, bitNot); }
LogicalResult importBitwiseAnd(Node &node) { return importBits(node, Bits::Many, 2, bitAnd); }
LogicalResult importBitwiseOr(Node &node) { return importBits(node, Bits::Many, 2, bitOr); }
LogicalResult importBitwiseXor(Node &node) { return importBits(node, Bits::Many, 2, bitXor); }
LogicalResult importBitwiseNot(Node &node) { return importBits(node, Bits::Many, 1, bitNot); }

LogicalResult importBitShift(Node &node) {
  std::string direction = node.getString("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    return node.error("expected attribute 'direction' to be LEFT or RIGHT, got '" + direction + "'");
  return importBits(node, Bits::Many, 2, [&](ArrayRef<Scalar> x) {
    return direction == "LEFT" ? x[0] << x[1] : x[0] >> x[1];
  });
}

LogicalResult importIsNaN(Node &node) { return importTest(node, isNaN); }

LogicalResult importIsInf(Node &node) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  bool findsPositive = node.getInteger("detect_positive", 1) != 0;
  bool findsNegative = node.getInteger("detect_negative", 1) != 0;
  return importTest(node, [&](Scalar x) {
    if (findsPositive && findsNegative)
      return isEqual(abs(x), infinity);
    if (!findsPositive && !findsNegative)
      return isEqual(x, infinity) & isEqual(x, -infinity);
    return isEqual(x, findsPositive ? infinity : -infinity);
  });
}

LogicalResult importWhere(Node &node) {
  const Tensor &condition = node.getInput(0), &a = node.getInput(1), &b = node.getInput(2);
  if (!isBoolean(condition))
    return node.error("expected a condition of booleans");
  if (a.getElementType() != b.getElementType() || a.isUnsigned != b.isUnsigned)
    return node.error("expected two choices of one element type");
  return node.setResult(compute(node, {condition, a, b}, getElementType(a),
                                [](ArrayRef<Scalar> x) { return select(x[0], x[1], x[2]); }));
}

} // namespace nibble::onnx_import
