//===- IntegerForm.h - whether a contraction can be computed in integers ----------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_INTEGERFORM_H
#define NIBBLE_LIB_TRANSFORMS_INTEGERFORM_H

#include "AssignedSchemes.h"
#include "QuantizeFilter.h"

namespace nibble {

/// The first rule that keeps an op with these schemes from reading codes, worded for a user; nothing when it can.
/// It has one f32 result, 8-bit codes and one scale for the input, or one for each of its rows without zero points (RowScales.h), and a constant
/// filter. Where the filter has the scheme of bytes (below), the bias is
/// constant and sums provably fit 32 bits. A product of two activations has
/// 8-bit codes and such scales for both, and a bias only behind scales of rows.
std::optional<std::string> findIntegerObstacle(QuantizableOpInterface op, const AssignedSchemes &schemes);

/// What keeps a scheme of the input from an integer form of any op, worded for a user; nothing when it has one.
std::optional<std::string> findInputSchemeObstacle(SchemeAttr input);

/// Whether a filter is signed bytes without zero point, with one f32 scale or one for each index of its channel axis: sums of products with
/// it need no more than one multiplication behind them.
bool isByteFilter(SchemeAttr filter, int64_t channelAxis);

/// The filter of an op without an obstacle whose scheme is that of bytes, with scales from its values alone.
FilterQuantizer createFilterQuantizer(QuantizableOpInterface op, SchemeAttr scheme);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_INTEGERFORM_H
