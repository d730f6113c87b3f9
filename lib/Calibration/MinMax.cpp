//===- MinMax.cpp - represents everything that was seen --------------------------------------------------===//

#include "Calibrators.h"

using namespace nibble::calibration;

namespace {
class MinMaxCalibrator : public Calibrator {
public:
  Range chooseRange(const nibble::numerics::Statistics &statistics, CodeRange) const override {
    return getFullRange(statistics);
  }
};
} // namespace

llvm::Expected<std::unique_ptr<Calibrator>>
nibble::calibration::createMinMaxCalibrator(std::optional<double> parameter) {
  if (parameter)
    return llvm::createStringError("calibrator 'min-max' takes no parameter");
  return std::make_unique<MinMaxCalibrator>();
}
