//===- Functions.h - transcendental functions of f32, the same bits everywhere --------------------------===//
//
// Each function is a fixed sequence of the operations of Arithmetic.h, so that it has the same result on every machine,
// and one that vectorizes. The bounds are for all 2^32 arguments against the correctly rounded result, in units of its
// last place (test/Unit/Numerics/FunctionsTest.cpp); special arguments give what C's functions give.
//
// Polynomials are minimax approximations by Remez exchange in 40 digits, weighted for the relative error of the
// function's result, rounded to f32.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_FUNCTIONS_H
#define NIBBLE_NUMERICS_FUNCTIONS_H

#include "nibble/Numerics/Arithmetic.h"
#include <cstddef>
#include <limits>

namespace nibble::numerics {

//===----------------------------------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------------------------------===//

/// coefficients[0] + coefficients[1] * x + …, by Horner's rule.
template <typename F, typename T, size_t size> F evaluatePolynomial(F x, const T (&coefficients)[size]) {
  F sum = x * coefficients[size - 1] + coefficients[size - 2];
  for (size_t i = size - 2; i-- > 0;)
    sum = sum * x + coefficients[i];
  return sum;
}

template <typename F> F absolute(F x) { return asFloat(asInt(x) & 0x7fffffffu); }

/// `magnitude`, which is not negative, with the sign of `x`.
template <typename F> F withSignOf(F magnitude, F x) { return asFloat(asInt(magnitude) | (asInt(x) & 0x80000000u)); }

/// 2^exponent for an integer from -126 to 127, 0 for -127.
template <typename I> auto powerOfTwo(I exponent) { return asFloat((exponent + 127u) << 23u); }

/// ln 2 in two parts; the first has 15 bits, so that its product with an integer of 8 bits is exact.
constexpr float ln2High = 0x1.62e4p-1f, ln2Low = 0x1.7f7d1cp-20f;

//===----------------------------------------------------------------------------------------------===//
// The functions
//===----------------------------------------------------------------------------------------------===//

/// scale(e^r, n) for e^x = 2^n * e^r with |r| <= ln 2 / 2.
template <typename F, typename Scale> F splitExp(F x, Scale scale) {
  // The sum's last place is 1, so that it rounds to the integer n and has it in its low bits.
  constexpr float shifter = 0x1.8p23f;
  F shifted = x * 0x1.715476p0f + shifter;
  F n = shifted - shifter;
  F r = (x - n * ln2High) - n * ln2Low;
  constexpr float q[] = {0x1.fffffcp-2f, 0x1.55548ap-3f, 0x1.555916p-5f, 0x1.123fc6p-7f, 0x1.6a1a6cp-10f};
  return scale((r * r * evaluatePolynomial(r, q) + r) + 1.0f, asInt(shifted) - floatToBits(shifter));
}

/// e^x, within 1 ulp, for x from -87 to 88: the bits of `exp`.
template <typename F> F expOfModerate(F x) {
  return splitExp(x, [](F power, auto exponent) { return power * powerOfTwo(exponent); });
}

/// e^x, within 1 ulp.
template <typename F> F exp(F x) {
  // Beyond these bounds the result is 0 and infinity. Comparisons leave NaN alone. Both powers of two of -176 are 0 exactly: a
  // product that underflows to 0 takes processors many times as long, and softmax of what is masked has little else.
  F bounded = select(x < -104.0f, -176.0f, x);
  bounded = select(bounded > 89.0f, 89.0f, bounded);
  // In two steps, as 2^n alone may be no normal number; only the second rounds.
  return splitExp(bounded, [](F power, auto exponent) {
    auto half = shiftRight(exponent, 1u);
    return power * powerOfTwo(half) * powerOfTwo(exponent - half);
  });
}

/// The natural logarithm, within 1 ulp.
template <typename F> F log(F x) {
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  constexpr uint32_t halfRoot = 0x3f3504f3u; // of sqrt(1/2)
  // x = 2^n * (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); subnormals are scaled to be normal.
  auto isSubnormal = x < 0x1p-126f;
  F scaled = select(isSubnormal, x * 0x1p23f, x);
  auto exponent = shiftRight(asInt(scaled) - halfRoot, 23u);
  F f = asFloat(asInt(scaled) - (exponent << 23u)) - 1.0f;
  F n = toFloat(exponent) + select(isSubnormal, -23.0f, 0.0f);
  constexpr float p[] = {0x1.555548p-2f,  -0x1.000006p-2f, 0x1.99a4bcp-3f,  -0x1.555c5ap-3f, 0x1.2336e6p-3f,
                         -0x1.fc1f6cp-4f, 0x1.e6f5d8p-4f,  -0x1.de4f84p-4f, 0x1.146356p-4f};
  F square = f * f;
  F rest = square * (f * evaluatePolynomial(f, p)) - square * 0.5f;
  F result = n * ln2High + (f + (rest + n * ln2Low));
  result = select(x < infinity, result, x);
  return select(x > 0.0f, result, select(x == 0.0f, -infinity, nan));
}

/// The hyperbolic tangent, within 2 ulp.
template <typename F> F tanh(F x) {
  F magnitude = absolute(x), square = x * x;
  constexpr float p[] = {-0x1.555532p-2f, 0x1.110726p-3f, -0x1.b83c58p-5f, 0x1.522692p-6f, -0x1.75e1a4p-8f};
  F small = magnitude * square * evaluatePolynomial(square, p) + magnitude;
  F decay = exp(magnitude * -2.0f);
  F large = 1.0f - (decay + decay) / (decay + 1.0f);
  return withSignOf(select(magnitude < 0.625f, small, large), x);
}

/// The error function, within 2 ulp.
template <typename F> F erf(F x) {
  F magnitude = absolute(x), square = x * x;
  constexpr float p[] = {0x1.06eba8p-3f, -0x1.81273ep-2f,  0x1.ce2cf8p-4f, -0x1.b7f90cp-6f,
                         0x1.5405aep-8f, -0x1.a3f6e8p-11f, 0x1.4969f6p-14f};
  F small = magnitude * evaluatePolynomial(square, p) + magnitude;
  // 1 - e^q(x) with q from -16 to 2^-12, and 1 from 4 on.
  constexpr float q[] = {0x1.6e560ep-13f, -0x1.2127e4p0f,  -0x1.44460cp-1f, -0x1.bb83e2p-4f,
                         0x1.9b8e76p-6f,  -0x1.115abcp-8f, 0x1.c790dep-12f, -0x1.61ea2p-16f};
  F bounded = select(magnitude > 4.0f, 4.0f, magnitude);
  F large = 1.0f - expOfModerate(evaluatePolynomial(bounded, q));
  return withSignOf(select(magnitude < 0.921875f, small, large), x);
}

/// 1 / (1 + e^-x), within 3 ulp.
template <typename F> F sigmoid(F x) {
  F decay = exp(absolute(x) * -1.0f);
  return select(x < 0.0f, decay, 1.0f) / (decay + 1.0f);
}

/// x * sigmoid(x), within 4 ulp, or 2^-142 where sigmoid(x) is subnormal; -0 for -infinity.
template <typename F> F silu(F x) {
  F bounded = select(x < -0x1p10f, -0x1p10f, x);
  return bounded * sigmoid(bounded);
}

/// x / 2 * (1 + erf(x / sqrt(2))), as graphs spell it: within 2^-23 * |x|, since the sum cancels for negative x.
template <typename F> F gelu(F x) { return x * 0.5f * (erf(x * 0x1.6a09e6p-1f) + 1.0f); }

/// 1 / sqrt(x), within 2 ulp: two correctly rounded operations.
template <typename F> F rsqrt(F x) { return 1.0f / squareRoot(x); }

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_FUNCTIONS_H
