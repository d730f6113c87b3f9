//===- CalibratorTest.cpp - calibrators on data whose answer is known -------------------------------------------===//

#include "nibble/Calibration/Calibrator.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"
#include <random>

using namespace nibble::calibration;
using namespace nibble::numerics;

static constexpr CodeRange u8{0, 255, false}, s8{-127, 127, true};

static Range choose(llvm::StringRef calibrator, const Statistics &statistics, CodeRange codes) {
  return llvm::cantFail(createCalibrator(calibrator))->chooseRange(statistics, codes);
}

static std::string getError(llvm::StringRef calibrator) {
  llvm::Expected<std::unique_ptr<Calibrator>> created = createCalibrator(calibrator);
  return created ? "" : llvm::toString(created.takeError());
}

static Statistics getStatistics(llvm::ArrayRef<std::vector<float>> batches) {
  Statistics statistics;
  for (const std::vector<float> &batch : batches) {
    statistics.update(batch.data(), batch.size());
    statistics.endBatch();
  }
  return statistics;
}

/// Normally distributed, and one outlier of 100.
static std::vector<float> getSamplesWithOutlier() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> samples(100000);
  for (float &sample : samples)
    sample = normal(random);
  samples[0] = 100;
  return samples;
}

/// The mean squared error of the samples themselves.
static double getMse(llvm::ArrayRef<float> samples, Range range, CodeRange codes) {
  AffineParams params = chooseParams(range, codes);
  Range represented = representedRange(params, codes);
  double sum = 0;
  for (double x : samples) {
    double clipped = std::clamp(x, represented.min, represented.max);
    double error = x - std::nearbyint(clipped / params.scale) * params.scale;
    sum += error * error;
  }
  return sum / samples.size();
}

TEST(Calibrator, NamesAreKnown) {
  for (const CalibratorInfo &info : getCalibrators())
    EXPECT_EQ(getError(info.name), "");
  EXPECT_EQ(getError("median"),
            "unknown calibrator 'median', expected one of entropy, min-max, moving-average, mse, percentile");
  EXPECT_EQ(getError("percentile:high"), "expected a number after 'percentile:', got 'high'");
  EXPECT_EQ(getError("percentile:"), "expected a number after 'percentile:', got ''");
  EXPECT_EQ(getError("percentile:101"), "the parameter of calibrator 'percentile' is above 0 and at most 100, got 101");
  EXPECT_EQ(getError("moving-average:0"),
            "the parameter of calibrator 'moving-average' is above 0 and at most 1, got 0");
  for (llvm::StringRef name : {"entropy", "min-max", "mse"})
    EXPECT_EQ(getError((name + ":1").str()), ("calibrator '" + name + "' takes no parameter").str());
}

TEST(Calibrator, NothingSeenIsAnEmptyRange) {
  for (const CalibratorInfo &info : getCalibrators())
    for (CodeRange codes : {u8, s8}) {
      Range range = choose(info.name, Statistics(), codes);
      EXPECT_EQ(range.min, 0);
      EXPECT_EQ(range.max, 0);
    }
}

TEST(Calibrator, StaysWithinWhatWasSeen) {
  std::vector<std::vector<float>> sets = {{0, 0, 0}, {5}, {-5}, {-1e38f, 1e38f}, {1e-40f}, {-3, 0, 1, 1, 2}};
  for (const CalibratorInfo &info : getCalibrators())
    for (const std::vector<float> &set : sets)
      for (CodeRange codes : {u8, s8, CodeRange{-2, 1, false}}) {
        Range range = choose(info.name, getStatistics({set}), codes);
        EXPECT_LE(range.min, 0);
        EXPECT_GE(range.max, 0);
        EXPECT_GE(range.min, std::min(0.0f, *llvm::min_element(set))) << info.name.str();
        EXPECT_LE(range.max, std::max(0.0f, *llvm::max_element(set))) << info.name.str();
      }
}

