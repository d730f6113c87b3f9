//===- Observe.cpp - the collector behind nibble.observe ----------------------------------------------===//

#include "nibble/Runtime/Observe.h"
#include "nibble/Numerics/StatisticsText.h"
#include <cerrno>
#include <cstdio>
#include <mutex>

using namespace nibble::numerics;

namespace {
class Collector {
public:
  void update(const char *name, const float *data, int64_t count) {
    std::lock_guard<std::mutex> lock(mutex);
    values[name].update(data, count);
  }

  /// Sums in double, so that how the data was divided shows in the last bits at most.
  void updateChannels(const char *name, const float *data, int64_t count, int64_t channels) {
    std::lock_guard<std::mutex> lock(mutex);
    std::vector<double> &sums = channelSums[name];
    sums.resize(channels);
    for (int64_t begin = 0; begin < count; begin += channels)
      for (int64_t channel = 0; channel < channels; ++channel)
        sums[channel] += std::isfinite(data[begin + channel]) ? data[begin + channel] : 0.0f;
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
  }

  std::string text() {
    endBatch();
    std::lock_guard<std::mutex> lock(mutex);
    std::map<std::string, NamedArray> arrays;
    for (const auto &[name, sums] : channelSums)
      arrays[getChannelSumsName(name)] = {{static_cast<int64_t>(sums.size())}, {sums.begin(), sums.end()}};
    return StatisticsTextWriter::write(values, arrays);
  }

private:
  std::mutex mutex;
  std::map<std::string, Statistics> values;
  std::map<std::string, std::vector<double>> channelSums;
};
} // namespace

static Collector &collector() {
  static Collector instance;
  return instance;
}

void nibble_observe_f32(const char *name, const float *data, int64_t count) { collector().update(name, data, count); }

void nibble_observe_channels_f32(const char *name, const float *data, int64_t count, int64_t channels) {
  collector().update(name, data, count);
  collector().updateChannels(name, data, count, channels);
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
