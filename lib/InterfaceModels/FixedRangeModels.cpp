//===- FixedRangeModels.cpp - ops whose range is known without data ---------------------------------===//

#include "nibble/InterfaceModels/InterfaceModels.h"
#include "nibble/Interfaces/QuantizationInterfaces.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using nibble::RealInterval;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr RealInterval unknown = {-infinity, infinity};

/// The smallest interval around the four results of an operation on the ends of two intervals; infinity times zero is zero,
/// because the ends are limits.
template <typename Function>
RealInterval overEnds(RealInterval a, RealInterval b, Function function) {
  double ends[] = {function(a.min, b.min), function(a.min, b.max), function(a.max, b.min), function(a.max, b.max)};
  std::replace_if(std::begin(ends), std::end(ends), [](double end) { return std::isnan(end); }, 0.0);
  return {*std::min_element(std::begin(ends), std::end(ends)), *std::max_element(std::begin(ends), std::end(ends))};
}

/// Interval arithmetic over the body of an elementwise op. A clamp counts as unknown: data usually fill a smaller interval
/// than a clamp allows, so that it is better observed.
RealInterval computeRange(Value value) {
  FloatAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return {constant.getValueAsDouble(), constant.getValueAsDouble()};
  Operation *def = value.getDefiningOp();
  if (!def)
    return unknown;
  auto operand = [&](unsigned i) { return computeRange(def->getOperand(i)); };
  return TypeSwitch<Operation *, RealInterval>(def)
      .Case<math::TanhOp, math::ErfOp, math::SinOp, math::CosOp>([](auto) { return RealInterval{-1, 1}; })
      .Case<math::ExpOp, math::Exp2Op>([](auto) { return RealInterval{0, infinity}; })
      .Case([&](arith::NegFOp) { return RealInterval{-operand(0).max, -operand(0).min}; })
      .Case([&](arith::AddFOp) {
        return RealInterval{operand(0).min + operand(1).min, operand(0).max + operand(1).max};
      })
      .Case([&](arith::SubFOp) {
        return RealInterval{operand(0).min - operand(1).max, operand(0).max - operand(1).min};
      })
      .Case([&](arith::MulFOp) { return overEnds(operand(0), operand(1), std::multiplies<double>()); })
      .Case([&](arith::DivFOp) {
        RealInterval divisor = operand(1);
        if (divisor.min <= 0 && divisor.max >= 0)
          return unknown;
        return overEnds(operand(0), divisor, std::divides<double>());
      })
      .Default([](Operation *) { return unknown; });
}

struct GenericModel : public nibble::FixedRangeOpInterface::ExternalModel<GenericModel, linalg::GenericOp> {
  std::optional<RealInterval> getFixedRange(Operation *op, unsigned resultNumber) const {
    RealInterval range = computeRange(cast<linalg::GenericOp>(op).getBody()->getTerminator()->getOperand(resultNumber));
    if (!std::isfinite(range.min) || !std::isfinite(range.max) || range.min >= range.max)
      return std::nullopt;
    return range;
  }
};

struct SoftmaxModel : public nibble::FixedRangeOpInterface::ExternalModel<SoftmaxModel, linalg::SoftmaxOp> {
  std::optional<RealInterval> getFixedRange(Operation *, unsigned) const { return RealInterval{0, 1}; }
};

} // namespace

void nibble::registerFixedRangeModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    linalg::GenericOp::attachInterface<GenericModel>(*context);
    linalg::SoftmaxOp::attachInterface<SoftmaxModel>(*context);
  });
}
