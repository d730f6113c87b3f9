//===- IntegerTest.cpp - rounding, saturation and affine quantization of one number -----------------===//

#include "nibble/Numerics/Integer.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <limits>
#include <vector>

using namespace nibble::numerics;

static constexpr float infinity = std::numeric_limits<float>::infinity();
static constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

TEST(Integer, CodeRange) {
  EXPECT_EQ(minCode(true, 8), -128);
  EXPECT_EQ(minCode(true, 8, /*narrow=*/true), -127);
  EXPECT_EQ(maxCode(true, 8), 127);
  EXPECT_EQ(minCode(false, 4), 0);
  EXPECT_EQ(maxCode(false, 4), 15);
  EXPECT_EQ(maxCode(false, 16), 65535);
}

//===----------------------------------------------------------------------------------------------===//
// saturate
//===----------------------------------------------------------------------------------------------===//

/// The formula of the Spec in doubles, where every step is exact.
static int32_t clampAfterRounding(float x, int32_t zeroPoint, int32_t lo, int32_t hi, Rounding rounding) {
  double exact = std::isnan(x) ? 0.0 : static_cast<double>(x);
  double rounded = rounding == Rounding::HalfToEven ? std::nearbyint(exact) : std::round(exact);
  return static_cast<int32_t>(std::clamp(rounded + zeroPoint, double(lo), double(hi)));
}

/// Numbers around all integers and ties that matter to codes of 8 bits, and those far away.
static std::vector<float> makeDifficultNumbers() {
  std::vector<float> numbers = {infinity, notANumber, 0x1p-149f, 0x1p-126f, 0x1p23f, 0x1p24f, 0x1p31f, 3e38f, 1e9f};
  for (int quarter = 0; quarter <= 4 * 520; ++quarter) {
    float x = static_cast<float>(quarter) / 4;
    numbers.insert(numbers.end(), {x, std::nextafter(x, infinity), std::nextafter(x, -infinity)});
  }
  for (size_t i = 0, size = numbers.size(); i < size; ++i)
    numbers.push_back(-numbers[i]);
  return numbers;
}

TEST(Integer, SaturateIsClampAfterRounding) {
  for (auto [lo, hi] : {std::pair(-128, 127), std::pair(-127, 127), std::pair(0, 255), std::pair(-65536, 65536)})
    for (int32_t zeroPoint : {lo, lo + 1, (lo + hi) / 2, 0, 1, hi - 1, hi})
      for (Rounding rounding : {Rounding::HalfToEven, Rounding::HalfAwayFromZero})
        for (float x : makeDifficultNumbers())
          ASSERT_EQ(saturate(x, zeroPoint, lo, hi, rounding), clampAfterRounding(x, zeroPoint, lo, hi, rounding))
              << x << " + " << zeroPoint << " in [" << lo << ", " << hi << "]";
}

TEST(Integer, SaturateOfNotANumberIsTheCodeOfZero) {
  EXPECT_EQ(saturate(notANumber, 3, -128, 127), 3);
  EXPECT_EQ(saturate(-notANumber, 0, -128, 127), 0);
  EXPECT_EQ(saturate(notANumber, 200, -128, 127), 127);
}

TEST(Integer, TiesGoToEvenOrAway) {
  EXPECT_EQ(saturate(0.5f, 0, -128, 127), 0);
  EXPECT_EQ(saturate(1.5f, 0, -128, 127), 2);
  EXPECT_EQ(saturate(-2.5f, 0, -128, 127), -2);
  // The tie is between values, not between codes: an odd zero point does not turn it.
  EXPECT_EQ(saturate(0.5f, 1, -128, 127), 1);
  EXPECT_EQ(saturate(0.5f, 0, -128, 127, Rounding::HalfAwayFromZero), 1);
  EXPECT_EQ(saturate(-2.5f, 0, -128, 127, Rounding::HalfAwayFromZero), -3);
  // The largest float below 0.5, which floor(x + 0.5) would round up.
  EXPECT_EQ(saturate(0x1.fffffep-2f, 0, -128, 127, Rounding::HalfAwayFromZero), 0);
}

//===----------------------------------------------------------------------------------------------===//
// quantize, dequantize, requantize
//===----------------------------------------------------------------------------------------------===//

