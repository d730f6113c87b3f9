//===- BlockFormats.h - the list of block formats -----------------------------------------------------===//
//
// A block format is a fixed number of elements in a fixed number of bytes, scales included. One file of Numerics/Blocks
// has the formats of a family, with pictures of their bytes.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_BLOCKFORMATS_H
#define NIBBLE_NUMERICS_BLOCKFORMATS_H

#include "nibble/Numerics/Blocks/Ggml.h"
#include "nibble/Numerics/Blocks/GgmlIQ.h"
#include "nibble/Numerics/Blocks/GgmlK.h"
#include "nibble/Numerics/Blocks/GgmlTernary.h"
#include "nibble/Numerics/Blocks/Microscaling.h"
#include <string_view>

namespace nibble::numerics {

struct BlockFormat {
  std::string_view name;
  int numElements, numBytes;
  /// Reads `numBytes` bytes, writes `numElements` values. Every block of bytes decodes to something.
  void (*decode)(const uint8_t *block, float *values);
  /// Reads `numElements` values, writes `numBytes` bytes. Null where a format is only read.
  void (*encode)(const float *values, uint8_t *block);
};

inline constexpr BlockFormat blockFormats[] = {
#define NIBBLE_BLOCK_FORMAT(name, Struct)                                                                              \
  {#name, Struct::numElements, Struct::numBytes, Struct::decode, Struct::encode},
#define NIBBLE_DECODED_BLOCK_FORMAT(name, Struct)                                                                      \
  {#name, Struct::numElements, Struct::numBytes, Struct::decode, nullptr},
#include "nibble/Numerics/BlockFormats.def"
};

/// The format of a name in BlockFormats.def, or null.
constexpr const BlockFormat *findBlockFormat(std::string_view name) {
  for (const BlockFormat &format : blockFormats)
    if (format.name == name)
      return &format;
  return nullptr;
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_BLOCKFORMATS_H
