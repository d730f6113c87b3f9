//===- IntegerTest.cpp - rounding, saturation and affine quantization of one number -----------------===//

#include "nibble/Numerics/Integer.h"
#include "gtest/gtest.h"
#include <limits>

using namespace nibble::numerics;

TEST(Integer, CodeRange) {
  EXPECT_EQ(minCode(true, 8), -128);
  EXPECT_EQ(minCode(true, 8, /*narrow=*/true), -127);
  EXPECT_EQ(maxCode(true, 8), 127);
  EXPECT_EQ(minCode(false, 4), 0);
  EXPECT_EQ(maxCode(false, 4), 15);
}

TEST(Integer, TiesGoToEven) {
  EXPECT_EQ(quantize(0.5f, 1.0f, 0, -128, 127), 0);
  EXPECT_EQ(quantize(1.5f, 1.0f, 0, -128, 127), 2);
  EXPECT_EQ(quantize(-2.5f, 1.0f, 0, -128, 127), -2);
}

TEST(Integer, AnyFloatHasACode) {
  float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(saturate(infinity, 3, -128, 127), 127);
  EXPECT_EQ(saturate(-infinity, 3, -128, 127), -128);
  EXPECT_EQ(saturate(std::numeric_limits<float>::quiet_NaN(), 3, -128, 127), 3);
}

TEST(Integer, EveryCodeSurvivesDequantize) {
  for (int32_t code = -128; code <= 127; ++code)
    EXPECT_EQ(quantize(dequantize(code, 0.1f, 5), 0.1f, 5, -128, 127), code);
}
