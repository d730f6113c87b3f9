//===- Statistics.h - what calibration keeps of the values of one tensor ----------------------------===//
//
// docs/Spec.md, "Statistics". Streaming, mergeable and bounded: at most 600 KiB however much data is seen. Everything except the
// batch ranges is independent of order and chunking, bit for bit.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_STATISTICS_H
#define NIBBLE_NUMERICS_STATISTICS_H

#include "nibble/Numerics/Histogram.h"
#include <algorithm>
#include <cmath>

namespace nibble::numerics {

/// The smallest and largest finite element of one batch.
struct BatchRange {
  float min, max;
};

class Statistics {
public:
  /// How many batch ranges are kept: the last ones. A moving average with a weight of 1/200 has forgotten the others.
  static constexpr size_t maxBatches = 4096;

  Statistics() = default;
  /// Statistics read back from where they were stored. `batches` is in order; elements are counted by the histogram.
  Statistics(float min, float max, uint64_t nans, uint64_t infinities, std::vector<BatchRange> batches,
             Histogram histogram)
      : nanCount(nans), infinityCount(infinities), batchRanges(std::move(batches)), bins(std::move(histogram)) {
    bins.forEach([&](int32_t, uint64_t count) { finiteCount += count; });
    if (finiteCount)
      minKey = orderedKey(min), maxKey = orderedKey(max);
    dropOldBatches();
  }

  /// The number of finite elements; NaNs and infinities are counted apart and enter nothing else.
  uint64_t count() const { return finiteCount; }
  uint64_t nans() const { return nanCount; }
  uint64_t infinities() const { return infinityCount; }
  /// The smallest and largest finite element; meaningful when there is one.
  float min() const { return fromOrderedKey(minKey); }
  float max() const { return fromOrderedKey(maxKey); }
  /// Of the last batches that had finite elements, in order.
  const std::vector<BatchRange> &batches() const { return batchRanges; }
  const Histogram &histogram() const { return bins; }

  /// Takes in `size` elements of the current batch.
  void update(const float *data, int64_t size) {
    for (int64_t begin = 0; begin < size; begin += blockSize)
      updateBlock(data + begin, std::min(blockSize, size - begin));
  }

  /// Ends the current batch. Without a call, everything is one batch.
  void endBatch() {
    if (batchMinKey > batchMaxKey)
      return;
    batchRanges.push_back({fromOrderedKey(batchMinKey), fromOrderedKey(batchMaxKey)});
    batchMinKey = noMinKey, batchMaxKey = noMaxKey;
    dropOldBatches();
  }

  /// Takes in the statistics of elements that come after the ones seen here; neither has an unfinished batch.
  void merge(const Statistics &later) {
    finiteCount += later.finiteCount;
    nanCount += later.nanCount;
    infinityCount += later.infinityCount;
    if (later.finiteCount)
      minKey = std::min(minKey, later.minKey), maxKey = std::max(maxKey, later.maxKey);
    batchRanges.insert(batchRanges.end(), later.batchRanges.begin(), later.batchRanges.end());
    dropOldBatches();
    bins.merge(later.bins);
  }

private:
  /// Small enough to stay in the first cache between the two loops over it.
  static constexpr int64_t blockSize = 2048;
  static constexpr int32_t noMinKey = INT32_MAX, noMaxKey = INT32_MIN;

  void updateBlock(const float *data, int64_t size) {
    int32_t low = noMinKey, high = noMaxKey;
    for (int64_t i = 0; i < size; ++i) { // on integers, so that it is vectorized without relaxing float semantics
      int32_t key = orderedKey(data[i]);
      low = std::min(low, key);
      high = std::max(high, key);
    }
    if (low <= negativeInfinityKey || high >= positiveInfinityKey) {
      updateSpecialBlock(data, size);
      return;
    }
    for (int64_t i = 0; i < size; ++i)
      bins.add(orderedKey(data[i]));
    include(low, high, size);
  }

  /// A block with elements that are not finite.
  void updateSpecialBlock(const float *data, int64_t size) {
    for (int64_t i = 0; i < size; ++i) {
      if (std::isnan(data[i])) {
        ++nanCount;
      } else if (std::isinf(data[i])) {
        ++infinityCount;
      } else {
        int32_t key = orderedKey(data[i]);
        bins.add(key);
        include(key, key, 1);
      }
    }
  }

  void include(int32_t low, int32_t high, uint64_t size) {
    finiteCount += size;
    minKey = std::min(minKey, low), maxKey = std::max(maxKey, high);
    batchMinKey = std::min(batchMinKey, low), batchMaxKey = std::max(batchMaxKey, high);
  }

  void dropOldBatches() {
    if (batchRanges.size() > maxBatches)
      batchRanges.erase(batchRanges.begin(), batchRanges.end() - maxBatches);
  }

  uint64_t finiteCount = 0, nanCount = 0, infinityCount = 0;
  int32_t minKey = noMinKey, maxKey = noMaxKey;
  int32_t batchMinKey = noMinKey, batchMaxKey = noMaxKey;
  std::vector<BatchRange> batchRanges;
  Histogram bins;
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_STATISTICS_H
