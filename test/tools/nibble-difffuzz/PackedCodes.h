//===- PackedCodes.h - constant weights in codes of a few bits ----------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_PACKEDCODES_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_PACKEDCODES_H

#include "Writer.h"

namespace nibble::difffuzz {

/// Names of constants and what has to be said of them.
struct PackedTensor {
  std::string codes, type, zeroPoint, zeroPointType;
  /// `%a, %b : tensor<…>, tensor<…>`: those of all levels.
  std::string scales;
  /// `<u4, block = [1, 32]>`.
  std::string scheme;

  /// A tensor of random codes, whose last dimension is packed; without block sizes it is one block. `codec` is one of the packed ones of
  /// Axes.cpp.
  static PackedTensor draw(Writer &writer, llvm::StringRef codec, const Shape &shape, const Shape &block);
};

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_PACKEDCODES_H
