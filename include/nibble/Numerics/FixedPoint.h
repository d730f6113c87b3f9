//===- FixedPoint.h - multiplication of integers by a real number, in integers only -------------------===//
//
// The requantizations of other systems, for programs that must give their bytes: TensorFlow Lite's in its two roundings
// (gemmlowp/fixedpoint.h, tensorflow/lite/kernels/internal/common.h) and TOSA's RESCALE (specification 1.0,
// apply_scale_32 and apply_scale_16). nibble's own is `requantize` of Integer.h.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_FIXEDPOINT_H
#define NIBBLE_NUMERICS_FIXEDPOINT_H

#include <cmath>
#include <cstdint>
#include <limits>

namespace nibble::numerics {

/// The real number multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or 0.
struct FixedPointMultiplier {
  int32_t multiplier;
  int shift;
};

/// The nearest such number to `real` >= 0, ties away from zero; below 2^-32 it is 0, and shifts above 30 become the
/// largest.
inline FixedPointMultiplier makeFixedPointMultiplier(double real) {
  if (real == 0)
    return {0, 0};
  int shift;
  auto rounded = static_cast<int64_t>(std::round(std::frexp(real, &shift) * 0x1p31));
  if (rounded == int64_t(1) << 31) {
    rounded /= 2;
    ++shift;
  }
  if (shift < -31)
    return {0, 0};
  if (shift > 30)
    return {std::numeric_limits<int32_t>::max(), 30};
  return {static_cast<int32_t>(rounded), shift};
}

/// round(a * b / 2^31), ties upwards in a product that is not negative and downwards in one that is; -2^31 squared
/// saturates.
constexpr int32_t roundingDoublingHighMultiply(int32_t a, int32_t b) {
  constexpr int32_t lowest = std::numeric_limits<int32_t>::min();
  if (a == lowest && b == lowest)
    return std::numeric_limits<int32_t>::max();
  int64_t product = int64_t(a) * b;
  int64_t nudge = product >= 0 ? int64_t(1) << 30 : 1 - (int64_t(1) << 30);
  return static_cast<int32_t>((product + nudge) / (int64_t(1) << 31));
}

/// round(x / 2^exponent), ties away from zero, for an exponent from 0 to 31.
constexpr int32_t roundingDivideByPowerOfTwo(int32_t x, int exponent) {
  auto mask = static_cast<int32_t>((int64_t(1) << exponent) - 1);
  int32_t remainder = x & mask, threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/// x * multiplier rounded twice: to the high half of the product, then by the right shift. A left shift comes first and
/// wraps.
constexpr int32_t multiplyTfliteDouble(int32_t x, FixedPointMultiplier by) {
  int leftShift = by.shift > 0 ? by.shift : 0, rightShift = by.shift > 0 ? 0 : -by.shift;
  auto shifted = static_cast<int32_t>(static_cast<uint32_t>(x) << leftShift);
  return roundingDivideByPowerOfTwo(roundingDoublingHighMultiply(shifted, by.multiplier), rightShift);
}

/// x * multiplier rounded once, ties towards positive infinity, for a shift from -31 to 30. The result is cut to 32
/// bits.
constexpr int32_t multiplyTfliteSingle(int32_t x, FixedPointMultiplier by) {
  int rightShift = 31 - by.shift;
  int64_t half = int64_t(1) << (rightShift - 1);
  return static_cast<int32_t>(static_cast<uint32_t>((int64_t(x) * by.multiplier + half) >> rightShift));
}

/// TOSA apply_scale_32: value * multiplier / 2^shift, ties towards positive infinity, for 0 <= multiplier and 2 <=
/// shift <= 62. With `doubleRound` and a shift above 31, half of 2^31 is added away from zero before the rounding. The
/// specification demands -2^(shift - 1) <= value < 2^(shift - 1) and a result of 32 bits; one that is longer is cut.
constexpr int32_t applyScale32(int32_t value, int32_t multiplier, int shift, bool doubleRound) {
  int64_t half = int64_t(1) << (shift - 1);
  if (doubleRound && shift > 31)
    half += value >= 0 ? int64_t(1) << 30 : -(int64_t(1) << 30);
  return static_cast<int32_t>(static_cast<uint32_t>((int64_t(value) * multiplier + half) >> shift));
}

/// TOSA apply_scale_16: a value of up to 48 bits times a multiplier of 16, with the same rounding.
constexpr int32_t applyScale16(int64_t value, int16_t multiplier, int shift) {
  int64_t half = int64_t(1) << (shift - 1);
  return static_cast<int32_t>(static_cast<uint32_t>((value * multiplier + half) >> shift));
}

/// Whose integer arithmetic requantizes.
enum class FixedPointRounding { TfliteSingle, TfliteDouble, Tosa };

/// Whether multiplier and shift are what the arithmetic is defined for.
constexpr bool isFixedPointMultiplier(FixedPointRounding rounding, FixedPointMultiplier by) {
  bool isTosa = rounding == FixedPointRounding::Tosa;
  return by.multiplier >= 0 && by.shift >= (isTosa ? 2 : -31) && by.shift <= (isTosa ? 62 : 30);
}

/// clamp(product + result zero point), where the product is that of the code less its zero point with a multiplier for which
/// `isFixedPointMultiplier` holds; of TOSA the shift is `apply_scale_32`'s, which rounds once.
constexpr int32_t requantizeFixedPoint(int32_t code, int32_t inputZeroPoint, FixedPointMultiplier by, int32_t resultZeroPoint,
                                       int32_t lo, int32_t hi, FixedPointRounding rounding) {
  int32_t value = code - inputZeroPoint;
  int64_t product = rounding == FixedPointRounding::TfliteSingle   ? multiplyTfliteSingle(value, by)
                    : rounding == FixedPointRounding::TfliteDouble ? multiplyTfliteDouble(value, by)
                                                                   : applyScale32(value, by.multiplier, by.shift, false);
  int64_t result = product + resultZeroPoint;
  return static_cast<int32_t>(result < lo ? lo : result > hi ? hi : result);
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_FIXEDPOINT_H
