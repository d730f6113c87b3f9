//===- Entropy.cpp - minimises the information that clipping and rounding lose -----------------------------===//
//
// Migacz, "8-bit Inference with TensorRT", GTC 2017: among thresholds on the magnitude, the one with the smallest
// Kullback-Leibler divergence of the quantized distribution from the clipped one. ONNX Runtime's EntropyCalibrater
// (onnxruntime/python/tools/quantization/calibrate.py) is the same procedure.
//
//===--------------------------------------------------------------------------------------------------===//

#include "Calibrators.h"
#include <cmath>
#include <limits>

using namespace nibble::calibration;
using namespace nibble::numerics;

/// The resolution of the procedure, as in TensorRT.
static constexpr int numBins = 2048;

/// The magnitudes in `numBins` equal bins from 0 to `largest`.
static std::vector<double> getEqualBins(llvm::ArrayRef<Interval> magnitudes, double largest) {
  std::vector<double> bins(numBins, 0.0);
  for (const Interval &interval : magnitudes) {
    double low = interval.low / largest * numBins, high = interval.high / largest * numBins;
    int first = std::min(static_cast<int>(low), numBins - 1), last = std::min(static_cast<int>(high), numBins - 1);
    if (first == last) {
      bins[first] += interval.count;
      continue;
    }
    for (int bin = first; bin <= last; ++bin)
      bins[bin] += interval.count * (std::min(high, bin + 1.0) - std::max(low, double(bin))) / (high - low);
  }
  return bins;
}

/// The divergence when the first `size` bins are kept, the rest is clipped into the last of them, and groups of bins share one
/// of `numLevels` levels. A level without elements counts as `emptyCount` of one, as in ONNX Runtime's smooth_distribution:
/// the last bin may hold nothing but what was clipped into it.
static double getDivergence(llvm::ArrayRef<double> bins, int size, int numLevels) {
  constexpr double emptyCount = 1e-4;
  std::vector<double> reference(bins.begin(), bins.begin() + size), quantized(size, 0.0);
  double total = 0, quantizedTotal = 0;
  for (double count : bins)
    total += count;
  for (double clipped : bins.drop_front(size))
    reference.back() += clipped;
  for (int level = 0; level < numLevels; ++level) {
    int begin = int64_t(level) * size / numLevels, end = int64_t(level + 1) * size / numLevels;
    double sum = 0;
    int numFilled = 0;
    for (int bin = begin; bin < end; ++bin)
      sum += bins[bin], numFilled += reference[bin] > 0;
    for (int bin = begin; bin < end; ++bin)
      quantized[bin] = reference[bin] > 0 ? sum / numFilled : 0;
    quantizedTotal += sum;
  }
  if (quantizedTotal <= 0)
    return std::numeric_limits<double>::infinity();
  double divergence = 0;
  for (int bin = 0; bin < size; ++bin) {
    if (reference[bin] <= 0)
      continue;
    double p = reference[bin] / total, q = std::max(quantized[bin], emptyCount) / quantizedTotal;
    divergence += p * std::log(p / q);
  }
  return divergence;
}

namespace {
class EntropyCalibrator : public Calibrator {
public:
  Range chooseRange(const Statistics &statistics, CodeRange codes) const override {
    Range full = getFullRange(statistics);
    double largest = std::max(-full.min, full.max);
    if (largest == 0)
      return full;
    std::vector<double> bins = getEqualBins(getMagnitudeIntervals(statistics), largest);
    // Magnitudes have as many levels as codes lie on the larger side of zero.
    int64_t numCodes = codes.maxCode - codes.minCode + 1;
    bool oneSided = full.min == 0 || full.max == 0;
    int numLevels = std::min<int64_t>(codes.symmetric ? codes.maxCode + 1 : oneSided ? numCodes : numCodes / 2, numBins);
    double bestDivergence = std::numeric_limits<double>::infinity(), threshold = largest;
    for (int size = numLevels; size <= numBins; size += stride) {
      double divergence = getDivergence(bins, size, numLevels);
      if (divergence < bestDivergence)
        bestDivergence = divergence, threshold = largest * size / numBins;
    }
    return clipAtMagnitude(statistics, threshold);
  }

private:
  /// Thresholds are tried 1/256 of the largest magnitude apart, which is below a step of 8 bits.
  static constexpr int stride = numBins / 256;
};
} // namespace

llvm::Expected<std::unique_ptr<Calibrator>>
nibble::calibration::createEntropyCalibrator(std::optional<double> parameter) {
  if (parameter)
    return llvm::createStringError("calibrator 'entropy' takes no parameter");
  return std::make_unique<EntropyCalibrator>();
}
