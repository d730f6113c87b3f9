//===- QuantizeFilter.cpp - codes of the weights and biases of a contraction ------------------------===//

#include "QuantizeFilter.h"
#include "nibble/Numerics/Integer.h"
#include <limits>

using namespace mlir;
using namespace nibble;

/// Half of what an i32 accumulator holds: the other half is for the products.
static constexpr double maxBiasCode = double(1 << 30);
/// The precision of a bias whose channel has no weights that could set the scale.
static constexpr double zeroBlockBiasCode = double(1 << 20);

/// A scale is never 0, subnormal or infinite.
static float normalScale(double scale) {
  constexpr float smallest = std::numeric_limits<float>::min(), largest = std::numeric_limits<float>::max();
  return static_cast<float>(std::min<double>(std::max<double>(scale, smallest), largest));
}

FilterQuantizer::FilterQuantizer(SmallVector<float> floats, ArrayRef<int64_t> shape, int64_t channelAxis,
                                 SchemeAttr scheme)
    : values(std::move(floats)), numChannels(channelAxis < 0 ? 1 : shape[channelAxis]), minCode(scheme.getMinCode()),
      maxCode(scheme.getMaxCode()) {
  for (int64_t size : shape.drop_front(channelAxis + 1))
    innerSize *= size;
  SmallVector<float> largest(scheme.isPerTensor() ? 1 : numChannels, 0.0f);
  for (auto [index, value] : llvm::enumerate(values)) {
    float &channelLargest = largest[largest.size() == 1 ? 0 : getChannel(index)];
    channelLargest = std::max(channelLargest, std::abs(value));
  }
  zeroBlocks.resize(largest.size());
  for (auto [block, magnitude] : llvm::enumerate(largest)) {
    zeroBlocks[block] = magnitude == 0;
    scales.push_back(magnitude == 0 ? 1.0f : normalScale(double(magnitude) / double(maxCode)));
  }
}

unsigned FilterQuantizer::fitScalesToBias(ArrayRef<float> bias, float inputScale) {
  SmallVector<float> largestBias(scales.size(), 0.0f);
  for (auto [channel, value] : llvm::enumerate(bias)) {
    float &blockLargest = largestBias[scales.size() == 1 ? 0 : channel];
    blockLargest = std::max(blockLargest, std::abs(value));
  }
  unsigned numRaised = 0;
  for (auto [block, magnitude] : llvm::enumerate(largestBias)) {
    if (magnitude == 0)
      continue;
    double unit = double(magnitude) / double(inputScale);
    if (zeroBlocks[block]) {
      scales[block] = normalScale(unit / zeroBlockBiasCode);
    } else if (unit / double(scales[block]) > maxBiasCode) {
      // One step up, so that rounding to float cannot leave the quotient above the bound.
      scales[block] = std::nextafter(normalScale(unit / maxBiasCode), std::numeric_limits<float>::max());
      ++numRaised;
    }
  }
  return numRaised;
}

int32_t FilterQuantizer::encodeOne(int64_t index) const {
  return numerics::quantize(values[index], getScale(getChannel(index)), 0, minCode, maxCode);
}

SmallVector<int8_t> FilterQuantizer::encode() const {
  SmallVector<int8_t> codes;
  codes.reserve(values.size());
  for (size_t index = 0; index < values.size(); ++index)
    codes.push_back(static_cast<int8_t>(encodeOne(index)));
  return codes;
}

SmallVector<double> FilterQuantizer::getWeightedErrors(ArrayRef<double> factors) const {
  SmallVector<double> sums(numChannels, 0.0);
  for (auto [index, factor] : llvm::enumerate(factors)) {
    int64_t channel = getChannel(index);
    sums[channel] += factor * (double(values[index]) - encodeOne(index) * double(getScale(channel)));
  }
  return sums;
}

int64_t FilterQuantizer::getAccumulatorBound(int64_t inputSpan) const {
  SmallVector<int64_t> sums(numChannels, 0);
  for (size_t index = 0; index < values.size(); ++index)
    sums[getChannel(index)] += std::abs(encodeOne(index));
  return inputSpan * (sums.empty() ? 0 : *llvm::max_element(sums));
}

int64_t nibble::quantizeBias(float bias, float inputScale, float filterScale) {
  return static_cast<int64_t>(std::nearbyint(double(bias) / (double(inputScale) * double(filterScale))));
}
