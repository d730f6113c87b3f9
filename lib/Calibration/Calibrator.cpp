//===- Calibrator.cpp - the list of calibrators and what they share -------------------------------------===//

#include "Calibrators.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace llvm;
using namespace nibble::calibration;
using nibble::numerics::Histogram;
using nibble::numerics::Statistics;

using CreateFunction = Expected<std::unique_ptr<Calibrator>> (*)(std::optional<double>);

static constexpr CalibratorInfo calibratorInfos[] = {
#define NIBBLE_CALIBRATOR(name, Function, summary) {name, summary},
#include "nibble/Calibration/Calibrators.def"
};

static constexpr CreateFunction createFunctions[] = {
#define NIBBLE_CALIBRATOR(name, Function, summary) Function,
#include "nibble/Calibration/Calibrators.def"
};

ArrayRef<CalibratorInfo> nibble::calibration::getCalibrators() { return calibratorInfos; }

static std::string getNames() {
  return join(map_range(calibratorInfos, [](const CalibratorInfo &info) { return info.name.str(); }), ", ");
}

Expected<std::unique_ptr<Calibrator>> nibble::calibration::createCalibrator(StringRef text) {
  StringRef name, parameterText;
  std::tie(name, parameterText) = text.split(':');
  std::optional<double> parameter;
  if (name.size() != text.size()) {
    double number;
    if (parameterText.getAsDouble(number) || !std::isfinite(number))
      return createStringError("expected a number after '" + name + ":', got '" + parameterText + "'");
    parameter = number;
  }
  const CalibratorInfo *found = find_if(calibratorInfos, [&](const CalibratorInfo &info) { return info.name == name; });
  if (found == std::end(calibratorInfos))
    return createStringError("unknown calibrator '" + name + "', expected one of " + getNames());
  return createFunctions[found - calibratorInfos](parameter);
}

std::vector<Interval> nibble::calibration::getIntervals(const Statistics &statistics) {
  std::vector<Interval> intervals;
  double min = statistics.min(), max = statistics.max();
  statistics.histogram().forEach([&](int32_t bin, uint64_t count) {
    bool isZero = bin == 0 || bin == -1;
    double low = isZero ? 0 : std::max(Histogram::lowEdge(bin), min);
    double high = isZero ? 0 : std::min(Histogram::highEdge(bin), max);
    intervals.push_back({low, std::max(low, high), static_cast<double>(count)});
  });
  return intervals;
}

std::vector<Interval> nibble::calibration::getMagnitudeIntervals(const Statistics &statistics) {
  std::vector<Interval> intervals = getIntervals(statistics);
  for (Interval &interval : intervals)
    if (interval.low < 0)
      interval = {-interval.high, -interval.low, interval.count};
  sort(intervals, [](const Interval &a, const Interval &b) { return std::tie(a.low, a.high) < std::tie(b.low, b.high); });
  return intervals;
}

Range nibble::calibration::getFullRange(const Statistics &statistics) {
  if (statistics.count() == 0)
    return {};
  return {std::min(0.0, double(statistics.min())), std::max(0.0, double(statistics.max()))};
}

Range nibble::calibration::clipAtMagnitude(const Statistics &statistics, double threshold) {
  Range full = getFullRange(statistics);
  return {std::max(full.min, -threshold), std::min(full.max, threshold)};
}
