//===- CodeTable.h - codecs whose codes are indices into a table of values ----------------------------===//
//
// A table may list its values in any order and may repeat one. The tables here are those of widely used checkpoints; a
// scheme can bring its own.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_CODETABLE_H
#define NIBBLE_NUMERICS_CODETABLE_H

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace nibble::numerics {

/// The values of the codes 0 … numValues - 1, all finite, at least one.
struct CodeTable {
  const float *values;
  size_t numValues;

  template <size_t size> constexpr CodeTable(const float (&values)[size]) : values(values), numValues(size) {}
  constexpr CodeTable(const float *values, size_t numValues) : values(values), numValues(numValues) {}
};

/// "NormalFloat": quantiles of the normal distribution scaled to [-1, 1]; QLoRA (Dettmers et al. 2023), appendix E.
inline constexpr float nf4Values[16] = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f,
};

/// The 4-bit float of bitsandbytes: a sign bit and eight magnitudes, 1/192 the least above 0, divided by the largest.
inline constexpr float fp4Values[16] = {
    0.0f,  0.0625f / 12,  8.0f / 12,  1.0f,  4.0f / 12,  0.5f,  2.0f / 12,  0.25f,
    -0.0f, -0.0625f / 12, -8.0f / 12, -1.0f, -4.0f / 12, -0.5f, -2.0f / 12, -0.25f,
};

/// The nonlinear 4-bit integers of ggml's iq4_nl and iq4_xs.
inline constexpr float iq4nlValues[16] = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
};

/// The value of a code below `numValues`.
inline float decodeTable(const CodeTable &table, uint32_t code) { return table.values[code]; }

/// The code of the nearest value; of equally near ones the least code. NaN counts as 0. What lies outside the table's
/// range has the code of the end it is beyond, infinities included. Distances are taken in doubles, where they are
/// exact as long as the magnitudes involved are within a factor of 2^29.
inline uint32_t encodeTable(const CodeTable &table, float value) {
  const float *end = table.values + table.numValues;
  double lowest = *std::min_element(table.values, end), highest = *std::max_element(table.values, end);
  double x = std::isnan(value) ? 0.0 : std::clamp(static_cast<double>(value), lowest, highest);
  const float *nearest =
      std::min_element(table.values, end, [&](float a, float b) { return std::fabs(a - x) < std::fabs(b - x); });
  return static_cast<uint32_t>(nearest - table.values);
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_CODETABLE_H
