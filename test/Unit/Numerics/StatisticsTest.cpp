//===- StatisticsTest.cpp - statistics do not depend on chunks or order --------------------------------------===//

#include "nibble/Numerics/StatisticsText.h"
#include "gtest/gtest.h"
#include <limits>
#include <random>

using namespace nibble::numerics;

static std::vector<float> getSamples(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> samples(size);
  for (float &sample : samples)
    sample = normal(random);
  return samples;
}

/// Everything in statistics, as text.
static std::string getText(Statistics statistics) {
  std::map<std::string, Statistics> values;
  values["x"] = std::move(statistics);
  return StatisticsTextWriter::write(values, {});
}

TEST(Histogram, KeysHaveTheOrderOfTheReals) {
  float infinity = std::numeric_limits<float>::infinity();
  float ascending[] = {-infinity, -3.0f, -1.0f, -1e-40f, -0.0f, 0.0f, 1e-40f, 1.0f, 3.0f, infinity};
  for (size_t i = 1; i < std::size(ascending); ++i)
    EXPECT_LT(orderedKey(ascending[i - 1]), orderedKey(ascending[i]));
  for (float x : ascending)
    EXPECT_EQ(fromOrderedKey(orderedKey(x)), x);
  EXPECT_EQ(orderedKey(infinity), positiveInfinityKey);
  EXPECT_EQ(orderedKey(-infinity), negativeInfinityKey);
}

TEST(Histogram, EveryOctaveHas128EqualBins) {
  EXPECT_EQ(Histogram::bin(1.0f), 127 * 128);
  EXPECT_EQ(Histogram::bin(2.0f), 128 * 128);
  EXPECT_EQ(Histogram::bin(1.0f + 1.0f / 128), 127 * 128 + 1);
  EXPECT_EQ(Histogram::lowEdge(127 * 128), 1.0);
  EXPECT_EQ(Histogram::highEdge(127 * 128), 1.0 + 1.0 / 128);
  EXPECT_EQ(Histogram::bin(-1.0f), -127 * 128 - 1);
  EXPECT_EQ(Histogram::highEdge(-127 * 128 - 1), -1.0);
  EXPECT_EQ(Histogram::lowEdge(-127 * 128 - 1), -1.0 - 1.0 / 128);
}

TEST(Histogram, ReachesTheLargestFloats) {
  float largest = std::numeric_limits<float>::max();
  EXPECT_EQ(Histogram::bin(largest), Histogram::maxBin);
  EXPECT_EQ(Histogram::bin(-largest), Histogram::minBin);
  EXPECT_EQ(Histogram::highEdge(Histogram::maxBin), 0x1p128);
  EXPECT_EQ(Histogram::lowEdge(Histogram::minBin), -0x1p128);
}

TEST(Statistics, KeepsExtremesAndBatches) { // (S27)
  Statistics statistics;
  float first[] = {1, -2, 3}, second[] = {0.5f};
  statistics.update(first, 3);
  statistics.endBatch();
  statistics.update(second, 1);
  statistics.endBatch();
  statistics.endBatch(); // without elements: no batch
  EXPECT_EQ(statistics.count(), 4u);
  EXPECT_EQ(statistics.min(), -2);
  EXPECT_EQ(statistics.max(), 3);
  ASSERT_EQ(statistics.batches().size(), 2u);
  EXPECT_EQ(statistics.batches()[0].min, -2);
  EXPECT_EQ(statistics.batches()[1].max, 0.5f);
}

TEST(Statistics, CountsWhatIsNotFiniteApart) { // (S26)
  float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  float data[] = {1, nan, -infinity, -nan, infinity, 2};
  Statistics statistics;
  statistics.update(data, std::size(data));
  EXPECT_EQ(statistics.count(), 2u);
  EXPECT_EQ(statistics.nans(), 2u);
  EXPECT_EQ(statistics.infinities(), 2u);
  EXPECT_EQ(statistics.min(), 1);
  EXPECT_EQ(statistics.max(), 2);
}

TEST(Statistics, ChunksDoNotMatter) { // (S26)
  std::vector<float> samples = getSamples(10000, 1);
  samples[77] = std::numeric_limits<float>::infinity();
  Statistics whole;
  whole.update(samples.data(), samples.size());
  whole.endBatch();
  for (size_t chunk : {1, 7, 2048, 4097}) {
    Statistics parts;
    for (size_t begin = 0; begin < samples.size(); begin += chunk)
      parts.update(samples.data() + begin, std::min(chunk, samples.size() - begin));
    parts.endBatch();
    EXPECT_EQ(getText(std::move(parts)), getText(Statistics(whole.min(), whole.max(), 0, 1, whole.batches(), [&] {
                                           Histogram copy;
                                           copy.merge(whole.histogram());
                                           return copy;
                                         }())));
  }
}

TEST(Statistics, MergesInAnyOrder) { // (S26)
  Statistics forwards, backwards, empty;
  std::vector<Statistics> shards(3);
  for (size_t i = 0; i < shards.size(); ++i) {
    std::vector<float> samples = getSamples(1000, i);
    shards[i].update(samples.data(), samples.size()); // one unfinished batch: order is kept by batches only
  }
  for (size_t i = 0; i < shards.size(); ++i) {
    forwards.merge(shards[i]);
    backwards.merge(shards[shards.size() - 1 - i]);
  }
  backwards.merge(empty);
  EXPECT_EQ(getText(std::move(forwards)), getText(std::move(backwards)));
}

TEST(Statistics, KeepsTheLastBatches) { // (S27)
  Statistics statistics;
  for (int batch = 0; batch < 5000; ++batch) {
    float x = batch;
    statistics.update(&x, 1);
    statistics.endBatch();
  }
  ASSERT_EQ(statistics.batches().size(), Statistics::maxBatches);
  EXPECT_EQ(statistics.batches().back().max, 4999);
  EXPECT_EQ(statistics.batches().front().max, 5000 - Statistics::maxBatches);
}

TEST(StatisticsText, EscapesNames) {
  std::map<std::string, Statistics> values;
  values["a\"\\\n"];
  EXPECT_NE(StatisticsTextWriter::write(values, {}).find(R"("a\"\\\u000a")"), std::string::npos);
}
