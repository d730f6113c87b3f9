//===- Integer.h - rounding, saturation and affine quantization of one number ----------------------===//
//
// The one definition of docs/Spec.md, "quantize" to "choose_params", for integer codecs. Every function here is
// exact as written: compile with -ffp-contract=off.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_INTEGER_H
#define NIBBLE_NUMERICS_INTEGER_H

#include <cmath>
#include <cstdint>

namespace nibble::numerics {

/// The smallest and largest code of an integer codec; `narrow` leaves out the most negative one.
constexpr int64_t minCode(bool isSigned, unsigned numBits, bool narrow = false) {
  return isSigned ? -(int64_t(1) << (numBits - 1)) + (narrow ? 1 : 0) : 0;
}
constexpr int64_t maxCode(bool isSigned, unsigned numBits) {
  return (int64_t(1) << (isSigned ? numBits - 1 : numBits)) - 1;
}

/// The nearest integer, ties to even. The input is finite.
inline float roundHalfToEven(float x) { return std::nearbyintf(x); }

/// The nearest integer, ties away from zero. The input is finite.
inline float roundHalfAway(float x) { return std::roundf(x); }

enum class Rounding { HalfToEven, HalfAwayFromZero };

inline float round(float x, Rounding rounding) {
  return rounding == Rounding::HalfToEven ? roundHalfToEven(x) : roundHalfAway(x);
}

/// clamp(round(x) + zeroPoint, lo, hi) for lo <= hi and |zeroPoint|, |lo|, |hi| <= 2^16. NaN counts as 0.
///
/// The clamp comes first, as clamp(x, lo - zeroPoint, hi - zeroPoint), so that any x, infinities included, has a code. This is
/// the same number: both bounds are integers below 2^24, which f32 holds exactly and rounding leaves alone, and rounding is
/// monotone, so that x beyond a bound rounds to that bound or beyond it.
inline int32_t saturate(float x, int32_t zeroPoint, int32_t lo, int32_t hi, Rounding rounding = Rounding::HalfToEven) {
  if (std::isnan(x))
    x = 0;
  float low = static_cast<float>(lo - zeroPoint), high = static_cast<float>(hi - zeroPoint);
  float rounded = round(x < low ? low : x > high ? high : x, rounding);
  return static_cast<int32_t>(rounded) + zeroPoint;
}

/// The code of a real number.
inline int32_t quantize(float x, float scale, int32_t zeroPoint, int32_t lo, int32_t hi,
                        Rounding rounding = Rounding::HalfToEven) {
  return saturate(x / scale, zeroPoint, lo, hi, rounding);
}

/// The real number of a code.
inline float dequantize(int32_t code, float scale, int32_t zeroPoint) {
  return static_cast<float>(code - zeroPoint) * scale;
}

/// The code in another scheme; `multiplier` is input scale / result scale, rounded once to float.
inline int32_t requantize(int32_t code, int32_t inputZeroPoint, float multiplier, int32_t resultZeroPoint, int32_t lo,
                          int32_t hi, Rounding rounding = Rounding::HalfToEven) {
  return saturate(static_cast<float>(code - inputZeroPoint) * multiplier, resultZeroPoint, lo, hi, rounding);
}

/// Scale and zero point of a block.
struct Parameters {
  float scale;
  int32_t zeroPoint;
};

/// The scale that spreads `range` over `numSteps` levels and can be divided by: neither subnormal nor infinite, and 1 for a block
/// of zeros.
inline float makeScale(float range, float numSteps) {
  constexpr float smallest = 0x1p-126f, largest = 0x1.fffffep127f;
  if (range == 0)
    return 1;
  float scale = range / numSteps;
  return scale < smallest ? smallest : scale > largest ? largest : scale;
}

/// Parameters without a zero point for a block whose largest magnitude is `maxAbs`.
inline Parameters chooseSymmetric(float maxAbs, int32_t maxCode) {
  return {makeScale(maxAbs, static_cast<float>(maxCode)), 0};
}

/// Parameters with a zero point for a block within [lowest, highest], which is first widened to hold 0.
inline Parameters chooseAffine(float lowest, float highest, int32_t minCode, int32_t maxCode) {
  float lo = lowest < 0 ? lowest : 0.0f, hi = highest > 0 ? highest : 0.0f;
  float scale = makeScale(hi - lo, static_cast<float>(maxCode - minCode));
  return {scale, saturate(static_cast<float>(minCode) - lo / scale, 0, minCode, maxCode)};
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_INTEGER_H
