//===- Gptq.h - the 4-bit matrices of GPTQ checkpoints --------------------------------------------------===//
//
// Source: AutoGPTQ (auto_gptq/nn_modules/qlinear/qlinear_cuda.py) and GPTQModel, which adds the second version. A
// matrix of K inputs and N outputs with codes of 2, 3, 4 or 8 bits and G groups of inputs:
//
//     qweight   i32 [K * bits / 32, N]    column n is a low-first stream of the codes (0, n), (1, n), … in words
//     qzeros    i32 [G, N * bits / 32]    row g is a low-first stream of the zero codes (g, 0), (g, 1), …
//     scales    f16 [G, N]
//     g_idx     i32 [K]                   the group of an input; k / group size unless activations were ordered
//     ("act-order")
//
//     4 bits, column n:   word 0:  [ 31..28: (7, n) ] … [ 7..4: (1, n) ][ 3..0: (0, n) ]    word 1: (8, n) …
//
//     value(k, n) = scale(g, n) * (code(k, n) - zero(g, n)),  g = g_idx[k]
//     zero(g, n)  = stored code + 1 (modulo 2^bits) in version 1 ("gptq"), the stored code itself in version 2
//     ("gptq_v2")
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_GPTQ_H
#define NIBBLE_NUMERICS_BLOCKS_GPTQ_H

#include "nibble/Numerics/SmallFloat.h"
#include <cstddef>

namespace nibble::numerics {

/// The code at a place of a low-first stream of words that lie `stride` words apart.
inline uint32_t readWordStream(const uint32_t *words, size_t stride, size_t place, unsigned numBits) {
  size_t word = place * numBits / 32, shift = place * numBits % 32;
  uint64_t bits = words[word * stride];
  if (shift + numBits > 32)
    bits |= uint64_t(words[(word + 1) * stride]) << 32;
  return static_cast<uint32_t>(bits >> shift) & ((1u << numBits) - 1);
}

/// The tensors of one matrix. `numOutputs * numBits` and K * numBits are multiples of 32; elements of `groups` are
/// below G.
struct GptqMatrix {
  const uint32_t *qweight, *qzeros;
  const uint16_t *scales;
  const int32_t *groups;
  size_t numOutputs;
  unsigned numBits = 4;
  /// Whether zero codes are stored less 1.
  bool isVersion1 = true;

  uint32_t getCode(size_t input, size_t output) const {
    return readWordStream(qweight + output, numOutputs, input, numBits);
  }

  uint32_t getZero(size_t group, size_t output) const {
    uint32_t stored = readWordStream(qzeros + group * (numOutputs * numBits / 32), 1, output, numBits);
    return isVersion1 ? (stored + 1) & ((1u << numBits) - 1) : stored;
  }

  float decode(size_t input, size_t output) const {
    auto group = static_cast<size_t>(groups[input]);
    auto steps = static_cast<int32_t>(getCode(input, output)) - static_cast<int32_t>(getZero(group, output));
    return halfToFloat(scales[group * numOutputs + output]) * static_cast<float>(steps);
  }
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_GPTQ_H
