//===- Range.cpp - from a range of real numbers to quantization parameters ----------------------------===//

#include "nibble/Calibration/Range.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace nibble::calibration;

/// The f32 scale nearest to `exact`, kept normal and finite; 1 when there is nothing to scale.
static float roundScale(double exact) {
  using Limits = std::numeric_limits<float>;
  if (exact == 0)
    return 1;
  return static_cast<float>(std::clamp(exact, double(Limits::min()), double(Limits::max())));
}

AffineParams nibble::calibration::chooseParams(Range range, CodeRange codes) {
  double low = std::min(range.min, 0.0), high = std::max(range.max, 0.0);
  if (codes.symmetric) {
    double forPositive = codes.maxCode > 0 ? high / codes.maxCode : 0;
    double forNegative = codes.minCode < 0 ? low / codes.minCode : 0;
    return {roundScale(std::max(forPositive, forNegative)), 0};
  }
  float scale = roundScale((high - low) / (codes.maxCode - codes.minCode));
  double zeroPoint = std::nearbyint(codes.minCode - low / scale);
  return {scale, static_cast<int32_t>(std::clamp(zeroPoint, double(codes.minCode), double(codes.maxCode)))};
}

Range nibble::calibration::representedRange(AffineParams params, CodeRange codes) {
  return {static_cast<double>(codes.minCode - params.zeroPoint) * params.scale,
          static_cast<double>(codes.maxCode - params.zeroPoint) * params.scale};
}
