//===- ExpandMath.cpp - math functions of f32 as the operations of Numerics ------------------------------===//
//
// Numerics/Functions.h is instantiated with a type whose operators emit `arith` ops, so that the emitted code has the definition's
// operations in the definition's order.
//
//===----------------------------------------------------------------------------------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Numerics/Functions.h"
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
/// Where code is emitted, and the type of all floats there: f32 or vectors of it.
struct Emission {
  OpBuilder &builder;
  Location loc;
  Type floatType;

  Type getIntType() const {
    Type i32 = builder.getI32Type();
    auto vector = dyn_cast<VectorType>(floatType);
    return vector ? vector.clone(i32) : i32;
  }

  Value constant(Type type, TypedAttr element) const {
    TypedAttr value = element;
    if (auto vector = dyn_cast<VectorType>(type))
      value = DenseElementsAttr::get(vector, Attribute(element));
    return arith::ConstantOp::create(builder, loc, value);
  }
  Value constant(float value) const { return constant(floatType, builder.getF32FloatAttr(value)); }
  Value constant(uint32_t value) const {
    return constant(getIntType(), builder.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
};

struct Float {
  const Emission *emission;
  Value value;
};
struct Int {
  const Emission *emission;
  Value value;
};
struct Bool {
  const Emission *emission;
  Value value;
};

/// A value as it is, a number as a constant.
template <typename T>
Value materialize(const Emission &emission, T operand) {
  if constexpr (std::is_arithmetic_v<T>)
    return emission.constant(operand);
  else
    return operand.value;
}

template <typename A, typename B>
const Emission &getEmission(A a, B b) {
  if constexpr (std::is_arithmetic_v<A>)
    return *b.emission;
  else
    return *a.emission;
}

template <typename Op, typename A, typename B>
Value emitBinary(A a, B b) {
  const Emission &emission = getEmission(a, b);
  Value lhs = materialize(emission, a), rhs = materialize(emission, b);
  return Op::create(emission.builder, emission.loc, lhs, rhs);
}

/// One operand is a Float and the other a Float or a float.
template <typename A, typename B>
using FloatOf = std::enable_if_t<(std::is_same_v<A, Float> && std::is_same_v<B, Float>) ||
                                     (std::is_same_v<A, Float> && std::is_same_v<B, float>) ||
                                     (std::is_same_v<A, float> && std::is_same_v<B, Float>),
                                 Float>;
template <typename B>
using IntOf = std::enable_if_t<std::is_same_v<B, Int> || std::is_same_v<B, uint32_t>, Int>;

template <typename A, typename B>
FloatOf<A, B> operator+(A a, B b) {
  return {&getEmission(a, b), emitBinary<arith::AddFOp>(a, b)};
}
template <typename A, typename B>
FloatOf<A, B> operator-(A a, B b) {
  return {&getEmission(a, b), emitBinary<arith::SubFOp>(a, b)};
}
template <typename A, typename B>
FloatOf<A, B> operator*(A a, B b) {
  return {&getEmission(a, b), emitBinary<arith::MulFOp>(a, b)};
}
template <typename A, typename B>
FloatOf<A, B> operator/(A a, B b) {
  return {&getEmission(a, b), emitBinary<arith::DivFOp>(a, b)};
}
Float squareRoot(Float a) {
  return {a.emission, math::SqrtOp::create(a.emission->builder, a.emission->loc, a.value)};
}

Bool compare(arith::CmpFPredicate predicate, Float a, float b) {
  const Emission &emission = *a.emission;
  return {&emission,
          arith::CmpFOp::create(emission.builder, emission.loc, predicate, a.value, emission.constant(b))};
}
Bool operator<(Float a, float b) { return compare(arith::CmpFPredicate::OLT, a, b); }
Bool operator>(Float a, float b) { return compare(arith::CmpFPredicate::OGT, a, b); }
Bool operator==(Float a, float b) { return compare(arith::CmpFPredicate::OEQ, a, b); }

template <typename A, typename B>
Float select(Bool condition, A whenTrue, B whenFalse) {
  const Emission &emission = *condition.emission;
  Value a = materialize(emission, whenTrue), b = materialize(emission, whenFalse);
  return {&emission, arith::SelectOp::create(emission.builder, emission.loc, condition.value, a, b)};
}

Int asInt(Float x) {
  const Emission &emission = *x.emission;
  return {&emission, arith::BitcastOp::create(emission.builder, emission.loc, emission.getIntType(), x.value)};
}
Float asFloat(Int bits) {
  const Emission &emission = *bits.emission;
  return {&emission, arith::BitcastOp::create(emission.builder, emission.loc, emission.floatType, bits.value)};
}
Float toFloat(Int integer) {
  const Emission &emission = *integer.emission;
  return {&emission, arith::SIToFPOp::create(emission.builder, emission.loc, emission.floatType, integer.value)};
}

template <typename B>
IntOf<B> operator+(Int a, B b) {
  return {a.emission, emitBinary<arith::AddIOp>(a, b)};
}
template <typename B>
IntOf<B> operator-(Int a, B b) {
  return {a.emission, emitBinary<arith::SubIOp>(a, b)};
}
template <typename B>
IntOf<B> operator&(Int a, B b) {
  return {a.emission, emitBinary<arith::AndIOp>(a, b)};
}
template <typename B>
IntOf<B> operator|(Int a, B b) {
  return {a.emission, emitBinary<arith::OrIOp>(a, b)};
}
Int operator<<(Int a, uint32_t amount) { return {a.emission, emitBinary<arith::ShLIOp>(a, amount)}; }
Int shiftRight(Int a, uint32_t amount) { return {a.emission, emitBinary<arith::ShRSIOp>(a, amount)}; }

//===----------------------------------------------------------------------------------------------===//
// The pattern
//===----------------------------------------------------------------------------------------------===//

/// Replaces `Op` by `function`, in f32.
template <typename Op, Float (*function)(Float)>
struct ExpandFunction : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (!isa<FloatType, VectorType>(type) || !isa<Float32Type, Float16Type, BFloat16Type>(element))
      return rewriter.notifyMatchFailure(op, "not f32 or narrower, or a vector of it");
    auto vector = dyn_cast<VectorType>(type);
    Type f32 = rewriter.getF32Type();
    Emission emission = {rewriter, op.getLoc(), vector ? Type(vector.clone(f32)) : f32};
    Value x = op.getOperand();
    if (!element.isF32())
      x = arith::ExtFOp::create(rewriter, op.getLoc(), emission.floatType, x);
    Value y = function({&emission, x}).value;
    if (!element.isF32())
      y = arith::TruncFOp::create(rewriter, op.getLoc(), type, y);
    rewriter.replaceOp(op, y);
    return success();
  }
};

struct ExpandMathPass : public nibble::WithModels<nibble::impl::ExpandMathPassBase<ExpandMathPass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
#define NIBBLE_FUNCTION(op, function, expression)                                                                      \
  patterns.add<ExpandFunction<math::op, nibble::numerics::function<Float>>>(&getContext());
#include "nibble/Numerics/Functions.def"
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
