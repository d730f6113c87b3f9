//===- Integer.h - rounding, saturation and affine quantization of one number ----------------------===//
//
// The one definition of docs/Spec.md, "quantize", "dequantize" and "requantize", for integer codecs. Every function here is
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

/// clamp(round(x) + zeroPoint, lo, hi) for |zeroPoint| <= 2^16 and |lo|, |hi| <= 2^16: the clamp happens in float first, so that any x,
/// infinities included, gives a code; NaN gives the code of zero, clamp(zeroPoint).
inline int32_t saturate(float x, int32_t zeroPoint, int32_t lo, int32_t hi) {
  if (std::isnan(x))
    x = 0;
  float low = static_cast<float>(lo - zeroPoint), high = static_cast<float>(hi - zeroPoint);
  float rounded = roundHalfToEven(x < low ? low : x > high ? high : x);
  return static_cast<int32_t>(rounded) + zeroPoint;
}

/// The code of a real number.
inline int32_t quantize(float x, float scale, int32_t zeroPoint, int32_t lo, int32_t hi) {
  return saturate(x / scale, zeroPoint, lo, hi);
}

/// The real number of a code.
inline float dequantize(int32_t code, float scale, int32_t zeroPoint) {
  return static_cast<float>(code - zeroPoint) * scale;
}

/// The code in another scheme; `multiplier` is input scale / result scale, rounded once to float.
inline int32_t requantize(int32_t code, int32_t inputZeroPoint, float multiplier, int32_t resultZeroPoint, int32_t lo,
                          int32_t hi) {
  return saturate(static_cast<float>(code - inputZeroPoint) * multiplier, resultZeroPoint, lo, hi);
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_INTEGER_H
