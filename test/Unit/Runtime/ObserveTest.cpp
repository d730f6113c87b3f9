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
