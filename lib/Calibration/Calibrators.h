//===- Calibrators.h - what the files of calibrators share ----------------------------------------------===//

#ifndef NIBBLE_LIB_CALIBRATION_CALIBRATORS_H
#define NIBBLE_LIB_CALIBRATION_CALIBRATORS_H

#include "nibble/Calibration/Calibrator.h"
#include <vector>

namespace nibble::calibration {

#define NIBBLE_CALIBRATOR(name, Function, summary)                                                                     \
  llvm::Expected<std::unique_ptr<Calibrator>> Function(std::optional<double> parameter);
#include "nibble/Calibration/Calibrators.def"

/// Elements taken to be spread evenly over an interval; a single point when low == high.
struct Interval {
  double low, high, count;
};

/// The bins of the histogram as intervals of real numbers in ascending order. The outermost ones end at the smallest and
/// largest element, and the bins of zeros and subnormals are the point 0.
std::vector<Interval> getIntervals(const numerics::Statistics &statistics);

/// The same for magnitudes.
std::vector<Interval> getMagnitudeIntervals(const numerics::Statistics &statistics);

/// The range of everything that was seen, with zero in it.
Range getFullRange(const numerics::Statistics &statistics);

/// The part of the full range between -threshold and threshold.
Range clipAtMagnitude(const numerics::Statistics &statistics, double threshold);

} // namespace nibble::calibration

#endif // NIBBLE_LIB_CALIBRATION_CALIBRATORS_H
