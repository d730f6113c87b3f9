//===- Microscaling.h - blocks of f4E2M1 with a small float as scale: mxfp4 and nvfp4 --------------===//
//
// Sources: OCP Microscaling Formats (MX) 1.0; NVIDIA's NVFP4; ggml's bytes for both (src/ggml-common.h,
// src/ggml-quants.c).
//
//     mxfp4   32   [ e 1 ][ qs 16 ]       value = 2^(e - 127) * f4E2M1(code); e is E8M0
//     nvfp4   64   [ scales 4 ][ qs 32 ]  value = f8E4M3(scale of 16) * f4E2M1(code); no scale is negative, 0x7f counts
//     as 0
//
//     qs      mxfp4: byte j:  [ 7..4: element j + 16 ][ 3..0: element j ]
//             nvfp4: byte 8 s + j:  [ 7..4: element 16 s + j + 8 ][ 3..0: element 16 s + j ]
//
// An NVFP4 tensor outside ggml has another f32 scale for the whole tensor, and element pairs in order: decodeNvfp4.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_MICROSCALING_H
#define NIBBLE_NUMERICS_BLOCKS_MICROSCALING_H

#include "nibble/Numerics/Blocks/Bytes.h"
#include "nibble/Numerics/FloatFormat.h"
#include "nibble/Numerics/Packing.h"

namespace nibble::numerics {

inline constexpr FloatFormat f4E2M1 = {2, 1, 1, SpecialCodes::None};
inline constexpr FloatFormat f8E4M3 = {4, 3, 7, SpecialCodes::NaNAllOnes};

/// `numElements` codes of f4E2M1 in half-split order that share a scale. As in ggml there is no -0: the sum makes it
/// +0.
inline void decodeF4(const uint8_t *codes, float scale, size_t numElements, float *values) {
  for (size_t i = 0; i < numElements; ++i)
    values[i] = decodeFloat(f4E2M1, readBits(codes, halfSplitPlace(i, numElements), 4)) * scale + 0.0f;
}

/// The code of f4E2M1 whose value times `scale` is nearest to `value`; of equally near ones the first in the order of
/// codes, which is the smaller magnitude, and +0 where 0 is nearest.
inline uint32_t findNearestF4(float value, float scale) {
  uint32_t best = 0;
  float least = std::fabs(value);
  for (uint32_t code = 1; code < 16; ++code) {
    float distance = std::fabs(decodeFloat(f4E2M1, code) * scale - value);
    if (distance < least) {
      best = code;
      least = distance;
    }
  }
  return best;
}

inline void encodeF4(const float *values, float scale, size_t numElements, uint8_t *codes) {
  for (size_t i = 0; i < numElements; ++i)
    writeBits(codes, halfSplitPlace(i, numElements), 4, findNearestF4(values[i], scale));
}

struct MXFP4 {
  static constexpr int numElements = 32, numBytes = 1 + 16;

  static void decode(const uint8_t *block, float *values) {
    decodeF4(block + 1, decodeE8M0(block[0]), numElements, values);
  }

  /// The scale is the largest power of two in the block, divided by that of the format's largest number, 4.
  static void encode(const float *values, uint8_t *block) {
    float largest = std::fabs(findLargest(values, numElements));
    block[0] = largest > 0 ? static_cast<uint8_t>(encodeE8M0(largest / 4, PowerRounding::Down)) : 0;
    encodeF4(values, decodeE8M0(block[0]), numElements, block + 1);
  }
};

struct NVFP4 {
  static constexpr int numElements = 64, numBytes = 4 + 32;

  static float decodeScale(uint8_t code) { return (code & 0x7f) == 0x7f ? 0.0f : decodeFloat(f8E4M3, code & 0x7fu); }

  static void decode(const uint8_t *block, float *values) {
    for (int s = 0; s < 4; ++s)
      decodeF4(block + 4 + 8 * s, decodeScale(block[s]), 16, values + 16 * s);
  }
};

/// One element of an NVFP4 tensor of two scale levels.
inline float decodeNvfp4(uint32_t code, uint8_t blockScale, float tensorScale) {
  return decodeFloat(f4E2M1, code) * (decodeFloat(f8E4M3, blockScale) * tensorScale);
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_MICROSCALING_H
