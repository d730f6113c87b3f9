#include "nibble/Runtime/Batch.h"
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace {

// A program of two samples of three columns: y[c][s] = x[s][c] + bias[c], the samples of y along its second axis, and a count
// of the runs.
int numRuns;

int addBias(const void *const *inputs, void *const *outputs, void *, nibble_parallel_for, void *, int) {
  ++numRuns;
  auto *x = static_cast<const float *>(inputs[0]), *bias = static_cast<const float *>(inputs[1]);
  auto *y = static_cast<float *>(outputs[0]);
  for (int s = 0; s < 2; ++s)
    for (int c = 0; c < 3; ++c)
      y[c * 2 + s] = x[s * 3 + c] + bias[c];
  return NIBBLE_OK;
}

const int64_t xShape[] = {2, 3}, biasShape[] = {3}, yShape[] = {3, 2};
const nibble_tensor inputs[] = {{"x", xShape, 2, NIBBLE_F32, 0, 0, 1, 0}, {"bias", biasShape, 1, NIBBLE_F32, -1, 0, 1, 0}};
const nibble_tensor outputs[] = {{"y", yShape, 2, NIBBLE_F32, 1, 0, 1, 0}};
const nibble_info info = {NIBBLE_PROGRAM_VERSION, 2, 1, 1, "bias", inputs, outputs, 0, 64, "", 0, addBias};

struct Result {
  std::vector<float> y;
  std::string error;
};

Result run(std::vector<float> x, int64_t samples) {
  float bias[] = {10, 20, 30};
  nibble_array arrays[] = {{NIBBLE_F32, 2, {samples, 3}, x.data()}, {NIBBLE_F32, 1, {3}, bias}};
  nibble_array output = {};
  nibble_error error = {""};
  Result result;
  if (nibble_batch_plan(&info, arrays, &output, &error) == 0) {
    EXPECT_EQ(output.shape[0], 3);
    EXPECT_EQ(output.shape[1], samples);
    result.y.assign(3 * samples, -1);
    output.data = result.y.data();
    nibble_execution execution = {nullptr, nullptr, nullptr, 1};
    numRuns = 0;
    EXPECT_EQ(nibble_batch_run(&info, arrays, &output, &execution, &error), 0);
  }
  result.error = error.message;
  return result;
}

std::vector<float> expected(const std::vector<float> &x, int64_t samples) {
  std::vector<float> y(3 * samples);
  for (int64_t s = 0; s < samples; ++s)
    for (int64_t c = 0; c < 3; ++c)
      y[c * samples + s] = x[s * 3 + c] + 10 * (c + 1);
  return y;
}

TEST(Batch, AnyNumberOfSamples) {
  for (int64_t samples : {0, 1, 2, 3, 4, 7}) {
    std::vector<float> x(3 * samples);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = i;
    Result result = run(x, samples);
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.y, expected(x, samples)) << samples << " samples";
    EXPECT_EQ(numRuns, (samples + 1) / 2);
  }
}

std::string planError(nibble_array x, nibble_array bias, const nibble_info &program = info) {
  nibble_array arrays[] = {x, bias};
  nibble_array output = {};
  nibble_error error = {""};
  EXPECT_EQ(nibble_batch_plan(&program, arrays, &output, &error), -1);
  return error.message;
}

TEST(Batch, NamesWhatDoesNotFit) {
  nibble_array x = {NIBBLE_F32, 2, {4, 3}, nullptr}, bias = {NIBBLE_F32, 1, {3}, nullptr};
  EXPECT_EQ(planError({NIBBLE_F64, 2, {4, 3}, nullptr}, bias), "input 'x': expected float32, got float64");
  EXPECT_EQ(planError({NIBBLE_F32, 2, {4, 5}, nullptr}, bias),
            "input 'x': expected shape 2x3 (any length along the batch axis), got 4x5");
  EXPECT_EQ(planError({NIBBLE_F32, 1, {3}, nullptr}, bias),
            "input 'x': expected shape 2x3 (any length along the batch axis), got 3");
  EXPECT_EQ(planError(x, {NIBBLE_F32, 1, {4}, nullptr}), "input 'bias': expected shape 3, got 4");
}

TEST(Batch, InputsHaveTheSameSamples) {
  nibble_tensor both[] = {inputs[0], inputs[0]};
  both[1].name = "z";
  nibble_info program = info;
  program.inputs = both;
  EXPECT_EQ(planError({NIBBLE_F32, 2, {4, 3}, nullptr}, {NIBBLE_F32, 2, {6, 3}, nullptr}, program),
            "input 'z': expected 4 samples as in 'x', got 6");
}

TEST(Batch, OutputWithoutBatchAxisNeedsTheCompiledLength) {
  nibble_tensor total = outputs[0];
  total.batch_axis = -1;
  nibble_info program = info;
  program.outputs = &total;
  EXPECT_EQ(planError({NIBBLE_F32, 2, {4, 3}, nullptr}, {NIBBLE_F32, 1, {3}, nullptr}, program),
            "output 'y' has no batch axis: expected exactly 2 samples, got 4");
}

} // namespace
