//===- Awq.h - the 4-bit matrices of AWQ checkpoints ----------------------------------------------------===//
//
// Source: AutoAWQ (awq/modules/linear/gemm.py, version "GEMM"). A matrix of K inputs and N outputs, G = K / group size:
//
//     qweight   i32 [K, N / 8]    word w of row k has the outputs 8 w … 8 w + 7 in AWQ's order
//     qzeros    i32 [G, N / 8]    the same for the zero codes of a group
//     scales    f16 [G, N]
//
//     word:   [ 31..28: n+7 ][ 27..24: n+5 ][ 23..20: n+3 ][ 19..16: n+1 ][ 15..12: n+6 ][ 11..8: n+4 ][ 7..4: n+2
//     ][ 3..0: n ]
//
//     value(k, n) = scale(g, n) * (code(k, n) - zero(g, n)),  g = k / group size
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_AWQ_H
#define NIBBLE_NUMERICS_BLOCKS_AWQ_H

#include "nibble/Numerics/Packing.h"
#include "nibble/Numerics/SmallFloat.h"

namespace nibble::numerics {

/// The tensors of one matrix. `numOutputs` is a multiple of 8.
struct AwqMatrix {
  const uint32_t *qweight, *qzeros;
  const uint16_t *scales;
  size_t numOutputs, groupSize;

  /// The code of an output in a row of `qweight` or `qzeros`.
  uint32_t readCode(const uint32_t *words, size_t row, size_t output) const {
    size_t place = awqPlace(output);
    return words[row * (numOutputs / 8) + place / 8] >> (place % 8 * 4) & 15u;
  }

  float decode(size_t input, size_t output) const {
    size_t group = input / groupSize;
    auto code = static_cast<int32_t>(readCode(qweight, input, output));
    auto zero = static_cast<int32_t>(readCode(qzeros, group, output));
    return halfToFloat(scales[group * numOutputs + output]) * static_cast<float>(code - zero);
  }
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_AWQ_H
