//===- Mse.cpp - minimises the expected squared error of quantization --------------------------------------===//
//
// Clipping trades the error of what is cut off for finer steps of what is not: Banner et al., "Post training 4-bit
// quantization of convolutional networks for rapid-deployment", 2019 (ACIQ); Nagel et al., "A White Paper on Neural Network
// Quantization", 2021, section 3.1. The error is not modelled: it is integrated exactly over every bin of the histogram,
// with the parameters that the range really gets.
//
//===--------------------------------------------------------------------------------------------------===//

#include "Calibrators.h"
#include <cmath>

using namespace nibble::calibration;
using namespace nibble::numerics;

namespace {
/// The quantizer that a range leads to, and its error.
class Quantizer {
public:
  Quantizer(Range range, CodeRange codes) {
    AffineParams params = chooseParams(range, codes);
    step = params.scale;
    represented = representedRange(params, codes);
  }

  /// The sum of the squared errors of the elements of one interval.
  double getError(const Interval &interval) const {
    if (interval.low == interval.high) {
      double error = interval.low - nearest(clamp(interval.low));
      return interval.count * error * error;
    }
    return interval.count * (integrate(interval.high) - integrate(interval.low)) / (interval.high - interval.low);
  }

private:
  double clamp(double x) const { return std::min(std::max(x, represented.min), represented.max); }

  /// The nearest multiple of the step: adding and subtracting 1.5 * 2^52 rounds a double to an integer.
  double nearest(double x) const { return ((x / step + 0x1.8p52) - 0x1.8p52) * step; }

  /// The integral of the squared error from 0 to x. A whole step contributes step^3 / 12, a part of one the cube of the
  /// distance r to its middle, what is cut off the cube of the distance to the end.
  double integrate(double x) const {
    double inside = clamp(x), code = nearest(inside), r = inside - code, outside = x - inside;
    return code * step * step / 12 + (r * r * r + outside * outside * outside) / 3;
  }

  double step;
  Range represented;
};

class MseCalibrator : public Calibrator {
public:
  Range chooseRange(const Statistics &statistics, CodeRange codes) const override {
    Range range = getFullRange(statistics);
    std::vector<Interval> intervals = getIntervals(statistics);
    auto getError = [&](Range candidate) {
      Quantizer quantizer(candidate, codes);
      double error = 0;
      for (const Interval &interval : intervals)
        error += quantizer.getError(interval);
      return error;
    };
    if (codes.symmetric) {
      double magnitude = std::max(-range.min, range.max);
      return clipAtMagnitude(statistics, minimise(magnitude, [&](double threshold) {
                               return getError(clipAtMagnitude(statistics, threshold));
                             }));
    }
    return minimiseBothEnds(range, getError);
  }

private:
  /// The threshold in (0, largest] with the smallest error, among those an eighth of an octave apart over ten octaves and
  /// then those a 128th of an octave apart around the best.
  template <typename GetError> static double minimise(double largest, GetError getError) {
    double bestThreshold = largest, bestError = getError(largest);
    auto search = [&](double center, double octaves, int first, int last) {
      for (int i = first; i <= last; ++i) {
        double threshold = std::min(largest, center * std::exp2(i * octaves));
        if (double error = getError(threshold); error < bestError)
          bestThreshold = threshold, bestError = error;
      }
    };
    search(largest, 1.0 / 8, -80, -1);
    search(bestThreshold, 1.0 / 128, -15, 15);
    return bestThreshold;
  }

  /// Minimises one end after the other until both stand still; the error falls in every round, and few are needed.
  template <typename GetError> static Range minimiseBothEnds(Range range, GetError getError) {
    constexpr int maxRounds = 4;
    Range full = range;
    for (int round = 0; round < maxRounds; ++round) {
      Range before = range;
      if (full.max > 0)
        range.max = minimise(full.max, [&](double max) { return getError({range.min, max}); });
      if (full.min < 0)
        range.min = -minimise(-full.min, [&](double magnitude) { return getError({-magnitude, range.max}); });
      if (range.min == before.min && range.max == before.max)
        break;
    }
    return range;
  }
};
} // namespace

llvm::Expected<std::unique_ptr<Calibrator>> nibble::calibration::createMseCalibrator(std::optional<double> parameter) {
  if (parameter)
    return llvm::createStringError("calibrator 'mse' takes no parameter");
  return std::make_unique<MseCalibrator>();
}
