//===- Awq.cpp - scaling channels so that the weights of salient ones are rounded more finely --------===//

#include "nibble/Rounding/Awq.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace nibble::rounding;

SmallVector<float> nibble::rounding::getChannelFactors(ArrayRef<float> magnitudes, double exponent) {
  constexpr double leastPart = 0x1p-10;
  double largest = magnitudes.empty() ? 0.0 : *llvm::max_element(magnitudes);
  if (largest == 0 || exponent == 0)
    return SmallVector<float>(magnitudes.size(), 1.0f);
  double smallest = std::max<double>(*llvm::min_element(magnitudes), leastPart * largest), middle = std::sqrt(largest * smallest);
  return llvm::map_to_vector(magnitudes, [&](float magnitude) {
    return static_cast<float>(std::pow(std::max<double>(magnitude, smallest) / middle, exponent));
  });
}

ChannelFactors nibble::rounding::searchChannelFactors(ArrayRef<float> magnitudes, function_ref<double(ArrayRef<float>)> getError) {
  constexpr int numSteps = 20;
  ChannelFactors best;
  for (int step = 0; step < numSteps; ++step) {
    double exponent = double(step) / numSteps;
    SmallVector<float> factors = getChannelFactors(magnitudes, exponent);
    double error = getError(factors);
    if (step == 0)
      best.plainError = error;
    if (step == 0 || error < best.error)
      best = {std::move(factors), exponent, error, best.plainError};
  }
  return best;
}
