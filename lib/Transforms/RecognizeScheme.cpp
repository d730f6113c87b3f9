//===- RecognizeScheme.cpp - declared schemes that parameters can say --------------------------------===//

#include "RecognizeScheme.h"
#include "nibble/Numerics/SmallFloat.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <variant>

using namespace mlir;
using namespace nibble;
using reference::Tensor;

namespace {

/// What a value is for one code, where it is not a number of its own.
struct Symbolic {
  enum Kind {
    Parameter,     // parameter `index` as it is
    Scaled,        // fl(factor * scale); the scale itself has the factor 1
    ScaledPlus,    // fl(fl(factor * scale) + minimum)
    Shifted,       // shift - zero point, an i32
    RealShifted,   // float(shift - zero point)
    ScaledShifted, // fl(float(shift - zero point) * scale)
  };
  Kind kind;
  unsigned index = 0;
  float factor = 1;
  int64_t shift = 0;
};

using CodeValue = std::variant<std::monostate, Tensor, Symbolic>;

/// Follows the decode region of one declaration.
class CodeFollower {
public:
  explicit CodeFollower(SchemeOp declaration)
      : storage(declaration.getStorage()), body(declaration.getDecode().front()) {}

  /// The value that a code decodes to.
  std::optional<Symbolic> follow(int32_t code) {
    values.clear();
    Tensor number = *Tensor::create(IntegerType::get(storage.getContext(), 32), {});
    number.getMutableElements<int32_t>()[0] = code;
    values[body.getArgument(0)] = number;
    for (BlockArgument parameter : body.getArguments().drop_front())
      values[parameter] = getParameter(parameter.getArgNumber() - 1);
    for (Operation &op : body.without_terminator())
      if (!evaluate(op))
        return std::nullopt;
    auto *result = std::get_if<Symbolic>(&values[body.getTerminator()->getOperand(0)]);
    return result ? std::optional(*result) : std::nullopt;
  }

private:
  bool isScale(unsigned index) const { return index < storage.getNumScaleLevels(); }

  Symbolic getParameter(unsigned index) const {
    // The only scale is a product with 1.
    bool isWhole = isScale(index) && storage.getNumScaleLevels() == 1;
    return Symbolic{isWhole ? Symbolic::Scaled : Symbolic::Parameter, index};
  }

  const Symbolic *getSymbolic(Value value, Symbolic::Kind kind) {
    auto *symbolic = std::get_if<Symbolic>(&values[value]);
    return symbolic && symbolic->kind == kind ? symbolic : nullptr;
  }
  const Symbolic *getParameter(Value value, bool wantsScale) {
    const Symbolic *symbolic = getSymbolic(value, Symbolic::Parameter);
    return symbolic && isScale(symbolic->index) == wantsScale ? symbolic : nullptr;
  }
  const Tensor *getNumber(Value value) { return std::get_if<Tensor>(&values[value]); }
  std::optional<float> getFloat(Value value) {
    const Tensor *number = getNumber(value);
    bool isFloat = number && number->getKind() == reference::ElementKind::F32;
    return isFloat ? std::optional(number->getElements<float>().front()) : std::nullopt;
  }

  /// Whether the op's result is known.
  bool evaluate(Operation &op) {
    if (llvm::all_of(op.getOperands(), [&](Value operand) { return getNumber(operand) != nullptr; }))
      return compute(op);
    std::optional<CodeValue> result = llvm::TypeSwitch<Operation *, std::optional<CodeValue>>(&op)
                                          .Case([&](arith::MulFOp mul) { return multiply(mul.getLhs(), mul.getRhs()); })
                                          .Case([&](arith::AddFOp add) { return addMinimum(add.getLhs(), add.getRhs()); })
                                          .Case([&](arith::NegFOp negate) { return this->negate(negate.getOperand()); })
                                          .Case([&](arith::SubIOp sub) { return shift(sub.getLhs(), sub.getRhs()); })
                                          .Case([&](arith::SIToFPOp convert) { return convertShifted(convert.getIn()); })
                                          .Case([&](arith::SelectOp select) { return this->select(select); })
                                          .Default([](Operation *) { return std::nullopt; });
    if (result)
      values[op.getResult(0)] = *result;
    return result.has_value();
  }

  bool compute(Operation &op) {
    SmallVector<std::pair<Value, Tensor>> operands;
    for (Value operand : op.getOperands())
      operands.push_back({operand, *getNumber(operand)});
    FailureOr<SmallVector<Tensor>> results = reference::evaluate(&op, operands);
    if (failed(results))
      return false;
    for (auto [value, result] : llvm::zip_equal(op.getResults(), *results))
      values[value] = result;
    return true;
  }

