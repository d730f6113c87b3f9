//===- FixedPointTest.cpp - requantization as other systems do it ---------------------------------------===//

#include "nibble/Numerics/FixedPoint.h"
#include "gtest/gtest.h"
#include <initializer_list>

using namespace nibble::numerics;

static constexpr int32_t lowest = std::numeric_limits<int32_t>::min(), highest = std::numeric_limits<int32_t>::max();

/// Floor of a / 2^shift, and its ties, without the implementation's shifts of negative numbers.
static int64_t floorDivide(__int128 a, int shift) {
  __int128 divisor = __int128(1) << shift, quotient = a / divisor;
  return static_cast<int64_t>(quotient - (a % divisor < 0 ? 1 : 0));
}
static int64_t roundHalfUp(__int128 a, int shift) { return floorDivide(2 * a + (__int128(1) << shift), shift + 1); }
static int64_t roundHalfAwayFromZero(__int128 a, int shift) {
  return a < 0 ? -roundHalfUp(-a, shift) : roundHalfUp(a, shift);
}

TEST(FixedPoint, Multiplier) {
  auto expect = [](double real, int32_t multiplier, int shift) {
    FixedPointMultiplier made = makeFixedPointMultiplier(real);
    EXPECT_EQ(made.multiplier, multiplier) << real;
    EXPECT_EQ(made.shift, shift) << real;
  };
  expect(0.5, 1 << 30, 0);
  expect(1.0, 1 << 30, 1);
  expect(0.75, 3 << 29, 0);
  expect(0.1, 1717986918, -3); // 0.8 * 2^31 = 1717986918.4
  expect(0.0, 0, 0);
  expect(1 - 0x1p-40, 1 << 30, 1); // rounds up to the next binade
  expect(0x1p-32, 1 << 30, -31);
  expect(0x1p-33, 0, 0);
  expect(0x1p40, highest, 30);
}

TEST(FixedPoint, HighMultiply) {
  EXPECT_EQ(roundingDoublingHighMultiply(lowest, lowest), highest);
  EXPECT_EQ(roundingDoublingHighMultiply(1 << 30, 1 << 30), 1 << 29);
  EXPECT_EQ(roundingDoublingHighMultiply(1, 1 << 30), 1);   // 0.5
  EXPECT_EQ(roundingDoublingHighMultiply(-1, 1 << 30), 0);  // -0.5: half the nudge is missing, and division cuts off
  EXPECT_EQ(roundingDoublingHighMultiply(-3, 1 << 30), -1); // -1.5
  EXPECT_EQ(roundingDoublingHighMultiply(3, 1 << 30), 2);
}

TEST(FixedPoint, DivideByPowerOfTwo) {
  for (int exponent = 0; exponent <= 12; ++exponent)
    for (int32_t x = -5000; x <= 5000; ++x)
      ASSERT_EQ(roundingDivideByPowerOfTwo(x, exponent), roundHalfAwayFromZero(x, exponent)) << x << " " << exponent;
  EXPECT_EQ(roundingDivideByPowerOfTwo(lowest, 31), -1);
  EXPECT_EQ(roundingDivideByPowerOfTwo(highest, 31), 1);
  EXPECT_EQ(roundingDivideByPowerOfTwo(lowest, 0), lowest);
}

/// Accumulators of a layer and the difficult ones.
template <typename Check> static void forValues(Check check) {
  for (int32_t x = -3000; x <= 3000; ++x)
    check(x);
  for (int32_t x :
       {lowest, lowest + 1, -(1 << 30), (1 << 30) - 1, 1 << 30, highest - 1, highest, 123456789, -987654321})
    check(x);
}

TEST(FixedPoint, TfliteDoubleRoundsTwice) { // (S21)
  for (int shift = -31; shift <= 0; ++shift)
    for (int32_t multiplier : {1 << 30, 1717986918, (1 << 30) + 1, highest})
      forValues([&](int32_t x) {
        __int128 product = __int128(x) * multiplier;
        // The first rounding, as a floor or ceiling of the nudged product.
        int64_t high = product >= 0 ? floorDivide(product + (1 << 30), 31) : -floorDivide(-product - 1 + (1 << 30), 31);
        ASSERT_EQ(multiplyTfliteDouble(x, {multiplier, shift}), roundHalfAwayFromZero(high, -shift))
            << x << " " << multiplier << " " << shift;
      });
  // 5 * 0.1 is 0.5: 5 * 1717986918 / 2^31 = 3.9999999990 becomes 4, and 4 / 8 becomes 1. Once rounded it is below one
  // half.
  EXPECT_EQ(multiplyTfliteDouble(5, makeFixedPointMultiplier(0.1)), 1);
  EXPECT_EQ(multiplyTfliteSingle(5, makeFixedPointMultiplier(0.1)), 0);
  // A left shift comes first.
  EXPECT_EQ(multiplyTfliteDouble(5, {1 << 30, 3}), 20);
}

