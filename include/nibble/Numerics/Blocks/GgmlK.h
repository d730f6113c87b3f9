//===- GgmlK.h - ggml's super-blocks of 256 with quantized scales: q2_K to q6_K --------------------===//
//
// Source: ggml (src/ggml-common.h, src/ggml-quants.c, dequantize_row_*). d and dmin are f16; the numbers are bytes.
//
//     q2_K   [ scales 16 ][ qs 64 ][ d 2 ][ dmin 2 ]            value = (d * scale) * code - dmin * minimum
//     q3_K   [ hmask 32 ][ qs 64 ][ scales 12 ][ d 2 ]          value = (d * (scale - 32)) * (code - 4)
//     q4_K   [ d 2 ][ dmin 2 ][ scales 12 ][ qs 128 ]           value = (d * scale) * code - dmin * minimum
//     q5_K   [ d 2 ][ dmin 2 ][ scales 12 ][ qh 32 ][ qs 128 ]  value = (d * scale) * code - dmin * minimum
//     q6_K   [ ql 128 ][ qh 64 ][ scales 16 ][ d 2 ]            value = (d * scale) * (code - 32), scale signed
//
// Each multiplication and the subtraction are rounded to f32. Element i of 256 has scale i / 16 (q2_K, q3_K, q6_K) or i
// / 32.
//
//     2 bits     byte 32 * (i / 128) + i % 32, shift 2 * (i / 32 % 4)
//     4 bits     q4_K, q5_K: byte 32 * (i / 64) + i % 32, shift 4 * (i / 32 % 2)
//                q6_K:       byte 64 * (i / 128) + i % 64, shift 4 * (i / 64 % 2)
//     1 bit      byte i % 32, shift i / 32
//
//     scales of q2_K       byte s:  [ 7..4: minimum ][ 3..0: scale ]
//     scales of q3_K       byte s % 8 has the low 4 bits of scales s (low half) and s + 8 (high half); byte 8 + s % 4
//     has the
//                          high 2 bits of scale s at shift 2 * (s / 4)
//     scales of q4_K       bytes s and s + 4 have scale and minimum s < 4 in their low 6 bits; for s >= 4 byte s + 4
//     has the low 4
//                          bits of both, [ 7..4: minimum ][ 3..0: scale ], and the top 2 bits of bytes s - 4 and s the
//                          high ones
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_GGMLK_H
#define NIBBLE_NUMERICS_BLOCKS_GGMLK_H

#include "nibble/Numerics/Blocks/Bytes.h"
#include "nibble/Numerics/Packing.h"

namespace nibble::numerics {

/// The 2 bits of element i in planes of 32 bytes.
constexpr int32_t readPlane2(const uint8_t *bytes, int i) {
  return bytes[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
}
/// The 4 bits of element i where two runs of `run` elements share `run` bytes.
constexpr int32_t readPlane4(const uint8_t *bytes, int i, int run) {
  return bytes[i / (2 * run) * run + i % run] >> (i / run % 2 * 4) & 15;
}
/// The bit of element i.
constexpr int32_t readPlane1(const uint8_t *bytes, int i) { return bytes[i % 32] >> (i / 32) & 1; }

/// Scale and minimum of 32 elements of q4_K and q5_K, 6 bits each.
struct ScaleAndMinimum {
  int32_t scale, minimum;
};
constexpr ScaleAndMinimum readScaleAndMinimum(const uint8_t *scales, int s) {
  if (s < 4)
    return {scales[s] & 63, scales[s + 4] & 63};
  return {(scales[s + 4] & 15) | scales[s - 4] >> 6 << 4, scales[s + 4] >> 4 | scales[s] >> 6 << 4};
}

struct Q2_K {
  static constexpr int numElements = 256, numBytes = 16 + 64 + 4;
  static void decode(const uint8_t *block, float *values) {
    const uint8_t *scales = block, *codes = block + 16;
    float scale = loadHalf(block + 80), minimum = loadHalf(block + 82);
    for (int i = 0; i < numElements; ++i) {
      int32_t both = scales[i / 16];
      float step = scale * static_cast<float>(both & 15), offset = minimum * static_cast<float>(both >> 4);
      values[i] = step * static_cast<float>(readPlane2(codes, i)) - offset;
    }
  }
};

struct Q3_K {
  static constexpr int numElements = 256, numBytes = 32 + 64 + 12 + 2;
  static constexpr int32_t readScale(const uint8_t *scales, int s) {
    return (scales[s % 8] >> (s / 8 * 4) & 15) | (scales[8 + s % 4] >> (s / 4 * 2) & 3) << 4;
  }
  static void decode(const uint8_t *block, float *values) {
    const uint8_t *high = block, *low = block + 32, *scales = block + 96;
    float scale = loadHalf(block + 108);
    for (int i = 0; i < numElements; ++i) {
      float step = scale * static_cast<float>(readScale(scales, i / 16) - 32);
      values[i] = step * static_cast<float>((readPlane2(low, i) | readPlane1(high, i) << 2) - 4);
    }
  }
};

/// q4_K and q5_K, which has a fifth bit.
template <unsigned numBits> struct GgmlKAffine {
  static constexpr int numElements = 256, numHighBytes = numBits == 5 ? 32 : 0, numBytes = 16 + numHighBytes + 128;
  static void decode(const uint8_t *block, float *values) {
    const uint8_t *scales = block + 4, *high = block + 16, *low = block + 16 + numHighBytes;
    float scale = loadHalf(block), minimum = loadHalf(block + 2);
    for (int i = 0; i < numElements; ++i) {
      ScaleAndMinimum both = readScaleAndMinimum(scales, i / 32);
      float step = scale * static_cast<float>(both.scale), offset = minimum * static_cast<float>(both.minimum);
      int32_t code = readPlane4(low, i, 32) | (numHighBytes ? readPlane1(high, i) << 4 : 0);
      values[i] = step * static_cast<float>(code) - offset;
    }
  }
};
using Q4_K = GgmlKAffine<4>;
using Q5_K = GgmlKAffine<5>;

struct Q6_K {
  static constexpr int numElements = 256, numBytes = 128 + 64 + 16 + 2;
  static void decode(const uint8_t *block, float *values) {
    const uint8_t *low = block, *high = block + 128, *scales = block + 192;
    float scale = loadHalf(block + 208);
    for (int i = 0; i < numElements; ++i) {
      float step = scale * static_cast<float>(signExtend(scales[i / 16], 8));
      values[i] = step * static_cast<float>((readPlane4(low, i, 64) | readPlane2(high, i) << 4) - 32);
    }
  }
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_GGMLK_H
