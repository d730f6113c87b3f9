//===- ObserveTest.cpp - what a program observes is what calibration reads ---------------------------------------===//

#include "nibble/Runtime/Observe.h"
#include "nibble/Calibration/StatisticsFile.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <cerrno>
#include <cmath>
#include <limits>
#include <thread>

using namespace nibble::calibration;

/// What was observed, as the text of a statistics file.
static std::string getText() {
  std::string text;
  nibble_observe_write([](void *context, const char *piece,
                          size_t size) { static_cast<std::string *>(context)->append(piece, size); },
                       &text);
  return text;
}

TEST(Observe, SavesTheStatisticsFile) {
  nibble_observe_reset();
  float first[] = {1, -2}, second[] = {4};
  nibble_observe_f32("x", first, 2);
  nibble_observe_batch_end();
  nibble_observe_f32("x", second, 1);
  nibble_observe_f32("y", second, 1);
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("observe", "json", path));
  ASSERT_EQ(nibble_observe_save(path.c_str()), 0);
  llvm::Expected<StatisticsFile> file = StatisticsFile::load(path);
  llvm::sys::fs::remove(path);
  ASSERT_TRUE(static_cast<bool>(file)) << llvm::toString(file.takeError());
  EXPECT_EQ(file->values.size(), 2u);
  EXPECT_EQ(file->values["x"].count(), 3u);
  EXPECT_EQ(file->values["x"].batches().size(), 2u);
  EXPECT_EQ(file->values["y"].batches().size(), 1u);
}

TEST(Observe, SumsUpChannels) {
  nibble_observe_reset();
  float first[] = {1, 10, 2, 20}, second[] = {4, INFINITY};
  nibble_observe_channels_f32("x", first, 4, 2);
  nibble_observe_channels_f32("x", second, 2, 2);
  StatisticsFile file = llvm::cantFail(StatisticsFile::parse(getText(), "text"));
  EXPECT_EQ(file.values["x"].count(), 5u);
  EXPECT_EQ(file.arrays["x/channel_sums"].shape, std::vector<int64_t>({2}));
  EXPECT_EQ(file.arrays["x/channel_sums"].data, std::vector<float>({7, 30}));
}

TEST(Observe, KeepsSumsOfLargeNumbersFinite) {
  nibble_observe_reset();
  constexpr float largest = std::numeric_limits<float>::max();
  float masks[] = {-largest, largest, -largest, largest};
  nibble_observe_channels_f32("x", masks, 4, 2);
  StatisticsFile file = llvm::cantFail(StatisticsFile::parse(getText(), "text"));
  EXPECT_EQ(file.arrays["x/channel_sums"].data, std::vector<float>({-largest, largest}));
}

TEST(Observe, SumsUpMagnitudes) {
  nibble_observe_reset();
  float data[] = {1, -10, -2, NAN};
  nibble_observe_magnitudes_f32("x", data, 4, 2);
  StatisticsFile file = llvm::cantFail(StatisticsFile::parse(getText(), "text"));
  EXPECT_EQ(file.arrays["x/channel_magnitudes"].data, std::vector<float>({3, 10}));
}

/// The Gram matrices of one buffer.
static std::vector<float> getGram(llvm::ArrayRef<float> data, const nibble_patches &patches) {
  nibble_observe_reset();
  nibble_observe_gram_f32("x/gram", data.data(), &patches);
  return llvm::cantFail(StatisticsFile::parse(getText(), "text")).arrays["x/gram"].data;
}

static nibble_patches getRows(int64_t numRows, int64_t length) {
  return {{1, 1, numRows, length}, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1};
}

/// (S64): [1, 2] and [3, 0] have the products 1 + 9, 2 + 0, 4 + 0. What is not finite counts as 0.
TEST(Observe, SumsUpProductsOfRows) {
  EXPECT_EQ(getGram({1, 2, 3, 0}, getRows(2, 2)), std::vector<float>({10, 2, 4}));
  EXPECT_EQ(getGram({1, 2, NAN, INFINITY}, getRows(2, 2)), std::vector<float>({1, 2, 4}));
  EXPECT_EQ(getGram({}, getRows(0, 2)), std::vector<float>({0, 0, 0}));
}

