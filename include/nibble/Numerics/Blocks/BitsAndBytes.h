//===- BitsAndBytes.h - the 4-bit tensors of bitsandbytes, with one or two levels of scales -------------===//
//
// Source: bitsandbytes (bitsandbytes/functional.py, quantize_4bit, QuantState); QLoRA (Dettmers et al. 2023),
// section 3. The tensor is flattened in row-major order; codes are those of nf4 or fp4:
//
//     weight                 u8  [elements / 2]      byte j:  [ 7..4: element 2j ][ 3..0: element 2j + 1 ]
//     absmax                 f32 [elements / 64]     the scale of a block; block size in the quantization state, 64 by
//     default
//
//     value(i) = table[code(i)] * absmax[i / block size]
//
// With double quantization the scales are codes themselves:
//
//     absmax                 u8  [blocks]
//     nested_quant_map       f32 [256]
//     nested_absmax          f32 [blocks / 256]
//     nested_offset          f32, in the quantization state
//
//     scale(b) = nested_quant_map[absmax[b]] * nested_absmax[b / nested block size] + nested_offset
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKS_BITSANDBYTES_H
#define NIBBLE_NUMERICS_BLOCKS_BITSANDBYTES_H

#include "nibble/Numerics/CodeTable.h"
#include "nibble/Numerics/Packing.h"

namespace nibble::numerics {

/// Scales that are codes of a table with scales of their own.
struct NestedScales {
  const uint8_t *codes;
  const float *table; // 256 values
  const float *scales;
  float offset;
  size_t blockSize = 256;

  /// The product and the sum are rounded to f32 one after the other.
  float decode(size_t block) const { return table[codes[block]] * scales[block / blockSize] + offset; }
};

/// The tensors of one weight with f32 scales; those of NestedScales are decoded first.
struct BitsAndBytesTensor {
  const uint8_t *codes;
  CodeTable table; // 16 values
  const float *scales;
  size_t blockSize = 64;

  float decode(size_t element) const {
    return decodeTable(table, readBits(codes, element, 4, BitOrder::HighFirst)) * scales[element / blockSize];
  }
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKS_BITSANDBYTES_H
