//===- WideFunctions.h - functions of f32 that are computed in f64, the same bits everywhere --------------===//
//
// Each function is a fixed sequence of the operations of Arithmetic.h, most of them in f64, whose result is rounded to f32 once: the
// sequence is within 2^-40 of the exact result, relatively, and so the f32 within 0.501 units of the last place
// (test/Unit/Numerics/WideFunctionsTest.cpp). Special arguments give what C's functions give.
//
// Polynomials are minimax approximations by Remez exchange in 40 digits, weighted for the relative error of the
// function's result, rounded to f64.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_WIDEFUNCTIONS_H
#define NIBBLE_NUMERICS_WIDEFUNCTIONS_H

#include "nibble/Numerics/Functions.h"

namespace nibble::numerics {

//===----------------------------------------------------------------------------------------------===//
// In f64, for arguments that are made of f32 numbers
//===----------------------------------------------------------------------------------------------===//

namespace wide {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
constexpr double ln2 = 0x1.62e42fefa39efp-1;
/// The sum of a small number and this has the nearest integer in its low bits.
constexpr double shifter = 0x1.8p52;

/// The f64 of a signed integer of at most 51 bits.
template <typename L> auto fromInteger(L integer) { return asFloat(integer + asInt(shifter)) - shifter; }

/// e^x = scale * fraction + scale, where the scale is a power of two.
template <typename D> struct Exponential {
  D scale, fraction;
};

template <typename D> Exponential<D> splitExp(D x) {
  // Beyond these bounds the result is 0 and infinity as f32. Comparisons leave NaN alone.
  D bounded = select(x < -110.0, -110.0, x);
  bounded = select(bounded > 110.0, 110.0, bounded);
  // x = n * ln 2 + r, |r| <= ln 2 / 2; ln 2 is in two parts of which the first has 32 bits.
  D shifted = bounded * 0x1.71547652b82fep0 + shifter, n = shifted - shifter;
  D r = (bounded - n * 0x1.62e42feep-1) - n * 0x1.a39ef35793c76p-33;
  constexpr double p[] = {0x1.0000000000006p-1,  0x1.55555555521c6p-3,  0x1.5555555550fd4p-5,
                          0x1.1111112159256p-7,  0x1.6c16c183f4126p-10, 0x1.a0199b6be534dp-13,
                          0x1.a0199837af26ap-16, 0x1.72daf1b261ed9p-19, 0x1.28b09a7136b39p-22};
  return {asFloat((asInt(shifted) + uint64_t(1023)) << uint64_t(52)), r * r * evaluatePolynomial(r, p) + r};
}

template <typename D> D exp(D x) {
  auto [scale, fraction] = splitExp(x);
  return scale * fraction + scale;
}

/// e^x - 1.
template <typename D> D expm1(D x) {
  auto [scale, fraction] = splitExp(x);
  return scale * fraction + (scale - 1.0);
}

/// The natural logarithm of a number that is not subnormal.
template <typename D> D log(D x) {
  constexpr uint64_t halfRoot = 0x3fe6a09e667f3bcd, numFractionBits = 52; // of sqrt(1/2)
  // x = 2^n * (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), and log(1 + f) = 2 * artanh(s).
  auto exponent = shiftRight(asInt(x) - halfRoot, numFractionBits);
  D f = asFloat(asInt(x) - (exponent << numFractionBits)) - 1.0;
  D s = f / (f + 2.0), square = s * s;
  constexpr double p[] = {0x1.555555555395cp-1, 0x1.999999a295d8fp-2, 0x1.249241760f97ep-2,
                          0x1.c722790feb287p-3, 0x1.732c04330b642p-3, 0x1.5879247691190p-3};
  D result = fromInteger(exponent) * ln2 + (s * square * evaluatePolynomial(square, p) + (s + s));
  result = select(x < infinity, result, x);
  return select(x > 0.0, result, select(x == 0.0, -infinity, nan));
}

/// log(1 + x) for x of at most 2^200.
template <typename D> D log1p(D x) {
  D sum = x + 1.0;
  // What the sum has lost, over the sum: the slope of the logarithm.
  D lost = (x - (sum - 1.0)) / sum;
  return log(sum) + select(x > -1.0, lost, 0.0);
}

} // namespace wide

//===----------------------------------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------------------------------===//

/// 2^x; exact where x is an integer.
template <typename F> F exp2(F x) { return narrow(wide::exp(widen(x) * wide::ln2)); }

/// e^x - 1; -0 of -0.
template <typename F> F expm1(F x) { return withSignOf(absolute(narrow(wide::expm1(widen(x)))), x); }

/// The hyperbolic sine, (e^x - e^-x) / 2.
template <typename F> F sinh(F x) {
  auto grown = wide::expm1(widen(absolute(x)));
  return withSignOf(narrow((grown + grown / (grown + 1.0)) * 0.5), x);
}

/// The hyperbolic cosine, (e^x + e^-x) / 2.
template <typename F> F cosh(F x) {
  auto power = wide::exp(widen(absolute(x)));
  return narrow((power + 1.0 / power) * 0.5);
}

/// 1 - erf(x).
template <typename F> F erfc(F x) {
  // Of x >= 0 it is e^(-x^2) * t * p(t) with t = 1 / (1 + x / 2); from 11 on it is 0 as f32.
  auto magnitude = widen(absolute(x));
  magnitude = select(magnitude > 11.0, 11.0, magnitude);
  auto t = 1.0 / (magnitude * 0.5 + 1.0);
  constexpr double p[] = {0x1.20dd781ab781bp-2, 0x1.20dce30f5d6f2p-2,  0x1.f99c4a6a50d7cp-3, 0x1.67cda23f9d257p-3,
                          0x1.6e181d702052cp-4, -0x1.515e351cb9865p-5, 0x1.f7b155413c088p-4, -0x1.725f9ff5a8d85p-1,
                          0x1.eae31a9a9e565p0,  -0x1.0bfb4fe320b7ap2,  0x1.ca800c778e165p2,  -0x1.1c5d2a291c4b0p3,
                          0x1.f72dc2dd86139p2,  -0x1.3bf2ee83ba027p2,  0x1.142a1f748064bp1,  -0x1.3fed46da79a19p-1,
                          0x1.b8c25a3e3f001p-4, -0x1.0fbc08b410f21p-7};
  auto upper = wide::exp(magnitude * magnitude * -1.0) * (t * evaluatePolynomial(t, p));
  return narrow(select(x < 0.0f, 2.0 - upper, upper));
}

//===----------------------------------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------------------------------===//

/// The logarithm to base 2; exact where it is an integer.
template <typename F> F log2(F x) { return narrow(wide::log(widen(x)) * 0x1.71547652b82fep0); }

/// The logarithm to base 10; exact where it is an integer.
template <typename F> F log10(F x) { return narrow(wide::log(widen(x)) * 0x1.bcb7b1526e50ep-2); }

/// log(1 + x); -0 of -0.
template <typename F> F log1p(F x) {
  F result = withSignOf(absolute(narrow(wide::log1p(widen(x)))), x);
  return select(x < std::numeric_limits<float>::infinity(), result, x);
}

/// The inverse of sinh: log(1 + t) with t = |x| + x^2 / (1 + sqrt(1 + x^2)).
template <typename F> F asinh(F x) {
  auto magnitude = widen(absolute(x));
  auto bounded = select(magnitude < wide::infinity, magnitude, 1.0), square = bounded * bounded;
  auto result = wide::log1p(bounded + square / (squareRoot(square + 1.0) + 1.0));
  return withSignOf(narrow(select(magnitude < wide::infinity, result, magnitude)), x);
}

/// The inverse of cosh for x >= 1: log(1 + t + sqrt(t * (t + 2))) with t = x - 1; NaN below.
template <typename F> F acosh(F x) {
  auto t = widen(x) - 1.0;
  auto result = wide::log1p(t + squareRoot(t * (t + 2.0)));
  return narrow(select(t < 0.0, wide::nan, select(t < wide::infinity, result, t)));
}

/// The inverse of tanh: log(1 + 2 * x / (1 - x)) / 2; infinities at 1 and -1, NaN beyond.
template <typename F> F atanh(F x) {
  auto magnitude = widen(absolute(x));
  auto bounded = select(magnitude < 1.0, magnitude, 0.0);
  auto result = wide::log1p((bounded + bounded) / (1.0 - bounded)) * 0.5;
  auto outside = select(magnitude == 1.0, wide::infinity, wide::nan);
  return withSignOf(narrow(select(magnitude < 1.0, result, outside)), x);
}

//===----------------------------------------------------------------------------------------------===//
// Powers
//===----------------------------------------------------------------------------------------------===//

/// The cube root.
template <typename F> F cbrt(F x) {
  return withSignOf(narrow(wide::exp(wide::log(widen(absolute(x))) * 0x1.5555555555555p-2)), x);
}

/// x^y as C has it: 1 for y = 0 and for x = 1, whatever the other; of negative numbers NaN but for integers y.
template <typename F> F pow(F x, F y) {
  constexpr uint64_t one = 1, signShift = 63;
  auto base = widen(absolute(x)), exponent = widen(y);
  // Infinite exponents are large ones, so that the power of 1 is 1.
  exponent = select(exponent > 0x1p200, 0x1p200, exponent);
  exponent = select(exponent < -0x1p200, -0x1p200, exponent);
  auto power = wide::exp(exponent * wide::log(base));
  // From 2^30 on all f32 numbers are even.
  auto count = widen(absolute(y));
  count = select(count > 0x1p30, 0x1p30, count);
  auto shifted = count + 0x1p52;
  auto withSign = asFloat(asInt(power) | ((asInt(shifted) & one) << signShift));
  auto isNumber = select(base > 0.0, base, wide::infinity) < wide::infinity;
  auto ofNegative = select(shifted - 0x1p52 == count, withSign, select(isNumber, wide::nan, power));
  // The sign bit, which -0 has too.
  auto isNegative = toFloat(asInt(x)) < 0.0f;
  F result = narrow(select(isNegative, ofNegative, power));
  return select(x == 1.0f, 1.0f, select(y == 0.0f, 1.0f, result));
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_WIDEFUNCTIONS_H
