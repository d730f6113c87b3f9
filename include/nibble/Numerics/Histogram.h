//===- Histogram.h - counts of floats in bins with fixed edges --------------------------------------===//
//
// docs/Spec.md, "Statistics". The bin of a finite float is the upper half of its ordered bit pattern, so that every octave
// (the values between two powers of two) has 128 equal bins, for either sign. Edges do not depend on the data: histograms
// merge exactly, in any order, and a count is never moved.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_HISTOGRAM_H
#define NIBBLE_NUMERICS_HISTOGRAM_H

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace nibble::numerics {

/// The bits of a float as an integer with the order of the reals: key(x) < key(y) when x < y. Minus zero is -1, zero is 0;
/// NaNs lie beyond the infinities.
inline int32_t orderedKey(float x) {
  int32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/// The float of a key; orderedKey is its own inverse on bits.
inline float fromOrderedKey(int32_t key) {
  int32_t bits = key ^ ((key >> 31) & 0x7fffffff);
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

constexpr int32_t positiveInfinityKey = 0x7f800000;
constexpr int32_t negativeInfinityKey = -positiveInfinityKey - 1;

/// Counts of finite floats. At most 65280 bins, in 510 octaves that take 1 KiB each once something fell into them.
class Histogram {
public:
  static constexpr int binsPerOctave = 128;
  /// The smallest and largest bin of a finite float.
  static constexpr int32_t minBin = (negativeInfinityKey >> 16) + 1, maxBin = (positiveInfinityKey >> 16) - 1;

  /// Bin 0 begins at 0; bin -1 ends there.
  static int32_t bin(float x) { return orderedKey(x) >> 16; }

  /// The values that a bin covers: from `low` up to `high` for bins >= 0 (`high` itself is outside), mirrored for others.
  /// The outermost edges are 2^128, which no float is.
  static double lowEdge(int32_t bin) { return bin < 0 ? -magnitudeEdge(-bin) : magnitudeEdge(bin); }
  static double highEdge(int32_t bin) { return lowEdge(bin + 1); }

  /// Counts elements whose key is `key`; it is the key of a finite float.
  void add(int32_t key, uint64_t count = 1) { page(key >> 23)[(key >> 16) & (binsPerOctave - 1)] += count; }

  /// Counts elements of a bin between minBin and maxBin.
  void addBin(int32_t bin, uint64_t count) { page(bin >> 7)[bin & (binsPerOctave - 1)] += count; }

  void merge(const Histogram &other) {
    other.forEach([&](int32_t bin, uint64_t count) { addBin(bin, count); });
  }

  /// Calls `visit(bin, count)` for every bin that is not empty, from the smallest to the largest.
  template <typename Visitor> void forEach(Visitor visit) const {
    for (int32_t octave = 0; octave < numOctaves; ++octave) {
      if (!pages[octave])
        continue;
      for (int32_t sub = 0; sub < binsPerOctave; ++sub)
        if (uint64_t count = (*pages[octave])[sub])
          visit((octave - numOctaves / 2) * binsPerOctave + sub, count);
    }
  }

private:
  using Page = std::array<uint64_t, binsPerOctave>;
  static constexpr int32_t numOctaves = 512;

  Page &page(int32_t octave) {
    std::unique_ptr<Page> &slot = pages[octave + numOctaves / 2];
    if (!slot)
      slot = std::make_unique<Page>(Page{});
    return *slot;
  }

  /// The lower edge of bin `bin` >= 0.
  static double magnitudeEdge(int32_t bin) {
    return bin > maxBin ? 0x1p128 : static_cast<double>(fromOrderedKey(bin << 16));
  }

  std::vector<std::unique_ptr<Page>> pages = std::vector<std::unique_ptr<Page>>(numOctaves);
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_HISTOGRAM_H
