//===- RecurrentActivation.cpp - activation functions of LSTM, GRU and RNN ---------------------------===//

#include "RecurrentActivation.h"
#include "Emit.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nibble::onnx_import;
using Kind = RecurrentActivation::Kind;

namespace {
/// A name of the file, and the parameters where the file has none.
struct KnownActivation {
  StringLiteral name;
  Kind kind;
  std::optional<double> alpha, beta;
};
} // namespace

static const KnownActivation knownActivations[] = {
    {"Affine", Kind::Affine, 1.0, 0.0},
    {"Elu", Kind::Elu, 1.0, {}},
    {"HardSigmoid", Kind::HardSigmoid, 0.2, 0.5},
    {"LeakyRelu", Kind::LeakyRelu, 0.01, {}},
    {"Relu", Kind::Relu, {}, {}},
    {"ScaledTanh", Kind::ScaledTanh, 1.0, 1.0},
    {"Sigmoid", Kind::Sigmoid, {}, {}},
    {"Softplus", Kind::Softplus, {}, {}},
    {"Softsign", Kind::Softsign, {}, {}},
    {"Tanh", Kind::Tanh, {}, {}},
    {"ThresholdedRelu", Kind::ThresholdedRelu, 1.0, {}},
};

Value RecurrentActivation::apply(ImplicitLocOpBuilder &b, Value x) const {
  auto constant = [&](double value) { return scalar(b, x.getType(), value); };
  auto add = [&](Value lhs, Value rhs) -> Value { return arith::AddFOp::create(b, lhs, rhs); };
  auto multiply = [&](Value lhs, Value rhs) -> Value { return arith::MulFOp::create(b, lhs, rhs); };
  auto divide = [&](Value lhs, Value rhs) -> Value { return arith::DivFOp::create(b, lhs, rhs); };
  auto exp = [&](Value value) -> Value { return math::ExpOp::create(b, value); };
  auto isPositive = [&](double limit) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, constant(limit));
  };
  auto select = [&](Value condition, Value lhs, Value rhs) -> Value {
    return arith::SelectOp::create(b, condition, lhs, rhs);
  };
  switch (kind) {
  case Kind::Affine: return add(multiply(x, constant(alpha)), constant(beta));
  case Kind::Elu: return select(isPositive(0), x, multiply(math::ExpM1Op::create(b, x), constant(alpha)));
  case Kind::HardSigmoid: {
    Value line = add(multiply(x, constant(alpha)), constant(beta));
    return arith::MaximumFOp::create(b, arith::MinimumFOp::create(b, line, constant(1)), constant(0));
  }
  case Kind::LeakyRelu: return select(isPositive(0), x, multiply(x, constant(alpha)));
  case Kind::Relu: return arith::MaximumFOp::create(b, x, constant(0));
  case Kind::ScaledTanh: return multiply(math::TanhOp::create(b, multiply(x, constant(beta))), constant(alpha));
  case Kind::Sigmoid: return divide(constant(1), add(exp(arith::NegFOp::create(b, x)), constant(1)));
  case Kind::Softplus: return math::Log1pOp::create(b, exp(x));
  case Kind::Softsign: return divide(x, add(math::AbsFOp::create(b, x), constant(1)));
  case Kind::Tanh: return math::TanhOp::create(b, x);
  case Kind::ThresholdedRelu: return select(isPositive(alpha), x, constant(0));
  }
  return {};
}

/// The next parameter of the file's list, which only activations that have one take from.
static double takeParameter(std::optional<double> byDefault, const onnx::AttributeProto *attribute, int &position) {
  if (!byDefault)
    return 0;
  return attribute && position < attribute->floats_size() ? static_cast<double>(attribute->floats(position++)) : *byDefault;
}

SmallVector<RecurrentActivation> nibble::onnx_import::readActivations(Node &node, ArrayRef<StringRef> defaults,
                                                                      int64_t numDirections) {
  SmallVector<std::string> names;
  for (int64_t direction = 0; direction < numDirections; ++direction)
    for (StringRef name : defaults)
      names.push_back(name.str());
  if (const onnx::AttributeProto *attribute = node.findAttribute("activations")) {
    if (static_cast<size_t>(attribute->strings_size()) != names.size()) {
      (void)node.error("expected " + Twine(names.size()) + " activations, got " + Twine(attribute->strings_size()));
      return {};
    }
    names.assign(attribute->strings().begin(), attribute->strings().end());
  }
  int alphaPosition = 0, betaPosition = 0;
  SmallVector<RecurrentActivation> activations;
  for (const std::string &name : names) {
    const auto *known = llvm::find_if(knownActivations, [&](const KnownActivation &one) {
      return one.name.equals_insensitive(name);
    });
    if (known == std::end(knownActivations)) {
      (void)node.error("activation '" + name + "' is not supported");
      return {};
    }
    double alpha = takeParameter(known->alpha, node.findAttribute("activation_alpha"), alphaPosition);
    double beta = takeParameter(known->beta, node.findAttribute("activation_beta"), betaPosition);
    activations.push_back({known->kind, alpha, beta});
  }
  return activations;
}
