//===- GgmlTernary.h - ggml's super-blocks of ternary codes: tq1_0 and tq2_0 -----------------------===//
//
// Source: ggml (src/ggml-common.h, src/ggml-quants.c, quantize_row_*_ref and dequantize_row_*). d is f16, a code is 0,
// 1 or 2.
//
//     tq1_0   256   [ qs 48 ][ qh 4 ][ d 2 ]   value = (code - 1) * d
//     tq2_0   256   [ qs 64 ][ d 2 ]           value = (code - 1) * d
//
//     tq1_0   a byte holds five codes c0 … c4 as the fraction ceil(256 * (81 c0 + 27 c1 + 9 c2 + 3 c3 + c4) / 243) /
//     256; code n is the
//             integer part of 3 * fraction(3^n * fraction), so that it needs no division. Bytes and elements:
//
//                 qs 0..31     c_n of byte m: element n * 32 + m
//                 qs 32..47    c_n of byte 32 + m: element 160 + n * 16 + m
//                 qh 0..3      c_n of byte m, n < 4: element 240 + n * 4 + m; c4 is 0
//
//     tq2_0   byte m + 32 h, shift 2n: element 128 h + 32 n + m
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_GGMLTERNARY_H
#define NIBBLE_NUMERICS_BLOCKS_GGMLTERNARY_H

#include "nibble/Numerics/Blocks/GgmlK.h"
#include "nibble/Numerics/Integer.h"

namespace nibble::numerics {

/// The ternary code of an element in units of the block's largest magnitude: the nearest of -1, 0, 1, halves away from
/// zero, plus 1.
inline uint32_t encodeTernary(float value, float inverse) {
  return static_cast<uint32_t>(truncateToInt(roundHalfAway(value * inverse)) + 1);
}

struct TQ1_0 {
  static constexpr int numElements = 256, numBytes = 48 + 4 + 2;

  /// Runs of bytes: `numBytes` from `firstByte` hold `numCodes` codes each, elements from `firstElement`.
  struct Run {
    int firstByte, numBytes, numCodes, firstElement;
  };
  static constexpr Run runs[] = {{0, 32, 5, 0}, {32, 16, 5, 160}, {48, 4, 4, 240}};

  static void decode(const uint8_t *block, float *values) {
    constexpr uint8_t powers[] = {1, 3, 9, 27, 81};
    float scale = loadHalf(block + 52);
    for (const Run &run : runs)
      for (int n = 0; n < run.numCodes; ++n)
        for (int m = 0; m < run.numBytes; ++m) {
          auto fraction = static_cast<uint8_t>(block[run.firstByte + m] * powers[n]);
          values[run.firstElement + n * run.numBytes + m] = static_cast<float>((fraction * 3 >> 8) - 1) * scale;
        }
  }

  static void encode(const float *values, uint8_t *block) {
    float scale = std::fabs(findLargest(values, numElements)), inverse = reciprocalOrZero(scale);
    for (const Run &run : runs)
      for (int m = 0; m < run.numBytes; ++m) {
        uint32_t number = 0;
        for (int n = 0; n < 5; ++n)
          number = 3 * number +
                   (n < run.numCodes ? encodeTernary(values[run.firstElement + n * run.numBytes + m], inverse) : 0);
        block[run.firstByte + m] = static_cast<uint8_t>((static_cast<uint8_t>(number) * 256 + 242) / 243);
      }
    storeHalf(block + 52, scale);
  }
};

struct TQ2_0 {
  static constexpr int numElements = 256, numBytes = 64 + 2;

  static void decode(const uint8_t *block, float *values) {
    float scale = loadHalf(block + 64);
    for (int i = 0; i < numElements; ++i)
      values[i] = static_cast<float>(readPlane2(block, i) - 1) * scale;
  }

  static void encode(const float *values, uint8_t *block) {
    float scale = std::fabs(findLargest(values, numElements)), inverse = reciprocalOrZero(scale);
    for (int byte = 0; byte < 64; ++byte) {
      uint32_t codes = 0;
      for (int n = 0; n < 4; ++n)
        codes += (encodeTernary(values[byte / 32 * 128 + n * 32 + byte % 32], inverse) & 3) << (2 * n);
      block[byte] = static_cast<uint8_t>(codes);
    }
    storeHalf(block + 64, scale);
  }
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_GGMLTERNARY_H
