//===- ExpandMath.cpp - math functions of f32 as the operations of Numerics ------------------------------===//
//
// The functions of Numerics are instantiated with a type whose operators emit `arith` ops, so that the emitted code has the definition's
// operations in the definition's order.
//
//===----------------------------------------------------------------------------------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Numerics/Angles.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

//===----------------------------------------------------------------------------------------------===//
// The arithmetic of Numerics/Arithmetic.h that emits code
//===----------------------------------------------------------------------------------------------===//

namespace {
/// Where code is emitted, and the shape of all values there: none for scalars, or that of vectors.
struct Emission {
  OpBuilder &builder;
  Location loc;
  VectorType shape;

  template <typename T> Type getType() const {
    Type element = std::is_same_v<T, float>    ? Type(builder.getF32Type())
                   : std::is_same_v<T, double> ? Type(builder.getF64Type())
                                               : Type(builder.getIntegerType(8 * sizeof(T)));
    return shape ? Type(VectorType(shape).clone(element)) : element;
  }
  template <typename T> Value getConstant(T number) const {
    Type type = getType<T>(), element = getElementTypeOrSelf(type);
    TypedAttr value;
    if constexpr (std::is_floating_point_v<T>)
      value = builder.getFloatAttr(element, static_cast<double>(number));
    else
      value = builder.getIntegerAttr(element, static_cast<int64_t>(number));
    if (shape)
      value = DenseElementsAttr::get(cast<ShapedType>(type), Attribute(value));
    return arith::ConstantOp::create(builder, loc, value);
  }
  template <typename Op, typename... Operands> Value emit(Operands... operands) const {
    return Op::create(builder, loc, operands...);
  }
};

struct Bool {
  const Emission *emission;
  Value value;
};

/// A value, or a constant that is emitted where it is used. `T` is float, double, uint32_t or uint64_t.
template <typename T> class Number {
public:
  Number(const Emission *emission, Value value) : emission(emission), value(value) {}
  /// No other type converts: an operand has exactly the type of the function's definition.
  template <typename U, typename = std::enable_if_t<std::is_same_v<U, T>>> Number(U constant) : constant(constant) {}

  Value get(const Emission &place) const { return value ? value : place.getConstant(constant); }
  const Emission *getEmission() const { return emission; }

  template <typename Op> static Number apply(Number a, Number b) {
    const Emission *emission = pick(a, b);
    Value left = a.get(*emission), right = b.get(*emission);
    return {emission, emission->emit<Op>(left, right)};
  }
  static Bool compare(arith::CmpFPredicate predicate, Number a, Number b) {
    const Emission *emission = pick(a, b);
    Value left = a.get(*emission), right = b.get(*emission);
    return {emission, emission->emit<arith::CmpFOp>(predicate, left, right)};
  }
  /// `Op` to a number of another type.
  template <typename Op, typename To> Number<To> convert() const {
    return {emission, emission->emit<Op>(emission->getType<To>(), value)};
  }

private:
  static const Emission *pick(Number a, Number b) { return a.emission ? a.emission : b.emission; }

  const Emission *emission = nullptr;
  Value value;
  T constant = {};

  template <typename Op, typename IntOp>
  using OpFor = std::conditional_t<std::is_floating_point_v<T>, Op, IntOp>;

  friend Number operator+(Number a, Number b) { return apply<OpFor<arith::AddFOp, arith::AddIOp>>(a, b); }
  friend Number operator-(Number a, Number b) { return apply<OpFor<arith::SubFOp, arith::SubIOp>>(a, b); }
  friend Number operator*(Number a, Number b) { return apply<OpFor<arith::MulFOp, arith::MulIOp>>(a, b); }
  friend Number operator/(Number a, Number b) { return apply<arith::DivFOp>(a, b); }
  friend Number operator&(Number a, Number b) { return apply<arith::AndIOp>(a, b); }
  friend Number operator|(Number a, Number b) { return apply<arith::OrIOp>(a, b); }
  friend Number operator<<(Number a, Number b) { return apply<arith::ShLIOp>(a, b); }
  friend Number shiftRight(Number a, Number b) { return apply<arith::ShRSIOp>(a, b); }
  friend Bool operator<(Number a, Number b) { return compare(arith::CmpFPredicate::OLT, a, b); }
  friend Bool operator>(Number a, Number b) { return compare(arith::CmpFPredicate::OGT, a, b); }
  friend Bool operator==(Number a, Number b) { return compare(arith::CmpFPredicate::OEQ, a, b); }
  friend Number squareRoot(Number a) { return {a.emission, a.emission->template emit<math::SqrtOp>(a.value)}; }
};

using Float = Number<float>;
using Double = Number<double>;
using Int = Number<uint32_t>;
using Long = Number<uint64_t>;

template <typename T> Number<T> emitSelect(Bool condition, Number<T> whenTrue, Number<T> whenFalse) {
  const Emission &emission = *condition.emission;
  Value a = whenTrue.get(emission), b = whenFalse.get(emission);
  return {&emission, emission.emit<arith::SelectOp>(condition.value, a, b)};
}
Float select(Bool condition, Float a, Float b) { return emitSelect(condition, a, b); }
Double select(Bool condition, Double a, Double b) { return emitSelect(condition, a, b); }
Long select(Bool condition, Long a, Long b) { return emitSelect(condition, a, b); }

Int asInt(Float x) { return x.convert<arith::BitcastOp, uint32_t>(); }
Long asInt(Double x) { return x.convert<arith::BitcastOp, uint64_t>(); }
Float asFloat(Int bits) { return bits.convert<arith::BitcastOp, float>(); }
Double asFloat(Long bits) { return bits.convert<arith::BitcastOp, double>(); }
Float toFloat(Int integer) { return integer.convert<arith::SIToFPOp, float>(); }
Double widen(Float x) { return x.convert<arith::ExtFOp, double>(); }
Long widen(Int integer) { return integer.convert<arith::ExtUIOp, uint64_t>(); }
Float narrow(Double x) { return x.convert<arith::TruncFOp, float>(); }

//===----------------------------------------------------------------------------------------------===//
// The pattern
//===----------------------------------------------------------------------------------------------===//

/// Replaces `Op` by `function` of its operands, in f32.
template <typename Op, typename Function>
struct ExpandFunction : OpRewritePattern<Op> {
  ExpandFunction(MLIRContext *context, Function function) : OpRewritePattern<Op>(context), function(function) {}

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (!isa<FloatType, VectorType>(type) || !isa<Float32Type, Float16Type, BFloat16Type>(element))
      return rewriter.notifyMatchFailure(op, "not f32 or narrower, or a vector of it");
    Emission emission = {rewriter, op.getLoc(), dyn_cast<VectorType>(type)};
    SmallVector<Float, 2> operands = llvm::map_to_vector<2>(op->getOperands(), [&](Value operand) -> Float {
      return {&emission, element.isF32() ? operand : emission.emit<arith::ExtFOp>(emission.getType<float>(), operand)};
    });
    Value result = compute(operands).get(emission);
    rewriter.replaceOp(op, element.isF32() ? result : emission.emit<arith::TruncFOp>(type, result));
    return success();
  }

private:
  Float compute(ArrayRef<Float> operands) const {
    if constexpr (std::is_invocable_v<Function, Float, Float>)
      return function(operands[0], operands[1]);
    else
      return function(operands[0]);
  }

  Function function;
};

template <typename Op, typename Function>
void addExpansion(RewritePatternSet &patterns, Function function) {
  patterns.add<ExpandFunction<Op, Function>>(patterns.getContext(), function);
}

struct ExpandMathPass : public nibble::WithModels<nibble::impl::ExpandMathPassBase<ExpandMathPass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
#define NIBBLE_FUNCTION(op, function, expression)                                                                      \
  addExpansion<math::op>(patterns, nibble::numerics::function<Float>);
#define NIBBLE_BINARY_FUNCTION NIBBLE_FUNCTION
#include "nibble/Numerics/Functions.def"
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
