//===- IntegerForm.h - whether a contraction can be computed in integers ----------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_INTEGERFORM_H
#define NIBBLE_LIB_TRANSFORMS_INTEGERFORM_H

#include "AssignedSchemes.h"
#include "QuantizeFilter.h"

namespace nibble {

/// The first rule that keeps an op with these schemes from an integer form, worded for a user; nothing when it has one.
/// An integer form has one f32 result, 8-bit codes and one scale for the input, 8-bit codes without zero point and a scale for the tensor or for
/// each output channel for the filter, a constant bias, and sums that provably fit 32 bits. A product of two activations has
/// 8-bit codes and one scale for both, and no bias.
std::optional<std::string> findIntegerObstacle(QuantizableOpInterface op, const AssignedSchemes &schemes);

/// What keeps these schemes of input and filter from an integer form of any op, worded for a user; nothing when they have one.
/// `channelAxis` is the filter's.
std::optional<std::string> findSchemeObstacle(const AssignedSchemes &schemes, int64_t channelAxis);

/// The filter of an op without an obstacle, with scales from its values alone.
FilterQuantizer createFilterQuantizer(QuantizableOpInterface op, SchemeAttr scheme);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_INTEGERFORM_H
