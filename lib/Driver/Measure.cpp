//===- Measure.cpp ---------------------------------------------------------------------------------------------------------------------===//

#include "Measure.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <chrono>

using namespace nibble;
using Clock = std::chrono::steady_clock;

/// Floats in [-1, 1), whole numbers elsewhere; the same in every run.
static void fillPseudoRandom(llvm::MutableArrayRef<char> bytes, nibble_dtype dtype) {
  uint32_t state = 12345;
  auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 8; };
  if (dtype == NIBBLE_F32) {
    for (float &value : llvm::MutableArrayRef(reinterpret_cast<float *>(bytes.data()), bytes.size() / sizeof(float)))
      value = static_cast<float>(next()) / (1 << 23) - 1.0f;
    return;
  }
  // A byte of each element stays small, so that integers are valid indices and other floats are tiny.
  for (size_t i = 0; i < bytes.size(); i += getSizeInBytes(dtype))
    bytes[i] = static_cast<char>(next() & 1);
}

MadeUpCall::MadeUpCall(Program &program) : program(program) {
  auto allocate = [&](const nibble_tensor &tensor) -> std::vector<char> & {
    int64_t size = getSizeInBytes(static_cast<nibble_dtype>(tensor.dtype));
    for (int32_t dim = 0; dim < tensor.rank; ++dim)
      size *= tensor.shape[dim];
    return storage.emplace_back(size);
  };
  const nibble_info &info = program.getInfo();
  for (const nibble_tensor &tensor : llvm::ArrayRef(info.inputs, static_cast<size_t>(info.num_inputs))) {
    std::vector<char> &bytes = allocate(tensor);
    fillPseudoRandom(bytes, static_cast<nibble_dtype>(tensor.dtype));
    inputs.push_back(bytes.data());
  }
  for (const nibble_tensor &tensor : llvm::ArrayRef(info.outputs, static_cast<size_t>(info.num_outputs)))
    outputs.push_back(allocate(tensor).data());
}

double nibble::getMedian(std::vector<double> &values) {
  auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

llvm::Expected<double> nibble::measureProgram(Program &program, int threads, double seconds) {
  MadeUpCall call(program);
  auto timeRuns = [&](int64_t count) -> llvm::Expected<double> {
    Clock::time_point start = Clock::now();
    for (int64_t i = 0; i < count; ++i)
      if (llvm::Error error = call.run(threads))
        return std::move(error);
    return std::chrono::duration<double>(Clock::now() - start).count() / count;
  };
  llvm::Expected<double> first = timeRuns(3);
  if (!first)
    return first;
  // Short runs are measured in groups of at least 50 microseconds, so that the clock does not count.
  int64_t group = std::max<int64_t>(1, static_cast<int64_t>(50e-6 / std::max(*first, 1e-9)));
  std::vector<double> times;
  Clock::time_point start = Clock::now();
  constexpr size_t minGroups = 20;
  while (times.size() < minGroups || std::chrono::duration<double>(Clock::now() - start).count() < seconds) {
    llvm::Expected<double> time = timeRuns(group);
    if (!time)
      return time;
    times.push_back(*time);
  }
  return getMedian(times);
}