/// (S64): 0x1p24 + 1 is no f32; its sum is rounded at the end, not on the way.
TEST(Observe, SumsOfProductsAreDoubles) {
  EXPECT_EQ(getGram({4096, 1, 1}, getRows(3, 1)), std::vector<float>({16777218}));
}

/// (S63): of 2050 places the last two have a matrix of their own.
TEST(Observe, LongRowsAreDividedIntoSpans) {
  std::vector<float> row(2050, 1.0f);
  row[2048] = 2, row[2049] = 3;
  std::vector<float> gram = getGram(row, getRows(1, 2050));
  ASSERT_EQ(gram.size(), 2048u * 2049 / 2 + 3);
  EXPECT_EQ(gram[2048 * 2049 / 2 - 1], 1);
  EXPECT_EQ(std::vector<float>(gram.end() - 3, gram.end()), std::vector<float>({4, 6, 9}));
}

/// The sums of products of the patches of two groups, element by element.
static std::vector<float> getExpectedGram(llvm::ArrayRef<float> data, const nibble_patches &p) {
  int64_t channels = p.shape[3] / p.groups, length = p.kernel[0] * p.kernel[1] * channels;
  auto getElement = [&](int64_t n, int64_t row, int64_t column, int64_t group, int64_t place) -> double {
    int64_t y = row * p.strides[0] + place / channels / p.kernel[1] * p.dilations[0] - p.padding[0];
    int64_t x = column * p.strides[1] + place / channels % p.kernel[1] * p.dilations[1] - p.padding[2];
    if (y < 0 || y >= p.shape[1] || x < 0 || x >= p.shape[2])
      return 0;
    return data[((n * p.shape[1] + y) * p.shape[2] + x) * p.shape[3] + group * channels + place % channels];
  };
  int64_t numRows = (p.shape[1] + p.padding[0] + p.padding[1] - p.dilations[0] * (p.kernel[0] - 1) - 1) / p.strides[0] + 1;
  int64_t numColumns = (p.shape[2] + p.padding[2] + p.padding[3] - p.dilations[1] * (p.kernel[1] - 1) - 1) / p.strides[1] + 1;
  std::vector<float> gram;
  for (int64_t group = 0; group < p.groups; ++group)
    for (int64_t i = 0; i < length; ++i)
      for (int64_t j = i; j < length; ++j) {
        double sum = 0;
        for (int64_t n = 0; n < p.shape[0]; ++n)
          for (int64_t row = 0; row < numRows; ++row)
            for (int64_t column = 0; column < numColumns; ++column)
              sum += getElement(n, row, column, group, i) * getElement(n, row, column, group, j);
        gram.push_back(static_cast<float>(sum));
      }
  return gram;
}

TEST(Observe, SumsUpProductsOfWindows) {
  std::vector<float> data(2 * 7 * 9 * 4);
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = static_cast<float>(i * 37 % 101) / 7 - 5;
  for (nibble_patches patches : {nibble_patches{{2, 7, 9, 4}, {3, 2}, {1, 1}, {1, 1}, {1, 1, 0, 1}, 1},
                                 nibble_patches{{2, 7, 9, 4}, {3, 3}, {2, 3}, {1, 2}, {0, 1, 2, 2}, 2},
                                 nibble_patches{{2, 7, 9, 4}, {5, 1}, {1, 2}, {1, 1}, {2, 2, 0, 0}, 4}})
    EXPECT_EQ(getGram(data, patches), getExpectedGram(data, patches));
}

TEST(Observe, SaysWhyItCannotSave) { EXPECT_EQ(nibble_observe_save("/nowhere/statistics.json"), ENOENT); }

TEST(Observe, ThreadsMayObserveAtTheSameTime) {
  nibble_observe_reset();
  std::vector<float> data(1000, 1.0f);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { nibble_observe_f32("x", data.data(), data.size()); });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(llvm::cantFail(StatisticsFile::parse(getText(), "text")).values["x"].count(), 4000u);
}
