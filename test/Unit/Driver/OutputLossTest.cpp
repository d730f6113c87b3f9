//===- OutputLossTest.cpp - losses of outputs, computed by hand (docs/Spec.md, "Loss file") ----------------------------===//

#include "OutputLoss.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace nibble;

static data::Array makeArray(data::Shape shape, std::vector<float> elements) {
  data::Array array;
  array.type = {NIBBLE_F32, std::move(shape)};
  const char *bytes = reinterpret_cast<const char *>(elements.data());
  array.bytes.assign(bytes, bytes + elements.size() * sizeof(float));
  return array;
}

static assignment::Loss getLoss(const data::Array &exact, const data::Array &approximate, int64_t numSamples) {
  OutputLoss loss;
  loss.add(exact, approximate, numSamples);
  return loss.get();
}

// (S82): the energy 25 by the error 1 and 4.
TEST(OutputLoss, NoiseIsOfAllOutputsTogether) {
  assignment::Loss loss = getLoss(makeArray({1, 2, 1, 2}, {3, 4, 0, 0}), makeArray({1, 2, 1, 2}, {2, 4, 2, 0}), 1);
  EXPECT_NEAR(loss.sqnr, 10 * std::log10(25.0 / 5), 1e-12);
  EXPECT_EQ(loss.kl, std::nullopt);
}

// (S83): softmax of (0, log 3) is (1/4, 3/4), of (0, 0) it is (1/2, 1/2).
TEST(OutputLoss, DivergenceIsOfTheSoftmaxOfScores) {
  float logThree = std::log(3.0f);
  double expected = 0.25 * std::log(0.25 / 0.5) + 0.75 * std::log(0.75 / 0.5);
  assignment::Loss loss = getLoss(makeArray({1, 2}, {0, logThree}), makeArray({1, 2}, {0, 0}), 1);
  EXPECT_NEAR(*loss.kl, expected, 1e-7);
  // The mean over two samples, of which one has no loss; a number added to all scores changes nothing.
  loss = getLoss(makeArray({2, 2}, {0, logThree, 5, 6}), makeArray({2, 2}, {0, 0, 7, 8}), 2);
  EXPECT_NEAR(*loss.kl, expected / 2, 1e-7);
}

// (S83): probabilities are taken as they are.
TEST(OutputLoss, DivergenceOfDistributions) {
  assignment::Loss loss = getLoss(makeArray({1, 2}, {0.25f, 0.75f}), makeArray({1, 2}, {0.5f, 0.5f}), 1);
  EXPECT_NEAR(*loss.kl, 0.25 * std::log(0.5) + 0.75 * std::log(1.5), 1e-12);
  loss = getLoss(makeArray({1, 2}, {0.25f, 0.75f}), makeArray({1, 2}, {0, 1}), 1);
  EXPECT_NEAR(*loss.kl, 0.25 * std::log(0.25 / 1.17549435e-38) + 0.75 * std::log(0.75), 1e-6);
}

TEST(OutputLoss, EqualOutputsLoseNothing) {
  data::Array scores = makeArray({2, 3}, {1, 2, 3, 4, 5, 6});
  assignment::Loss loss = getLoss(scores, scores, 2);
  EXPECT_EQ(loss.sqnr, Noise::noNoise);
  EXPECT_EQ(loss.kl, 0.0);
}

TEST(OutputLoss, BatchesAddUp) {
  data::Array exact = makeArray({2, 2}, {1, 2, 4, 3}), approximate = makeArray({2, 2}, {1, 1, 4, 4});
  data::Array firstExact = makeArray({1, 2}, {1, 2}), firstApproximate = makeArray({1, 2}, {1, 1});
  data::Array secondExact = makeArray({1, 2}, {4, 3}), secondApproximate = makeArray({1, 2}, {4, 4});
  OutputLoss parts;
  parts.add(firstExact, firstApproximate, 1);
  parts.add(secondExact, secondApproximate, 1);
  assignment::Loss whole = getLoss(exact, approximate, 2);
  EXPECT_EQ(parts.get().sqnr, whole.sqnr);
  EXPECT_EQ(parts.get().kl, whole.kl);
}
