//===- SmallFloat.h - the 16-bit floats and their conversion to and from f32 ------------------------===//
//
// Bit patterns of IEEE 754 binary16 ("f16") and of bfloat16 ("bf16"), as C++17 has neither type. Both widen to f32
// exactly; narrowing rounds to nearest, ties to even, keeps infinities and signed zeros, and makes any NaN a quiet one.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_SMALLFLOAT_H
#define NIBBLE_NUMERICS_SMALLFLOAT_H

#include <cstdint>
#include <cstring>

namespace nibble::numerics {

inline uint32_t floatToBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline float floatFromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline float bfloatToFloat(uint16_t bits) { return floatFromBits(uint32_t(bits) << 16); }

inline uint16_t floatToBfloat(float value) {
  uint32_t bits = floatToBits(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return static_cast<uint16_t>((bits >> 16) | 0x40u);
  // Adds just under half a unit, or exactly half when the kept part is odd.
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000u) << 16, magnitude = bits & 0x7fffu;
  if (magnitude >= 0x7c00u) // infinity and NaN keep their payload, made quiet
    return floatFromBits(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13 | (magnitude > 0x7c00u ? 0x400000u : 0u));
  // Read as a float whose exponent is biased by 112 too little; multiplying by 2^112 also normalizes subnormals,
  // exactly.
  return floatFromBits(sign | floatToBits(floatFromBits(magnitude << 13) * 0x1p112f));
}

inline uint16_t floatToHalf(float value) {
  uint32_t bits = floatToBits(value), magnitude = bits & 0x7fffffffu;
  auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  if (magnitude > 0x7f800000u)
    return static_cast<uint16_t>(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
  if (magnitude >= 0x47800000u) // 2^16 and above, infinity included
    return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) {
    // Below 2^-14: the sum with 0.5 has its last place at 2^-24, so that the addition rounds to a multiple of it.
    float sum = floatFromBits(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (floatToBits(sum) - floatToBits(0.5f)));
  }
  uint32_t rebiased = magnitude - (uint32_t(112) << 23);
  return static_cast<uint16_t>(sign | (rebiased + 0xfffu + ((rebiased >> 13) & 1u)) >> 13);
}

/// A double as a float that keeps apart what lies on different sides of a tie: rounded towards zero, the last bit set
/// when anything was lost ("round to odd"). Narrowing the result further rounds the double only once.
inline float doubleToFloatRoundToOdd(double value) {
  auto nearest = static_cast<float>(value);
  if (static_cast<double>(nearest) == value || value != value)
    return nearest;
  uint32_t bits = floatToBits(nearest);
  bool roundedAway = value < 0 ? nearest < value : nearest > value;
  if (roundedAway)
    --bits; // one step towards zero; from infinity to the largest finite number
  return floatFromBits(bits | 1u);
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_SMALLFLOAT_H
