//===- Bytes.h - numbers within a block ------------------------------------------------------------===//
//
// Blocks are little endian, and their fields are not aligned.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_BYTES_H
#define NIBBLE_NUMERICS_BLOCKS_BYTES_H

#include "nibble/Numerics/SmallFloat.h"
#include <cmath>

namespace nibble::numerics {

constexpr uint16_t loadU16(const uint8_t *bytes) { return static_cast<uint16_t>(bytes[0] | bytes[1] << 8); }
constexpr uint32_t loadU32(const uint8_t *bytes) { return loadU16(bytes) | uint32_t(loadU16(bytes + 2)) << 16; }

constexpr void storeU16(uint8_t *bytes, uint16_t value) {
  bytes[0] = static_cast<uint8_t>(value);
  bytes[1] = static_cast<uint8_t>(value >> 8);
}
constexpr void storeU32(uint8_t *bytes, uint32_t value) {
  storeU16(bytes, static_cast<uint16_t>(value));
  storeU16(bytes + 2, static_cast<uint16_t>(value >> 16));
}

inline float loadHalf(const uint8_t *bytes) { return halfToFloat(loadU16(bytes)); }
inline void storeHalf(uint8_t *bytes, float value) { storeU16(bytes, floatToHalf(value)); }

/// The integer nearest to zero, or beside it, of a float: its fraction is cut off. What no i32 holds, NaN included,
/// gives -2^31, as the x86 instruction does that the reference encoders were run with.
inline int32_t truncateToInt(float x) {
  return x >= -0x1p31f && x < 0x1p31f ? static_cast<int32_t>(x) : -0x7fffffff - 1;
}

/// 1 / scale, and 0 for a block of zeros.
inline float reciprocalOrZero(float scale) { return scale != 0 ? 1 / scale : 0.0f; }

/// The least and the largest element; the first of equal ones. NaN does not count.
struct Extremes {
  float lowest, highest;
};
inline Extremes findExtremes(const float *values, int numElements) {
  Extremes found = {0x1.fffffep127f, -0x1.fffffep127f};
  for (int i = 0; i < numElements; ++i) {
    found.lowest = values[i] < found.lowest ? values[i] : found.lowest;
    found.highest = values[i] > found.highest ? values[i] : found.highest;
  }
  return found;
}

/// The element of the largest magnitude, the first of equal ones; 0 for a block of zeros. NaN does not count.
inline float findLargest(const float *values, int numElements) {
  float largest = 0;
  for (int i = 0; i < numElements; ++i)
    if (std::fabs(values[i]) > std::fabs(largest))
      largest = values[i];
  return largest;
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_BYTES_H