  /// Products in either order: of two scales, and of a scale with a number or a shifted code.
  std::optional<CodeValue> multiply(Value a, Value b) {
    if (getParameter(a, /*wantsScale=*/true) && getParameter(b, /*wantsScale=*/true) &&
        std::get<Symbolic>(values[a]).index != std::get<Symbolic>(values[b]).index)
      return Symbolic{Symbolic::Scaled};
    for (auto [scaled, other] : {std::pair(a, b), std::pair(b, a)}) {
      const Symbolic *scale = getSymbolic(scaled, Symbolic::Scaled);
      if (!scale)
        continue;
      std::optional<float> number = getFloat(other);
      // Only the scale itself has one rounding less than what it becomes; a sign costs none.
      if (number && (scale->factor == 1 || std::fabs(*number) == 1))
        return Symbolic{Symbolic::Scaled, 0, scale->factor * *number};
      const Symbolic *shifted = getSymbolic(other, Symbolic::RealShifted);
      if (shifted && scale->factor == 1)
        return Symbolic{Symbolic::ScaledShifted, 0, 1, shifted->shift};
    }
    return std::nullopt;
  }

  std::optional<CodeValue> negate(Value value) {
    const Symbolic *scaled = getSymbolic(value, Symbolic::Scaled);
    return scaled ? std::optional<CodeValue>(Symbolic{Symbolic::Scaled, 0, -scaled->factor}) : std::nullopt;
  }

  std::optional<CodeValue> addMinimum(Value a, Value b) {
    for (auto [product, minimum] : {std::pair(a, b), std::pair(b, a)})
      if (const Symbolic *scaled = getSymbolic(product, Symbolic::Scaled); scaled && getParameter(minimum, /*wantsScale=*/false))
        return Symbolic{Symbolic::ScaledPlus, 0, scaled->factor};
    return std::nullopt;
  }

  std::optional<CodeValue> shift(Value number, Value zeroPoint) {
    const Tensor *integer = getNumber(number);
    if (!integer || !getParameter(zeroPoint, /*wantsScale=*/false))
      return std::nullopt;
    return Symbolic{Symbolic::Shifted, 0, 1, integer->getInteger(0)};
  }

  std::optional<CodeValue> convertShifted(Value value) {
    const Symbolic *shifted = getSymbolic(value, Symbolic::Shifted);
    return shifted ? std::optional<CodeValue>(Symbolic{Symbolic::RealShifted, 0, 1, shifted->shift}) : std::nullopt;
  }

  std::optional<CodeValue> select(arith::SelectOp op) {
    const Tensor *condition = getNumber(op.getCondition());
    if (!condition)
      return std::nullopt;
    return values[condition->getInteger(0) ? op.getTrueValue() : op.getFalseValue()];
  }

  SchemeAttr storage;
  Block &body;
  llvm::DenseMap<Value, CodeValue> values;
};

} // namespace

std::optional<int64_t> RecognizedScheme::getOffset(SchemeAttr storage) const {
  if (levels.empty())
    return std::nullopt;
  int64_t offset = storage.getMinCode() - static_cast<int64_t>(levels.front());
  for (auto [index, level] : llvm::enumerate(levels)) {
    auto expected = static_cast<float>(storage.getMinCode() + static_cast<int64_t>(index) - offset);
    // The bits, which tell -0 from 0.
    if (numerics::floatToBits(expected) != numerics::floatToBits(level))
      return std::nullopt;
  }
  return offset;
}

std::optional<RecognizedScheme> nibble::recognizeScheme(SchemeOp declaration) {
  SchemeAttr storage = declaration.getStorage();
  Symbolic::Kind expected = storage.getZeroPoint() == ZeroPointKind::None      ? Symbolic::Scaled
                            : storage.getZeroPoint() == ZeroPointKind::Minimum ? Symbolic::ScaledPlus
                                                                               : Symbolic::ScaledShifted;
  CodeFollower follower(declaration);
  RecognizedScheme recognized;
  for (int64_t code = storage.getMinCode(); code <= storage.getMaxCode(); ++code) {
    std::optional<Symbolic> value = follower.follow(static_cast<int32_t>(code));
    if (!value || value->kind != expected || !std::isfinite(value->factor) ||
        (expected == Symbolic::ScaledShifted && value->shift != code))
      return std::nullopt;
    if (expected != Symbolic::ScaledShifted)
      recognized.levels.push_back(value->factor);
  }
  return recognized;
}
