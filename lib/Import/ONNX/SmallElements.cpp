//===- SmallElements.cpp - integers below 8 bits and small floats ------------------------------------===//

#include "SmallElements.h"
#include "Elementwise.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using nibble::numerics::FloatFormat;
using nibble::numerics::Overflow;
using nibble::numerics::PowerRounding;
using nibble::numerics::SpecialCodes;

namespace nibble::onnx_import {

static constexpr SmallElement smallElements[] = {
    {17, "f8E4M3FN", "float8e4m3fn", 8, true}, {18, "f8E4M3FNUZ", "float8e4m3fnuz", 8, true},
    {19, "f8E5M2", "float8e5m2", 8, true},     {20, "f8E5M2FNUZ", "float8e5m2fnuz", 8, true},
    {21, "u4", "uint4", 4, true},              {22, "s4", "int4", 4, false},
    {23, "f4E2M1FN", "float4e2m1", 4, true},   {24, "f8E8M0FNU", "float8e8m0", 8, true},
    {25, "u2", "uint2", 2, true},              {26, "s2", "int2", 2, false},
};

template <typename Predicate>
static const SmallElement *findElement(Predicate matches) {
  const SmallElement *found = llvm::find_if(smallElements, matches);
  return found == std::end(smallElements) ? nullptr : found;
}

const SmallElement *findSmallElement(int32_t dataType) {
  return findElement([&](const SmallElement &small) { return small.dataType == dataType; });
}

const SmallElement *findSmallElement(StringRef codec) {
  return findElement([&](const SmallElement &small) { return small.codec == codec; });
}

/// The fields of a float codec; nothing for float8e8m0, which has only an exponent.
static std::optional<FloatFormat> findFormat(StringRef codec) {
#define NIBBLE_FLOAT_CODEC(name, exponentBits, fractionBits, bias, specials)                                           \
  if (codec == #name)                                                                                                  \
    return FloatFormat{exponentBits, fractionBits, bias, SpecialCodes::specials};
#include "nibble/Numerics/Codecs.def"
  return std::nullopt;
}

//===----------------------------------------------------------------------------------------------===//
// Bits of an f32
//===----------------------------------------------------------------------------------------------===//

static constexpr int f32FractionBits = 23, f32Bias = 127;
static constexpr double f32MagnitudeMask = 0x7fffffff, f32Infinity = 0x7f800000;

static Scalar bitcast(Scalar x, Type type) {
  ImplicitLocOpBuilder &b = x.getBuilder();
  return Scalar(b, arith::BitcastOp::create(b, type, x.getValue()), /*isUnsigned=*/true);
}
static Scalar toBits(Scalar x) { return bitcast(x, x.getBuilder().getI32Type()); }
static Scalar fromBits(Scalar x) { return bitcast(x, x.getBuilder().getF32Type()); }
static Scalar shiftLeft(Scalar x, unsigned amount) { return x << x.constant(amount); }

/// A code as 32 bits, extended with zeros.
static Scalar widenCode(Scalar code) {
  return Scalar(code.getBuilder(), code.getValue(), /*isUnsigned=*/true)
      .convertTo({code.getBuilder().getI32Type(), /*isUnsigned=*/true});
}
static Scalar narrowCode(Scalar bits) { return bits.convertTo({bits.getBuilder().getI8Type(), /*isUnsigned=*/true}); }

//===----------------------------------------------------------------------------------------------===//
// Codes to numbers
//===----------------------------------------------------------------------------------------------===//

/// With the fields at their places in an f32, a code is its number but for the difference of the biases, subnormal ones too.
static Scalar decode(Scalar code, const FloatFormat &format) {
  Scalar bits = widenCode(code), magnitude = bits & (format.signBit() - 1);
  Scalar number = fromBits(shiftLeft(magnitude, f32FractionBits - format.fractionBits)) *
                  std::ldexp(1.0, f32Bias - format.bias);
  if (format.hasInfinity())
    number = select(isEqual(magnitude, format.exponentMask()), fromBits(bits.constant(f32Infinity)), number);
  number = fromBits(toBits(number) | shiftLeft(bits & format.signBit(), 32 - format.numBits()));
  Scalar nan = number.constant(std::numeric_limits<double>::quiet_NaN());
  switch (format.specials) {
  case SpecialCodes::InfinityAndNaN: return select(magnitude > format.exponentMask(), nan, number);
  case SpecialCodes::NaNAllOnes: return select(isEqual(magnitude, format.signBit() - 1), nan, number);
  case SpecialCodes::NaNNegativeZero: return select(isEqual(bits, format.signBit()), nan, number);
  case SpecialCodes::None: return number;
  }
  llvm_unreachable("unknown special codes");
}

static Scalar decodePower(Scalar code) {
  Scalar bits = widenCode(code), power = fromBits(shiftLeft(bits, f32FractionBits));
  Scalar least = power.constant(std::ldexp(1.0, -f32Bias));
  Scalar nan = power.constant(std::numeric_limits<double>::quiet_NaN());
  return select(isEqual(bits, 0), least, select(isEqual(bits, numerics::e8m0NaN), nan, power));
}

Tensor decodeElements(Node &node, const Tensor &codes) {
  if (!codes)
    return {};
  const SmallElement &small = *findSmallElement(codes.codec);
  if (!small.isFloat())
    return makeTensor(codes, {codes.getElementType(), codes.isUnsigned});
  std::optional<FloatFormat> format = findFormat(small.codec);
  return compute(node, codes, {node.getF32Type()},
                 [&](ArrayRef<Scalar> x) { return format ? decode(x[0], *format) : decodePower(x[0]); });
}

//===----------------------------------------------------------------------------------------------===//
// Numbers to codes
//===----------------------------------------------------------------------------------------------===//

/// The magnitude's code, not bounded. A normal number is rounded where its fraction is cut, so that a carry finds the next
/// exponent by itself; of a smaller one the sum with a power of two has as many fraction bits as the code.
static Scalar roundMagnitude(Scalar magnitude, const FloatFormat &format) {
  unsigned numCut = f32FractionBits - format.fractionBits;
  Scalar isOdd = (magnitude >> numCut) & 1;
  Scalar normal = ((magnitude + (std::ldexp(1.0, numCut - 1) - 1) + isOdd) >> numCut) -
                  std::ldexp(f32Bias - format.bias, format.fractionBits);
  Scalar number = fromBits(magnitude);
  Scalar anchor = number.constant(std::ldexp(1.0, static_cast<int>(numCut) + 1 - format.bias));
  Scalar subnormal = toBits(number + anchor) - toBits(anchor);
  return select(number < std::ldexp(1.0, 1 - format.bias), subnormal, normal);
}

/// As numerics::encodeFloat.
static Scalar encode(Scalar x, const FloatFormat &format, Overflow overflow) {
  Scalar bits = toBits(x), magnitude = bits & f32MagnitudeMask;
  Scalar sign = (bits >> (32 - format.numBits())) & format.signBit();
  Scalar code = roundMagnitude(magnitude, format), isBeyond = code > format.largestFinite();
  bool isSpecial = overflow == Overflow::ToSpecial;
  code = select(isBeyond, code.constant(isSpecial && format.hasInfinity() ? format.exponentMask() : format.largestFinite()),
                code);
  Scalar result = sign | code;
  if (format.specials == SpecialCodes::NaNNegativeZero)
    result = select(isEqual(code, 0), code, result);
  Scalar nan = format.specials == SpecialCodes::NaNNegativeZero ? sign.constant(format.signBit())
               : format.hasNaN()                                ? sign | sign.constant(format.nan(0))
                                                                : sign.constant(0);
  if (isSpecial && format.hasNaN() && !format.hasInfinity())
    result = select(isBeyond, nan, result);
  return narrowCode(select(magnitude > f32Infinity, nan, result));
}

/// As numerics::encodeE8M0: exponent and fraction of an f32, whose subnormal numbers are below 2 * 2^-127.
static Scalar encodePower(Scalar x, CastMode mode) {
  constexpr double half = 1 << (f32FractionBits - 1), isLargest = numerics::e8m0NaN - 1;
  Scalar bits = toBits(x), magnitude = bits & f32MagnitudeMask;
  Scalar exponent = magnitude >> f32FractionBits, fraction = magnitude & (2 * half - 1);
  Scalar isSmall = isEqual(exponent, 0), one = exponent.constant(1), zero = exponent.constant(0);
  Scalar code = exponent;
  if (mode.rounding == PowerRounding::Up)
    code = exponent + select(fraction > select(isSmall, zero.constant(half), zero), one, zero);
  else if (mode.rounding == PowerRounding::Nearest)
    code = exponent + select(fraction >= select(isSmall, zero.constant(1.5 * half), zero.constant(half)), one, zero);
  Scalar nan = code.constant(numerics::e8m0NaN);
  bool saturates = mode.overflow == Overflow::Saturate;
  code = select(code > isLargest, saturates ? code.constant(isLargest) : nan, code);
  code = select(isEqual(magnitude, 0), saturates ? zero : nan, code);
  Scalar isNumber = magnitude <= magnitude.constant(f32Infinity);
  Scalar isPositive = isEqual(bits >> 31, 0) | isEqual(magnitude, 0);
  return narrowCode(select(isNumber & isPositive, code, nan));
}

/// The low bits of an integer, of a float towards zero; signed ones are extended again.
static Scalar encodeInteger(Scalar x, const SmallElement &small) {
  Scalar bits = x.convertTo({x.getBuilder().getI32Type()}) & ((1 << small.numBits) - 1);
  if (small.isUnsigned)
    return narrowCode(bits);
  double sign = 1 << (small.numBits - 1);
  return narrowCode((bits ^ bits.constant(sign)) - sign);
}

Tensor encodeElements(Node &node, const Tensor &numbers, ElementType type, CastMode mode) {
  const SmallElement &small = *findSmallElement(type.codec);
  std::optional<FloatFormat> format = findFormat(small.codec);
  return compute(node, numbers, type, [&](ArrayRef<Scalar> x) {
    if (!small.isFloat())
      return encodeInteger(x[0], small);
    Scalar number = x[0].convertTo({node.getF32Type()});
    return format ? encode(number, *format, mode.overflow) : encodePower(number, mode);
  });
}

} // namespace nibble::onnx_import
