//===- RangeTest.cpp - ranges to quantization parameters --------------------------------------------------------===//

#include "nibble/Calibration/Range.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace nibble::calibration;

static constexpr CodeRange u8{0, 255, false}, s8{-128, 127, false}, s8Symmetric{-128, 127, true},
    s8Narrow{-127, 127, true};

TEST(ChooseParams, CoversTheRange) {
  AffineParams params = chooseParams({-1.0, 1.55}, u8); // 2.55 in 255 steps
  EXPECT_FLOAT_EQ(params.scale, 0.01f);
  EXPECT_EQ(params.zeroPoint, 100);
  params = chooseParams({-1.0, 1.55}, s8);
  EXPECT_EQ(params.zeroPoint, -28);
  params = chooseParams({0, 25.5}, u8);
  EXPECT_FLOAT_EQ(params.scale, 0.1f);
  EXPECT_EQ(params.zeroPoint, 0);
}

TEST(ChooseParams, SymmetricHasNoZeroPoint) {
  AffineParams params = chooseParams({-2.54, 1}, s8Narrow);
  EXPECT_FLOAT_EQ(params.scale, 0.02f);
  EXPECT_EQ(params.zeroPoint, 0);
  EXPECT_FLOAT_EQ(chooseParams({-1.28, 1}, s8Symmetric).scale, 0.01f);
  EXPECT_FLOAT_EQ(chooseParams({-7, 2.55}, {0, 255, true}).scale, 0.01f);
}

TEST(ChooseParams, ZeroIsInEveryRange) {
  AffineParams params = chooseParams({1, 2.55}, u8);
  EXPECT_FLOAT_EQ(params.scale, 0.01f);
  EXPECT_EQ(params.zeroPoint, 0);
  params = chooseParams({-2.55, -1}, u8);
  EXPECT_EQ(params.zeroPoint, 255);
}

TEST(ChooseParams, ScaleIsNormalAndFinite) {
  double largest = std::numeric_limits<float>::max();
  for (CodeRange codes : {u8, s8, s8Symmetric, s8Narrow, CodeRange{0, 1, false}}) {
    EXPECT_EQ(chooseParams({0, 0}, codes).scale, 1);
    for (Range range : {Range{-1e-45, 1e-45}, Range{-largest, largest}, Range{0, 1e-38}}) {
      AffineParams params = chooseParams(range, codes);
      EXPECT_TRUE(std::isnormal(params.scale));
      EXPECT_GE(params.zeroPoint, codes.minCode);
      EXPECT_LE(params.zeroPoint, codes.maxCode);
    }
  }
}

TEST(ChooseParams, RepresentedRangeIsThatOfTheCodes) {
  Range range = representedRange({0.5f, 100}, u8);
  EXPECT_EQ(range.min, -50);
  EXPECT_EQ(range.max, 77.5);
}
