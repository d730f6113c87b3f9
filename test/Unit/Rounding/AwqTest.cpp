//===- AwqTest.cpp - factors of channels, computed by hand --------------------------------------------------------------===//

#include "nibble/Rounding/Awq.h"
#include "gtest/gtest.h"
#include <vector>

using namespace nibble::rounding;

static std::vector<float> getFactors(llvm::ArrayRef<float> magnitudes, double exponent) {
  llvm::SmallVector<float> factors = getChannelFactors(magnitudes, exponent);
  return {factors.begin(), factors.end()};
}

TEST(Awq, FactorsArePowersAroundTheMiddle) {
  EXPECT_EQ(getFactors({16, 1, 4}, 0.5), (std::vector<float>{2, 0.5, 1}));
  EXPECT_EQ(getFactors({16, 1, 4}, 0), (std::vector<float>{1, 1, 1}));
}

TEST(Awq, ChannelsWithoutElementsHaveFactors) {
  EXPECT_EQ(getFactors({1, 0}, 0.5), (std::vector<float>{0x1p2f * 1.41421356f, 1.41421356f / 8}));
  EXPECT_EQ(getFactors({0, 0}, 0.5), (std::vector<float>{1, 1}));
  EXPECT_EQ(getFactors({}, 0.5), (std::vector<float>{}));
}

/// (S68)
TEST(Awq, TheLeastErrorWins) {
  // With magnitudes of 4 and 1, the first factor is 2^exponent.
  ChannelFactors found = searchChannelFactors({4, 1}, [](llvm::ArrayRef<float> factors) {
    double error = factors[0] - 1.4142135;
    return error * error;
  });
  EXPECT_EQ(found.exponent, 0.5);
  EXPECT_LT(found.error, 1e-12);
  EXPECT_GT(found.plainError, 0.1);
}

TEST(Awq, OfEqualErrorsTheFirstWins) {
  ChannelFactors found = searchChannelFactors({4, 1}, [](llvm::ArrayRef<float>) { return 1.0; });
  EXPECT_EQ(found.exponent, 0);
  EXPECT_EQ(found.factors, (llvm::SmallVector<float>{1, 1}));
}
