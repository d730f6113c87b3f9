//===- QuantizeFilter.h - codes of the weights and biases of a contraction --------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_QUANTIZEFILTER_H
#define NIBBLE_LIB_TRANSFORMS_QUANTIZEFILTER_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

namespace nibble {

/// The filter of one contraction on its way to codes. Parameters are per output channel, or one pair for the tensor.
class FilterQuantizer {
public:
  /// `channelAxis` is the dimension of the filter that becomes the output channel, -1 when all of it is one. The scheme is an integer scheme of at most
  /// 8 bits without zero point, per tensor or per index of `channelAxis`. `values` are finite.
  FilterQuantizer(llvm::SmallVector<float> values, llvm::ArrayRef<int64_t> shape, int64_t channelAxis, SchemeAttr scheme);

  /// Scales are such that the largest magnitude of a block has the largest code. A block of zeros has scale 1.
  llvm::ArrayRef<float> getScales() const { return scales; }
  float getScale(int64_t channel) const { return scales.size() == 1 ? scales.front() : scales[channel]; }
  int64_t getNumChannels() const { return numChannels; }
  /// Other scales, as many as there are.
  void setScales(llvm::ArrayRef<float> others) { scales.assign(others.begin(), others.end()); }

  /// Makes |bias / (inputScale * scale)| at most 2^30 in every channel by raising scales, and gives blocks of zeros a scale in
  /// which their biases keep 20 bits. Returns how many scales of other blocks were raised.
  unsigned fitScalesToBias(llvm::ArrayRef<float> bias, float inputScale);

  llvm::SmallVector<int8_t> encode() const;

  /// For each channel, the sum of factor times (value - what its code stands for) over its elements.
  llvm::SmallVector<double> getWeightedErrors(llvm::ArrayRef<double> factors) const;

  /// The largest possible |sum of (code * (x - zero point))| over the channels, for |x - zero point| <= inputSpan.
  int64_t getAccumulatorBound(int64_t inputSpan) const;

private:
  int64_t getChannel(int64_t index) const { return index / innerSize % numChannels; }
  int32_t encodeOne(int64_t index) const;

  llvm::SmallVector<float> values;
  llvm::SmallVector<float> scales;
  llvm::BitVector zeroBlocks;
  int64_t numChannels, innerSize = 1;
  int64_t minCode, maxCode;
};

/// round(bias / (inputScale * filterScale)), half to even; what a bias is in units of the accumulator. The quotient is
/// computed in double: docs/Spec.md, "Fused epilogue".
int64_t quantizeBias(float bias, float inputScale, float filterScale);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_QUANTIZEFILTER_H
