//===- MovingAverage.cpp - averages the ranges of batches ------------------------------------------------===//
//
// Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section
// 3.1; the weight of 0.01 and the start at the first batch are those of PyTorch's MovingAverageMinMaxObserver.
//
//===--------------------------------------------------------------------------------------------------===//

#include "Calibrators.h"
#include "llvm/ADT/STLExtras.h"

using namespace nibble::calibration;
using namespace nibble::numerics;

namespace {
class MovingAverageCalibrator : public Calibrator {
public:
  explicit MovingAverageCalibrator(double weight) : weight(weight) {}

  Range chooseRange(const Statistics &statistics, CodeRange) const override {
    llvm::ArrayRef<BatchRange> batches = statistics.batches();
    if (batches.empty())
      return getFullRange(statistics);
    double min = batches.front().min, max = batches.front().max;
    for (const BatchRange &batch : llvm::drop_begin(batches)) {
      min += weight * (batch.min - min);
      max += weight * (batch.max - max);
    }
    return {std::min(min, 0.0), std::max(max, 0.0)};
  }

private:
  double weight;
};
} // namespace

llvm::Expected<std::unique_ptr<Calibrator>>
nibble::calibration::createMovingAverageCalibrator(std::optional<double> parameter) {
  double weight = parameter.value_or(0.01);
  if (!(weight > 0 && weight <= 1))
    return llvm::createStringError("the parameter of calibrator 'moving-average' is above 0 and at most 1, got %g",
                                   weight);
  return std::make_unique<MovingAverageCalibrator>(weight);
}
