//===- Ggml.h - ggml's blocks of 32: q4_0 q4_1 q5_0 q5_1 q8_0, and f16 and bf16 --------------------===//
//
// Source: ggml (src/ggml-common.h, src/ggml-quants.c, quantize_row_*_ref and dequantize_row_*). d and m are f16.
//
//     q4_0   [ d 2 ][ qs 16 ]                   value = d * (code - 8)
//     q4_1   [ d 2 ][ m 2 ][ qs 16 ]            value = d * code + m
//     q5_0   [ d 2 ][ qh 4 ][ qs 16 ]           value = d * (code - 16)
//     q5_1   [ d 2 ][ m 2 ][ qh 4 ][ qs 16 ]    value = d * code + m
//     q8_0   [ d 2 ][ codes 32 ]                value = d * code, code signed
//
//     qs      byte j:  [ 7..4: element j + 16 ][ 3..0: element j ]      the low four bits of the codes
//     qh      bit i of the little-endian word: the fifth bit of element i
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_GGML_H
#define NIBBLE_NUMERICS_BLOCKS_GGML_H

#include "nibble/Numerics/Blocks/Bytes.h"
#include "nibble/Numerics/Integer.h"
#include "nibble/Numerics/Packing.h"

namespace nibble::numerics {

/// Codes of 4 or 5 bits of a block of 32, as q4_0 to q5_1 keep them: `low` has 16 bytes, `high` 4 or is null.
inline uint32_t readSplitCode(const uint8_t *low, const uint8_t *high, int element) {
  uint32_t code = readBits(low, halfSplitPlace(static_cast<size_t>(element), 32), 4);
  return high ? code | readBits(high, static_cast<size_t>(element), 1) << 4 : code;
}
inline void writeSplitCode(uint8_t *low, uint8_t *high, int element, uint32_t code) {
  writeBits(low, halfSplitPlace(static_cast<size_t>(element), 32), 4, code);
  if (high)
    writeBits(high, static_cast<size_t>(element), 1, code >> 4);
}

/// q4_0 and q5_0: the scale maps the element of the largest magnitude to the code -2^(numBits - 1), whatever its sign.
template <unsigned numBits> struct GgmlSymmetric {
  static constexpr int numElements = 32, numHighBytes = numBits == 5 ? 4 : 0, numBytes = 2 + numHighBytes + 16;
  static constexpr int32_t zeroCode = 1 << (numBits - 1), maxCode = 2 * zeroCode - 1;

  static void decode(const uint8_t *block, float *values) {
    float scale = loadHalf(block);
    const uint8_t *high = numHighBytes ? block + 2 : nullptr, *low = block + 2 + numHighBytes;
    for (int i = 0; i < numElements; ++i)
      values[i] = static_cast<float>(static_cast<int32_t>(readSplitCode(low, high, i)) - zeroCode) * scale;
  }

  static void encode(const float *values, uint8_t *block) {
    float scale = findLargest(values, numElements) / -zeroCode, inverse = reciprocalOrZero(scale);
    uint8_t *high = numHighBytes ? block + 2 : nullptr, *low = block + 2 + numHighBytes;
    storeHalf(block, scale);
    for (int i = 0; i < numElements; ++i) {
      auto code = static_cast<int8_t>(truncateToInt(values[i] * inverse + (static_cast<float>(zeroCode) + 0.5f)));
      writeSplitCode(low, high, i, static_cast<uint32_t>(code < maxCode ? code : maxCode));
    }
  }
};

/// q4_1 and q5_1: scale and minimum map the block's interval to all codes.
template <unsigned numBits> struct GgmlAffine {
  static constexpr int numElements = 32, numHighBytes = numBits == 5 ? 4 : 0, numBytes = 4 + numHighBytes + 16;
  static constexpr int32_t maxCode = (1 << numBits) - 1;

  static void decode(const uint8_t *block, float *values) {
    float scale = loadHalf(block), minimum = loadHalf(block + 2);
    const uint8_t *high = numHighBytes ? block + 4 : nullptr, *low = block + 4 + numHighBytes;
    for (int i = 0; i < numElements; ++i)
      values[i] = static_cast<float>(readSplitCode(low, high, i)) * scale + minimum;
  }

  static void encode(const float *values, uint8_t *block) {
    auto [lowest, highest] = findExtremes(values, numElements);
    float scale = (highest - lowest) / maxCode, inverse = reciprocalOrZero(scale);
    uint8_t *high = numHighBytes ? block + 4 : nullptr, *low = block + 4 + numHighBytes;
    storeHalf(block, scale);
    storeHalf(block + 2, lowest);
    for (int i = 0; i < numElements; ++i) {
      int32_t code = truncateToInt((values[i] - lowest) * inverse + 0.5f);
      writeSplitCode(low, high, i, static_cast<uint32_t>(code < maxCode ? code : maxCode));
    }
  }
};

using Q4_0 = GgmlSymmetric<4>;
using Q5_0 = GgmlSymmetric<5>;
using Q4_1 = GgmlAffine<4>;
using Q5_1 = GgmlAffine<5>;

struct Q8_0 {
  static constexpr int numElements = 32, numBytes = 2 + 32;

  static void decode(const uint8_t *block, float *values) {
    float scale = loadHalf(block);
    for (int i = 0; i < numElements; ++i)
      values[i] = static_cast<float>(signExtend(block[2 + i], 8)) * scale;
  }

  static void encode(const float *values, uint8_t *block) {
    float scale = std::fabs(findLargest(values, numElements)) / 127, inverse = reciprocalOrZero(scale);
    storeHalf(block, scale);
    for (int i = 0; i < numElements; ++i)
      block[2 + i] = static_cast<uint8_t>(truncateToInt(roundHalfAway(values[i] * inverse)));
  }
};

/// The 16-bit floats, as blocks of one element.
struct F16 {
  static constexpr int numElements = 1, numBytes = 2;
  static void decode(const uint8_t *block, float *values) { *values = loadHalf(block); }
  static void encode(const float *values, uint8_t *block) { storeHalf(block, *values); }
};
struct BF16 {
  static constexpr int numElements = 1, numBytes = 2;
  static void decode(const uint8_t *block, float *values) { *values = bfloatToFloat(loadU16(block)); }
  static void encode(const float *values, uint8_t *block) { storeU16(block, floatToBfloat(*values)); }
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_GGML_H
