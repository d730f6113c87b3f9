//===- RecognizeScheme.h - declared schemes that parameters can say ----------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_RECOGNIZESCHEME_H
#define NIBBLE_LIB_TRANSFORMS_RECOGNIZESCHEME_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

namespace nibble {

/// What `decode` of a nibble.scheme is known to compute, bit for bit and for all parameters:
/// `level[code] * scale`, plus the minimum where there is one; or `float(code - zero point) * scale`. With two levels of scales,
/// `scale` is their product.
struct RecognizedScheme {
  /// For each code from the smallest on; empty when codes are shifted by the zero point.
  llvm::SmallVector<float> levels;

  /// How far codes are from being their own levels: `level = code - offset` for all of them; nothing when there is no such number.
  std::optional<int64_t> getOffset(SchemeAttr storage) const;
};

/// Follows `decode` with each code in turn: what depends on the code alone is computed, parameters are kept as symbols. Nothing when
/// the result is another expression of them.
std::optional<RecognizedScheme> recognizeScheme(SchemeOp declaration);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_RECOGNIZESCHEME_H
