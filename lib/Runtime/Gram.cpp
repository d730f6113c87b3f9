//===- Gram.cpp - sums of products of the elements of patches ----------------------------------------===//

#include "Gram.h"
#include <cmath>

using namespace nibble;
using namespace nibble::numerics;

/// Patches that are multiplied together: enough that loading and storing sums does not count, few enough for the second cache.
static constexpr int64_t maxRows = 32;

/// sums[j] += row[i] * row[j] for j from i on, for all rows in their order. Vectors go along j, so that every CPU adds alike.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
static void
addProducts(double *sums, const double *rows, int64_t numRows, int64_t stride, int64_t i, int64_t size) {
  for (int64_t row = 0; row < numRows; ++row) {
    const double *elements = rows + row * stride;
    double factor = elements[i];
    for (int64_t j = i; j < size; ++j)
      sums[j - i] += factor * elements[j];
  }
}

void GramMatrices::addRows(const double *rows, int64_t numRows, int64_t group, const GramLayout &layout) {
  for (int64_t span = 0; span < layout.getNumSpans(); ++span) {
    double *triangle = sums.data() + layout.getBegin(group, span);
    int64_t size = layout.getSpanSize(span);
    for (int64_t i = 0; i < size; triangle += size - i, ++i)
      addProducts(triangle, rows + span * GramLayout::maxSpanSize, numRows, layout.length, i, size);
  }
}

namespace {
/// Reads the patches of a buffer.
class PatchReader {
public:
  PatchReader(const float *data, const nibble_patches &patches)
      : data(data), patches(patches), numChannels(patches.shape[3] / patches.groups) {}

  int64_t getLength() const { return patches.kernel[0] * patches.kernel[1] * numChannels; }
  int64_t getNumPatches() const { return patches.shape[0] * getNumPlaces(0) * getNumPlaces(1); }

  /// Writes the elements of a group of patch number `number`: kh, kw, c in this order.
  void read(int64_t number, int64_t group, double *elements) const {
    int64_t columns = getNumPlaces(1), rows = getNumPlaces(0);
    int64_t column = number % columns, row = number / columns % rows, image = number / columns / rows;
    for (int64_t kh = 0; kh < patches.kernel[0]; ++kh)
      for (int64_t kw = 0; kw < patches.kernel[1]; ++kw, elements += numChannels)
        readPixel(image, getPosition(0, row, kh), getPosition(1, column, kw), group, elements);
  }

private:
  int64_t getNumPlaces(int dim) const {
    int64_t reach = patches.dilations[dim] * (patches.kernel[dim] - 1) + 1;
    int64_t extent = patches.shape[1 + dim] + patches.padding[2 * dim] + patches.padding[2 * dim + 1];
    return extent < reach ? 0 : (extent - reach) / patches.strides[dim] + 1;
  }
  int64_t getPosition(int dim, int64_t place, int64_t tap) const {
    return place * patches.strides[dim] + tap * patches.dilations[dim] - patches.padding[2 * dim];
  }

  void readPixel(int64_t image, int64_t y, int64_t x, int64_t group, double *elements) const {
    bool isInside = y >= 0 && y < patches.shape[1] && x >= 0 && x < patches.shape[2];
    const float *pixel = data + ((image * patches.shape[1] + y) * patches.shape[2] + x) * patches.shape[3] + group * numChannels;
    for (int64_t channel = 0; channel < numChannels; ++channel)
      elements[channel] = isInside && std::isfinite(pixel[channel]) ? pixel[channel] : 0;
  }

  const float *data;
  const nibble_patches &patches;
  int64_t numChannels;
};
} // namespace

void GramMatrices::update(const float *data, const nibble_patches &patches) {
  PatchReader reader(data, patches);
  GramLayout layout{patches.groups, reader.getLength()};
  sums.resize(layout.getSize());
  std::vector<double> rows(maxRows * layout.length);
  for (int64_t group = 0; group < patches.groups; ++group)
    for (int64_t begin = 0, end = 0; begin < reader.getNumPatches(); begin = end) {
      end = std::min(begin + maxRows, reader.getNumPatches());
      for (int64_t number = begin; number < end; ++number)
        reader.read(number, group, rows.data() + (number - begin) * layout.length);
      addRows(rows.data(), end - begin, group, layout);
    }
}
