//===- ProveRanges.cpp - epilogues whose results fit i32 before their clamp -------------------------===//

#include "Epilogue.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Target/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace nibble {
#define GEN_PASS_DEF_X86PROVERANGESPASS
#include "nibble/Target/X86/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// The numbers that a value may be; all of them by default. NaN is in none but that one.
struct Interval {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();

  /// Small enough that the roundings on the way, which bounds are not subject to, do not matter.
  bool fitsI32() const { return low >= -0x1p30 && high <= 0x1p30; }
};

/// Evaluates an epilogue on intervals.
class RangeAnalysis {
public:
  explicit RangeAnalysis(ContractionOpInterface op) {
    Block &block = op.getEpilogue().front();
    ranges[block.getArgument(0)] = getTypeRange(block.getArgument(0).getType(), /*isSigned=*/true);
    for (auto [operand, argument] : llvm::zip_equal(op.getEpilogueOperands(), block.getArguments().drop_front()))
      ranges[argument] = getOperandRange(operand);
    for (Operation &inner : block.without_terminator())
      if (inner.getNumResults() == 1)
        ranges[inner.getResult(0)] = evaluate(inner);
  }

  Interval get(Value value) const { return ranges.lookup(value); }

private:
  static Interval getTypeRange(Type type, bool isSigned) {
    if (!type.isIntOrIndex() || type.isIndex())
      return {};
    unsigned numBits = type.getIntOrFloatBitWidth();
    return isSigned ? Interval{-std::exp2(numBits - 1), std::exp2(numBits - 1) - 1} : Interval{0, std::exp2(numBits) - 1};
  }

  static Interval getOperandRange(Value operand) {
    std::optional<SmallVector<float>> elements = getConstantFloats(operand);
    if (!elements || elements->empty() || !llvm::all_of(*elements, [](float x) { return std::isfinite(x); }))
      return {};
    auto [low, high] = std::minmax_element(elements->begin(), elements->end());
    return {*low, *high};
  }

  Interval evaluate(Operation &op) const {
    FloatAttr constant;
    if (matchPattern(&op, m_Constant(&constant)))
      return {constant.getValueAsDouble(), constant.getValueAsDouble()};
    auto at = [&](unsigned i) { return get(op.getOperand(i)); };
    return llvm::TypeSwitch<Operation *, Interval>(&op)
        .Case<arith::ExtSIOp>([&](auto) { return getTypeRange(op.getOperand(0).getType(), /*isSigned=*/true); })
        .Case<arith::ExtUIOp>([&](auto) { return getTypeRange(op.getOperand(0).getType(), /*isSigned=*/false); })
        .Case<arith::SIToFPOp>([&](auto) { return at(0); })
        .Case<arith::AddFOp>([&](auto) { return Interval{at(0).low + at(1).low, at(0).high + at(1).high}; })
        .Case<arith::SubFOp>([&](auto) { return Interval{at(0).low - at(1).high, at(0).high - at(1).low}; })
        .Case<arith::MulFOp>([&](auto) { return multiply(at(0), at(1)); })
        .Case<arith::MaximumFOp, arith::MaxNumFOp>(
            [&](auto) { return Interval{std::max(at(0).low, at(1).low), std::max(at(0).high, at(1).high)}; })
        .Case<arith::MinimumFOp, arith::MinNumFOp>(
            [&](auto) { return Interval{std::min(at(0).low, at(1).low), std::min(at(0).high, at(1).high)}; })
        .Default([](Operation *) { return Interval(); });
  }

  static Interval multiply(const Interval &lhs, const Interval &rhs) {
    auto products = {lhs.low * rhs.low, lhs.low * rhs.high, lhs.high * rhs.low, lhs.high * rhs.high};
    // Infinity times zero: nothing is known.
    if (llvm::any_of(products, [](double product) { return std::isnan(product); }))
      return {};
    return {std::min(products), std::max(products)};
  }

  DenseMap<Value, Interval> ranges;
};

struct X86ProveRangesPass : public nibble::impl::X86ProveRangesPassBase<X86ProveRangesPass> {
  using X86ProveRangesPassBase::X86ProveRangesPassBase;

  void runOnOperation() override {
    getOperation().walk([&](ContractionOpInterface op) {
      Value value = op.getEpilogue().empty() ? nullptr : x86::getClampedValue(op.getEpilogue());
      if (value && RangeAnalysis(op).get(value).fitsI32())
        op->setAttr(x86::fitsI32Attr, UnitAttr::get(&getContext()));
    });
  }
};

} // namespace
