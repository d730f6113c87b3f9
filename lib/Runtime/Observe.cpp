//===- Observe.cpp - the collector behind nibble.observe ----------------------------------------------===//

#include "nibble/Runtime/Observe.h"
#include "Gram.h"
#include "nibble/Numerics/StatisticsText.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <mutex>

using namespace nibble::numerics;

namespace {
class Collector {
public:
  void update(const char *name, const float *data, int64_t count) {
    std::lock_guard<std::mutex> lock(mutex);
    values[name].update(data, count);
  }

  /// Sums what `function` makes of the elements in double, so that how the data was divided shows in the last bits at most.
  template <typename Function>
  void updateChannels(std::string array, const float *data, int64_t count, int64_t channels, Function function) {
    std::lock_guard<std::mutex> lock(mutex);
    std::vector<double> &sums = channelSums[std::move(array)];
    sums.resize(channels);
    for (int64_t begin = 0; begin < count; begin += channels)
      for (int64_t channel = 0; channel < channels; ++channel)
        sums[channel] += std::isfinite(data[begin + channel]) ? function(data[begin + channel]) : 0.0f;
  }

  void updateGram(const char *array, const float *data, const nibble_patches &patches) {
    std::lock_guard<std::mutex> lock(mutex);
    gramMatrices[array].update(data, patches);
  }

  void endBatch() {
    std::lock_guard<std::mutex> lock(mutex);
    for (auto &[name, statistics] : values)
      statistics.endBatch();
  }

  void reset() {
    std::lock_guard<std::mutex> lock(mutex);
    values.clear();
    channelSums.clear();
    gramMatrices.clear();
  }

  /// As the file has it, in f32: sums of large numbers, those of a mask, stay finite.
  static NamedArray makeArray(const std::vector<double> &sums) {
    constexpr double largest = std::numeric_limits<float>::max();
    NamedArray array{{static_cast<int64_t>(sums.size())}, {}};
    for (double sum : sums)
      array.data.push_back(static_cast<float>(std::clamp(sum, -largest, largest)));
    return array;
  }

  std::string text() {
    endBatch();
    std::lock_guard<std::mutex> lock(mutex);
    std::map<std::string, NamedArray> arrays;
    for (const auto &[name, sums] : channelSums)
      arrays[name] = makeArray(sums);
    for (const auto &[name, gram] : gramMatrices)
      arrays[name] = makeArray(gram.getSums());
    return StatisticsTextWriter::write(values, arrays);
  }

private:
  std::mutex mutex;
  std::map<std::string, Statistics> values;
  /// By the names of their arrays.
  std::map<std::string, std::vector<double>> channelSums;
  std::map<std::string, nibble::GramMatrices> gramMatrices;
};
} // namespace

static Collector &collector() {
  static Collector instance;
  return instance;
}

void nibble_observe_f32(const char *name, const float *data, int64_t count) { collector().update(name, data, count); }

void nibble_observe_channels_f32(const char *name, const float *data, int64_t count, int64_t channels) {
  collector().update(name, data, count);
  collector().updateChannels(getChannelSumsName(name), data, count, channels, [](float element) { return element; });
}

void nibble_observe_magnitudes_f32(const char *name, const float *data, int64_t count, int64_t channels) {
  collector().updateChannels(getChannelMagnitudesName(name), data, count, channels,
                             [](float element) { return std::fabs(element); });
}

void nibble_observe_gram_f32(const char *array, const float *data, const struct nibble_patches *patches) {
  collector().updateGram(array, data, *patches);
}

void nibble_observe_batch_end(void) { collector().endBatch(); }

void nibble_observe_reset(void) { collector().reset(); }

int nibble_observe_save(const char *path) {
  std::string text = collector().text();
  FILE *file = std::fopen(path, "wb");
  if (!file)
    return errno;
  int error = std::fwrite(text.data(), 1, text.size(), file) == text.size() ? 0 : errno;
  if (std::fclose(file) != 0 && error == 0)
    error = errno;
  if (error)
    std::remove(path);
  return error;
}

void nibble_observe_write(void (*sink)(void *context, const char *text, size_t size), void *context) {
  std::string text = collector().text();
  sink(context, text.data(), text.size());
}