TEST(FixedPoint, TfliteSingleRoundsOnce) { // (S22)
  for (int shift = -31; shift <= 30; ++shift)
    for (int32_t multiplier : {1 << 30, 1717986918, (1 << 30) + 1, highest})
      forValues([&](int32_t x) {
        ASSERT_EQ(multiplyTfliteSingle(x, {multiplier, shift}),
                  static_cast<int32_t>(roundHalfUp(__int128(x) * multiplier, 31 - shift)))
            << x << " " << multiplier << " " << shift;
      });
  EXPECT_EQ(multiplyTfliteSingle(-1, {1 << 30, 0}), 0); // -0.5 goes up
  EXPECT_EQ(multiplyTfliteSingle(1, {1 << 30, 0}), 1);
}

TEST(FixedPoint, TosaApplyScale32) { // (S23)
  for (int shift = 2; shift <= 62; ++shift)
    for (int32_t multiplier : {0, 1, 1 << 30, 1717986918, highest})
      forValues([&](int32_t value) {
        if (value < -(int64_t(1) << (shift - 1)) || value >= int64_t(1) << (shift - 1))
          return;
        __int128 product = __int128(value) * multiplier;
        ASSERT_EQ(applyScale32(value, multiplier, shift, false), static_cast<int32_t>(roundHalfUp(product, shift)));
        // Twice rounded: 2^30 towards the value's side joins the half.
        __int128 nudge = shift > 31 ? (value >= 0 ? 1 << 30 : -(1 << 30)) : 0;
        ASSERT_EQ(applyScale32(value, multiplier, shift, true),
                  static_cast<int32_t>(roundHalfUp(product + nudge, shift)));
      });
  // 5 * 1717986918 / 2^34 is just below one half; the double rounding lifts it to 1 as TFLite's does.
  EXPECT_EQ(applyScale32(5, 1717986918, 34, false), 0);
  EXPECT_EQ(applyScale32(5, 1717986918, 34, true), 1);
  EXPECT_EQ(applyScale32(-5, 1717986918, 34, true), -1);
}

TEST(FixedPoint, TosaApplyScale16) {
  for (int shift = 2; shift <= 62; ++shift)
    for (int16_t multiplier : {int16_t(0), int16_t(1), int16_t(1 << 14), int16_t(26214), int16_t(32767)})
      for (int64_t value : {int64_t(0), int64_t(1), int64_t(-1), int64_t(1000), int64_t(-1000), (int64_t(1) << 47) - 1,
                            -(int64_t(1) << 47)})
        ASSERT_EQ(applyScale16(value, multiplier, shift),
                  static_cast<int32_t>(roundHalfUp(__int128(value) * multiplier, shift)));
  EXPECT_EQ(applyScale16(3, 1 << 14, 15), 2); // 1.5
  EXPECT_EQ(applyScale16(-3, 1 << 14, 15), -1);
}

TEST(FixedPoint, Requantize) { // (S70)
  using Rounding = FixedPointRounding;
  // 5 * 0.1 with a zero point on either side: once rounded 0, twice 1.
  EXPECT_EQ(requantizeFixedPoint(15, 10, {1717986918, -3}, 100, -128, 127, Rounding::TfliteSingle), 100);
  EXPECT_EQ(requantizeFixedPoint(15, 10, {1717986918, -3}, 100, -128, 127, Rounding::TfliteDouble), 101);
  EXPECT_EQ(requantizeFixedPoint(15, 10, {1717986918, 34}, 100, -128, 127, Rounding::Tosa), 100);
  // 2^16 * 2^30, in 32 bits; and a sum that is clamped, not cut.
  EXPECT_EQ(requantizeFixedPoint(65535, 0, {1 << 30, 16}, highest, lowest, highest, Rounding::TfliteSingle), highest);
  EXPECT_TRUE(isFixedPointMultiplier(Rounding::Tosa, {0, 62}));
  EXPECT_FALSE(isFixedPointMultiplier(Rounding::Tosa, {0, 1}));
  EXPECT_FALSE(isFixedPointMultiplier(Rounding::TfliteSingle, {-1, 0}));
  EXPECT_FALSE(isFixedPointMultiplier(Rounding::TfliteDouble, {1, 31}));
}
