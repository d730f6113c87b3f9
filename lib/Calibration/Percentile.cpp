//===- Percentile.cpp - represents a given share of all elements -----------------------------------------===//
//
// Symmetric codes leave out the largest magnitudes, others half as many elements at each end, as ONNX Runtime's
// PercentileCalibrater does (onnxruntime/python/tools/quantization/calibrate.py).
//
//===--------------------------------------------------------------------------------------------------===//

#include "Calibrators.h"

using namespace nibble::calibration;
using namespace nibble::numerics;

/// The number that `share` (0 to 1) of all elements do not exceed, elements being spread evenly over their interval.
static double getQuantile(llvm::ArrayRef<Interval> intervals, double share) {
  double total = 0;
  for (const Interval &interval : intervals)
    total += interval.count;
  double rest = share * total;
  for (const Interval &interval : intervals) {
    if (rest <= interval.count)
      return interval.low + (interval.high - interval.low) * (rest / interval.count);
    rest -= interval.count;
  }
  return intervals.back().high;
}

namespace {
class PercentileCalibrator : public Calibrator {
public:
  explicit PercentileCalibrator(double share) : share(share) {}

  Range chooseRange(const Statistics &statistics, CodeRange codes) const override {
    if (statistics.count() == 0)
      return {};
    if (codes.symmetric)
      return clipAtMagnitude(statistics, getQuantile(getMagnitudeIntervals(statistics), share));
    std::vector<Interval> intervals = getIntervals(statistics);
    return {std::min(0.0, getQuantile(intervals, (1 - share) / 2)),
            std::max(0.0, getQuantile(intervals, (1 + share) / 2))};
  }

private:
  double share;
};
} // namespace

llvm::Expected<std::unique_ptr<Calibrator>>
nibble::calibration::createPercentileCalibrator(std::optional<double> parameter) {
  double percent = parameter.value_or(99.99);
  if (!(percent > 0 && percent <= 100))
    return llvm::createStringError("the parameter of calibrator 'percentile' is above 0 and at most 100, got %g",
                                   percent);
  return std::make_unique<PercentileCalibrator>(percent / 100);
}
