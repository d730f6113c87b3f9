//===- FilterRows.h - dequantized filters as rows of codes ------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_FILTERROWS_H
#define NIBBLE_LIB_TRANSFORMS_FILTERROWS_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Reference/Tensor.h"

namespace nibble {

/// The constant filter of a contraction in rows (nibble.conv): a row of codes for each output channel, in blocks of one row.
struct FilterRows {
  /// Of a tensor [F, row length]: blocks are [1, size], 0 for whole rows.
  SchemeAttr scheme;
  int64_t rowLength = 0;
  reference::Tensor codes;
  /// For each level, and zero points or minima.
  llvm::SmallVector<reference::Tensor, 2> scales;
  std::optional<reference::Tensor> zeroPoints;

  /// Whether blocks are rows without zero points of their own, with a scale in f32: what an epilogue can multiply in.
  bool hasScalePerChannel() const;
  /// Whether the integers that codes less zero points stand for are signed bytes.
  bool areBytes() const;
  /// The scale of each row, where blocks are rows and scales f32.
  llvm::SmallVector<float> getChannelScales() const;
  /// The only zero point; 0 without.
  int32_t getZeroPoint() const;
  /// The largest |sum of (code - zero point) * x| over a block, for |x| <= inputSpan.
  int64_t getSumBound(int64_t inputSpan) const;
};

/// The filter of `op`; nothing when it is not dequantized from constants, or when something keeps it from being rows, which is then written
/// to `obstacle`.
std::optional<FilterRows> matchFilterRows(ContractionOpInterface op, std::string &obstacle);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_FILTERROWS_H
