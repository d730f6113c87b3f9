//===- Range.h - from a range of real numbers to quantization parameters ------------------------------===//

#ifndef NIBBLE_CALIBRATION_RANGE_H
#define NIBBLE_CALIBRATION_RANGE_H

#include <cstdint>

namespace nibble::calibration {

/// A closed interval of real numbers that is to be represented. Finite, min <= 0 <= max.
struct Range {
  double min = 0, max = 0;
};

/// The codes that may be used: minCode <= 0 <= maxCode or, for symmetric ones with a zero point of 0, as many as fit.
struct CodeRange {
  int64_t minCode, maxCode;
  /// Whether the zero point is 0.
  bool symmetric;
};

/// value = (code - zeroPoint) * scale.
struct AffineParams {
  float scale;
  int32_t zeroPoint;
};

/// The parameters with which `codes` cover `range`, by docs/Spec.md, "choose_params", computed in double and rounded once.
/// Zero is represented exactly; the scale is normal and finite; an empty range gets scale 1.
/// Symmetric codes that are never negative cover the part of the range above zero.
AffineParams chooseParams(Range range, CodeRange codes);

/// The numbers that the smallest and the largest code stand for.
Range representedRange(AffineParams params, CodeRange codes);

} // namespace nibble::calibration

#endif // NIBBLE_CALIBRATION_RANGE_H