TEST(Integer, QuantizeDividesOnce) { // (S1)
  // 2.25f / 0.3f is just below the tie; times the rounded 1 / 0.3f it is 7.5, and 8 would come out.
  EXPECT_EQ(quantize(2.25f, 0.3f, 0, -128, 127), 7);
  EXPECT_EQ(saturate(2.25f * (1 / 0.3f), 0, -128, 127), 8);
  // Beyond the largest float, and below the smallest.
  EXPECT_EQ(quantize(3e38f, 0.001f, 0, -128, 127), 127);
  EXPECT_EQ(quantize(-1e-38f, 1e38f, 7, -128, 127), 7);
  // Zero over zero is not a number.
  EXPECT_EQ(quantize(0.0f, 0.0f, 7, -128, 127), 7);
  EXPECT_EQ(quantize(1.0f, 0.0f, 7, -128, 127), 127);
}

TEST(Integer, EveryCodeSurvivesDequantize) {
  for (float scale : {0.1f, 1.0f, 1.0f / 3, 0x1p-126f, 0x1p100f, 0.007843137f})
    for (int32_t zeroPoint = 0; zeroPoint <= 255; ++zeroPoint)
      for (int32_t code = 0; code <= 255; ++code)
        ASSERT_EQ(quantize(dequantize(code, scale, zeroPoint), scale, zeroPoint, 0, 255), code)
            << scale << ", " << zeroPoint;
}

TEST(Integer, DequantizeIsExactBeforeItsProduct) {
  EXPECT_EQ(dequantize(65535, 1.0f, -65535), 131070.0f);
  EXPECT_EQ(dequantize(-128, 0.5f, 127), -127.5f);
  EXPECT_EQ(dequantize(5, 0.1f, 5), 0.0f);
}

TEST(Integer, RequantizeRoundsProductThenCode) {
  for (float multiplier : {0.5f, 1.0f, 2.0f, 0.1f, 1.0f / 255, 37.5f})
    for (int32_t from : {0, 1, 127, 128, 255})
      for (int32_t to : {-128, -1, 0, 127})
        for (int32_t code = 0; code <= 255; ++code) {
          auto product = static_cast<float>(static_cast<double>(code - from) * multiplier);
          ASSERT_EQ(requantize(code, from, multiplier, to, -128, 127),
                    clampAfterRounding(product, to, -128, 127, Rounding::HalfToEven))
              << code << ", " << from << ", " << multiplier << ", " << to;
        }
}

//===----------------------------------------------------------------------------------------------===//
// choose
//===----------------------------------------------------------------------------------------------===//

TEST(Integer, ChooseSymmetric) {
  EXPECT_EQ(chooseSymmetric(254.0f, 127).scale, 2.0f);
  EXPECT_EQ(chooseSymmetric(0.0f, 127).scale, 1.0f);
  EXPECT_EQ(chooseSymmetric(1e-40f, 127).scale, 0x1p-126f);
  EXPECT_EQ(chooseSymmetric(infinity, 127).scale, std::numeric_limits<float>::max());
  EXPECT_EQ(chooseSymmetric(1.0f, 127).zeroPoint, 0);
}

TEST(Integer, ChooseAffineHoldsZeroAndBothEnds) {
  for (auto [lowest, highest] : {std::pair(-1.0f, 1.55f), std::pair(2.0f, 5.1f), std::pair(-7.0f, -3.0f),
                                 std::pair(-0.001f, 1000.0f), std::pair(0.0f, 1e-3f)}) {
    Parameters parameters = chooseAffine(lowest, highest, 0, 255);
    auto [scale, zeroPoint] = parameters;
    EXPECT_GE(zeroPoint, 0);
    EXPECT_LE(zeroPoint, 255);
    EXPECT_EQ(dequantize(quantize(0.0f, scale, zeroPoint, 0, 255), scale, zeroPoint), 0.0f);
    for (float end : {lowest, highest})
      EXPECT_LE(std::fabs(dequantize(quantize(end, scale, zeroPoint, 0, 255), scale, zeroPoint) - end), scale * 0.501f);
  }
  EXPECT_EQ(chooseAffine(0.0f, 0.0f, -128, 127).scale, 1.0f);
  EXPECT_EQ(chooseAffine(0.0f, 0.0f, -128, 127).zeroPoint, -128);
  // A range that overflows still has a scale.
  EXPECT_EQ(chooseAffine(-3e38f, 3e38f, 0, 255).scale, std::numeric_limits<float>::max());
}