TEST(MinMaxCalibrator, TakesEverythingAndZero) {
  Range range = choose("min-max", getStatistics({{1, 2}, {3, 1.5f}}), u8);
  EXPECT_EQ(range.min, 0);
  EXPECT_EQ(range.max, 3);
}

TEST(MovingAverageCalibrator, AveragesBatchesInOrder) {
  // 1, then 1 + (3 - 1) / 2 = 2, then 2 + (4 - 2) / 2 = 3.
  Range range = choose("moving-average:0.5", getStatistics({{-1, 1}, {-1, 3}, {-1, 4}}), u8);
  EXPECT_EQ(range.min, -1);
  EXPECT_EQ(range.max, 3);
  // 4, then 3.5, then 2.25.
  EXPECT_EQ(choose("moving-average:0.5", getStatistics({{4}, {3}, {1}}), u8).max, 2.25);
}

TEST(PercentileCalibrator, LeavesOutBothEnds) {
  std::vector<float> samples;
  for (int i = -1000; i <= 1000; ++i)
    samples.push_back(i / 1000.0f);
  // Evenly spread: 90 % of it lies between -0.9 and 0.9. A bin is at most 1/128 of its value wide.
  Range range = choose("percentile:90", getStatistics({samples}), u8);
  EXPECT_NEAR(range.min, -0.9, 0.9 / 128);
  EXPECT_NEAR(range.max, 0.9, 0.9 / 128);
  range = choose("percentile:90", getStatistics({samples}), s8);
  EXPECT_NEAR(range.min, -0.9, 0.9 / 128);
  EXPECT_NEAR(range.max, 0.9, 0.9 / 128);
  range = choose("percentile:100", getStatistics({samples}), u8);
  EXPECT_EQ(range.min, -1);
  EXPECT_EQ(range.max, 1);
}

TEST(MseCalibrator, KeepsEvenlySpreadData) {
  std::vector<float> samples;
  for (int i = 0; i <= 10000; ++i)
    samples.push_back(i / 10000.0f);
  Range range = choose("mse", getStatistics({samples}), u8);
  EXPECT_NEAR(range.max, 1, 0.005);
  EXPECT_EQ(range.min, 0);
}

TEST(MseCalibrator, IsExactOnFewPoints) {
  // Two bits without a zero point: {-1, 0, 1} * scale. 0.1 is cheap to lose, 1 is not.
  Range range = choose("mse", getStatistics({{0.1f, 1, 1, -1}}), {-1, 1, true});
  EXPECT_NEAR(range.max, 1, 0.01);
  // A lone outlier is worth less than ten thousand others.
  std::vector<float> samples(10000, 1.0f);
  samples.push_back(10);
  EXPECT_NEAR(choose("mse", getStatistics({samples}), {-1, 1, true}).max, 1, 0.01);
}

TEST(MseCalibrator, NoThresholdOfASweepIsBetter) {
  std::vector<float> samples = getSamplesWithOutlier();
  Statistics statistics = getStatistics({samples});
  for (CodeRange codes : {s8, CodeRange{-7, 7, true}, u8, CodeRange{0, 15, false}}) {
    double found = getMse(samples, choose("mse", statistics, codes), codes);
    for (double threshold = 0.5; threshold < 100; threshold *= 1.02) {
      Range range = {std::max(-threshold, double(statistics.min())), threshold};
      EXPECT_LE(found, getMse(samples, range, codes) * 1.01) << threshold << " " << codes.maxCode;
    }
  }
}

TEST(EntropyCalibrator, CutsOffAnOutlier) {
  Statistics statistics = getStatistics({getSamplesWithOutlier()});
  Range range = choose("entropy", statistics, s8);
  EXPECT_LT(range.max, 20);
  EXPECT_GT(range.max, 2);
  EXPECT_EQ(range.min, std::max(-range.max, double(statistics.min())));
}

TEST(EntropyCalibrator, KeepsEvenlySpreadData) {
  std::vector<float> samples;
  for (int i = 0; i <= 100000; ++i)
    samples.push_back(i / 100000.0f);
  EXPECT_NEAR(choose("entropy", getStatistics({samples}), u8).max, 1, 0.01);
}
