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

  void endBatch() {
    std::lock_guard<std::mutex> lock(mutex);
    for (auto &[name, statistics] : values)
      statistics.endBatch();
  }

  void reset() {
    std::lock_guard<std::mutex> lock(mutex);
    values.clear();
  }

  std::string text() {
    endBatch();
    std::lock_guard<std::mutex> lock(mutex);
    return StatisticsTextWriter::write(values, {});
  }

private:
  std::mutex mutex;
  std::map<std::string, Statistics> values;
};
} // namespace

static Collector &collector() {
  static Collector instance;
  return instance;
}

void nibble_observe_f32(const char *name, const float *data, int64_t count) { collector().update(name, data, count); }

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
