//===- MathFunctions.cpp - functions of one number without parameters --------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// A function that is one op, or that is exact in any precision.
static LogicalResult importFunction(Node &node, UnaryFunction function) {
  if (failed(checkFloats(node)))
    return failure();
  return node.setResult(compute(node, node.getInput(0), function));
}

template <typename Op>
static LogicalResult importOp(Node &node) {
  return importFunction(node, [](Scalar x) { return Scalar(x.getBuilder(), Op::create(x.getBuilder(), x.getValue())); });
}

/// A function of several steps.
static LogicalResult importWideFunction(Node &node, UnaryFunction function) {
  if (failed(checkFloats(node)))
    return failure();
  return node.setResult(computeWide(node, node.getInput(0), function));
}

/// A function of integers too.
static LogicalResult importNumberFunction(Node &node, UnaryFunction function) {
  if (failed(checkNumbers(node)))
    return failure();
  return node.setResult(compute(node, node.getInput(0), function));
}

/// -1, 0 or 1; zeros and NaN stay what they are.
static Scalar sign(Scalar x) {
  Scalar nonNegative = select(x > 0, x.constant(1), x);
  return x.isUnsigned() ? nonNegative : select(x < 0, x.constant(-1), nonNegative);
}

namespace nibble::onnx_import {

LogicalResult importAcos(Node &node) { return importOp<math::AcosOp>(node); }
LogicalResult importAcosh(Node &node) { return importOp<math::AcoshOp>(node); }
LogicalResult importAsin(Node &node) { return importOp<math::AsinOp>(node); }
LogicalResult importAsinh(Node &node) { return importOp<math::AsinhOp>(node); }
LogicalResult importAtan(Node &node) { return importOp<math::AtanOp>(node); }
LogicalResult importAtanh(Node &node) { return importOp<math::AtanhOp>(node); }
LogicalResult importCeil(Node &node) { return importOp<math::CeilOp>(node); }
LogicalResult importCos(Node &node) { return importOp<math::CosOp>(node); }
LogicalResult importCosh(Node &node) { return importOp<math::CoshOp>(node); }
LogicalResult importErf(Node &node) { return importOp<math::ErfOp>(node); }
LogicalResult importExp(Node &node) { return importOp<math::ExpOp>(node); }
LogicalResult importFloor(Node &node) { return importOp<math::FloorOp>(node); }
LogicalResult importLog(Node &node) { return importOp<math::LogOp>(node); }
LogicalResult importRound(Node &node) { return importOp<math::RoundEvenOp>(node); }
LogicalResult importSin(Node &node) { return importOp<math::SinOp>(node); }
LogicalResult importSinh(Node &node) { return importOp<math::SinhOp>(node); }
LogicalResult importSqrt(Node &node) { return importOp<math::SqrtOp>(node); }
LogicalResult importTan(Node &node) { return importOp<math::TanOp>(node); }
LogicalResult importTanh(Node &node) { return importOp<math::TanhOp>(node); }

LogicalResult importAbs(Node &node) { return importNumberFunction(node, abs); }
LogicalResult importNeg(Node &node) {
  return importNumberFunction(node, [](Scalar x) { return -x; });
}
LogicalResult importSign(Node &node) { return importNumberFunction(node, sign); }
LogicalResult importReciprocal(Node &node) {
  return importFunction(node, [](Scalar x) { return 1 / x; });
}
LogicalResult importRelu(Node &node) {
  return importNumberFunction(node, [](Scalar x) { return max(x, 0); });
}

LogicalResult importMish(Node &node) {
  return importWideFunction(node, [](Scalar x) { return x * tanh(softplus(x)); });
}
LogicalResult importSigmoid(Node &node) { return importWideFunction(node, sigmoid); }
LogicalResult importSoftplus(Node &node) { return importWideFunction(node, softplus); }
LogicalResult importSoftsign(Node &node) {
  return importWideFunction(node, [](Scalar x) { return x / (1 + abs(x)); });
}

} // namespace nibble::onnx_import
