//===- Angles.h - trigonometric functions of f32, the same bits everywhere --------------------------------===//
//
// As WideFunctions.h: sequences of f64 operations, rounded to f32 once, within 0.501 units of the last place for every argument
// (test/Unit/Numerics/WideFunctionsTest.cpp).
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_ANGLES_H
#define NIBBLE_NUMERICS_ANGLES_H

#include "nibble/Numerics/WideFunctions.h"

namespace nibble::numerics {

namespace wide {

//===----------------------------------------------------------------------------------------------===//
// From angles
//===----------------------------------------------------------------------------------------------===//

constexpr double halfPi = 0x1.921fb54442d18p0, pi = 0x1.921fb54442d18p1;

/// An angle is rest + quarter * pi / 2 with |rest| <= pi / 4; the quarter modulo 4.
template <typename D, typename L> struct Angle {
  D rest;
  L quarter;
};

/// The words of 2 / pi behind the point, 32 bits each, behind one of zeros; `first` to `first + 3` of them by the size of x.
template <typename F> auto pickWord(F x, int first) {
  constexpr uint64_t words[] = {0,          0xa2f9836e, 0x4e441529, 0xfc2757d1,
                                0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};
  auto low = select(x < 0x1p25f, words[first], words[first + 1]);
  auto high = select(x < 0x1p89f, words[first + 2], words[first + 3]);
  return select(x < 0x1p57f, low, select(x < 0x1p121f, high, words[first + 4]));
}

/// Payne and Hanek, "Radian reduction for trigonometric functions", 1983: of the product of x >= 0 and 2 / pi only bits below
/// 4 count, and x is m * 2^k with m of 24 bits, so that 96 bits of 2 / pi, from the one of weight 2^(1 - k) on, are enough.
template <typename F> auto reduceAngle(F x) {
  constexpr uint64_t mask = 0xffffffff, half = 32;
  auto bits = asInt(x);
  auto m = widen((bits & 0x7fffffu) | 0x800000u);
  auto place = widen((shiftRight(bits, 23u) - 120u) & 31u);
  auto a = pickWord(x, 0), b = pickWord(x, 1), c = pickWord(x, 2), d = pickWord(x, 3);
  auto window = (((a << half) | b) << place) | shiftRight(c, half - place);
  auto rest = m * (shiftRight(((c << half) | d) << place, half) & mask);
  // In units of 2^-62, and of 2^-94.
  auto product = m * window + shiftRight(rest, half);
  auto quarter = shiftRight(product + (uint64_t(1) << 61), uint64_t(62)) & uint64_t(3);
  auto fraction = product - (quarter << uint64_t(62));
  auto exact = fromInteger(shiftRight(fraction, half)) * 0x1p-30 +
               (fromInteger(fraction & mask) * 0x1p-62 + fromInteger(rest & mask) * 0x1p-94);
  auto isSmall = x < 0x1.921fb6p-1f; // pi / 4
  auto angle = select(isSmall, widen(x), exact * halfPi);
  return Angle<decltype(angle), decltype(quarter)>{angle, select(isSmall, uint64_t(0), quarter)};
}

/// For |x| <= pi / 4.
template <typename D> D sinOfRest(D x) {
  D square = x * x;
  constexpr double p[] = {-0x1.55555555523fdp-3, 0x1.1111110ca2ce4p-7, -0x1.a019f95afc59ep-13, 0x1.71d77d330f0d2p-19,
                          -0x1.a966f6f4295a9p-26};
  return x * square * evaluatePolynomial(square, p) + x;
}
template <typename D> D cosOfRest(D x) {
  D square = x * x;
  constexpr double p[] = {-0x1.fffffffffffa3p-2, 0x1.555555554f947p-5,   -0x1.6c16c16489e21p-10,
                          0x1.a019f88372a1cp-16, -0x1.27df6bc1d57fep-22, 0x1.1b95e9cd1e9adp-29};
  return square * evaluatePolynomial(square, p) + 1.0;
}

template <typename L> auto isOdd(L quarter) { return fromInteger(quarter & uint64_t(1)) == 1.0; }

/// The sine of an angle and `numQuarters` quarters of a turn.
template <typename D, typename L> D sinOf(Angle<D, L> angle, uint64_t numQuarters) {
  auto quarter = angle.quarter + numQuarters;
  D magnitude = select(isOdd(quarter), cosOfRest(angle.rest), sinOfRest(angle.rest));
  return asFloat(asInt(magnitude) + ((quarter & uint64_t(2)) << uint64_t(62)));
}

//===----------------------------------------------------------------------------------------------===//
// To angles
//===----------------------------------------------------------------------------------------------===//

/// The angle of the point (x, y) where neither is negative: from 0 to pi / 2.
template <typename D> D angleOf(D y, D x) {
  // The lesser over the greater; and where that is above tan(pi / 8), the tangent of what is left beside pi / 4.
  auto isSteep = y > x;
  D lesser = select(isSteep, x, y), greater = select(isSteep, y, x);
  auto isLarge = lesser > greater * 0x1.a827999fcef32p-2;
  D over = select(isLarge, lesser - greater, lesser), under = select(isLarge, lesser + greater, greater);
  D t = over / select(under == 0.0, 1.0, under), square = t * t;
  constexpr double p[] = {-0x1.55555555522d2p-2, 0x1.99999993be8e1p-3,  -0x1.249247452eed6p-3,
                          0x1.c71bdb0a1ecefp-4,  -0x1.744f9ee77bccap-4, 0x1.3a580d9bda4bap-4,
                          -0x1.0aaea78f16a98p-4, 0x1.9cce646bba615p-5,  -0x1.a1bc8abeb85f4p-6};
  D angle = t * square * evaluatePolynomial(square, p) + t;
  angle = select(isLarge, angle + halfPi * 0.5, angle);
  return select(isSteep, halfPi - angle, angle);
}

} // namespace wide

/// The sine; NaN of infinities, as of the others.
template <typename F> F sin(F x) {
  F magnitude = absolute(x), result = narrow(wide::sinOf(wide::reduceAngle(magnitude), 0));
  result = asFloat(asInt(result) + (asInt(x) & 0x80000000u));
  return select(magnitude < std::numeric_limits<float>::infinity(), result, std::numeric_limits<float>::quiet_NaN());
}

/// The cosine.
template <typename F> F cos(F x) {
  F magnitude = absolute(x), result = narrow(wide::sinOf(wide::reduceAngle(magnitude), 1));
  return select(magnitude < std::numeric_limits<float>::infinity(), result, std::numeric_limits<float>::quiet_NaN());
}

/// The tangent.
template <typename F> F tan(F x) {
  F magnitude = absolute(x);
  auto angle = wide::reduceAngle(magnitude);
  F result = narrow(wide::sinOf(angle, 0) / wide::sinOf(angle, 1));
  result = asFloat(asInt(result) + (asInt(x) & 0x80000000u));
  return select(magnitude < std::numeric_limits<float>::infinity(), result, std::numeric_limits<float>::quiet_NaN());
}

/// The inverse of the tangent, from -pi / 2 to pi / 2.
template <typename F> F atan(F x) {
  auto magnitude = widen(absolute(x));
  return withSignOf(narrow(wide::angleOf(magnitude, decltype(magnitude)(1.0))), x);
}

/// The angle of the point (x, y), from -pi to pi, by the signs of zeros too.
template <typename F> F atan2(F y, F x) {
  // Infinities are far away, further than all other numbers.
  auto height = widen(absolute(y)), width = widen(absolute(x));
  height = select(height > 0x1p900, 0x1p900, height);
  width = select(width > 0x1p900, 0x1p900, width);
  auto angle = wide::angleOf(height, width);
  auto isLeft = toFloat(asInt(x)) < 0.0f; // the sign bit, which -0 has too
  return withSignOf(narrow(select(isLeft, wide::pi - angle, angle)), y);
}

/// The inverse of the sine, from -pi / 2 to pi / 2; NaN beyond 1 and -1.
template <typename F> F asin(F x) {
  auto magnitude = widen(absolute(x)), other = squareRoot((1.0 - magnitude) * (magnitude + 1.0));
  return withSignOf(narrow(wide::angleOf(magnitude, other)), x);
}

/// The inverse of the cosine, from 0 to pi; NaN beyond 1 and -1.
template <typename F> F acos(F x) {
  auto magnitude = widen(absolute(x)), other = squareRoot((1.0 - magnitude) * (magnitude + 1.0));
  auto angle = wide::angleOf(other, magnitude);
  return narrow(select(x < 0.0f, wide::pi - angle, angle));
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_ANGLES_H
