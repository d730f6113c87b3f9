//===- SmallFloatTest.cpp - f16 and bf16, every code -------------------------------------------------===//

#include "nibble/Numerics/SmallFloat.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace nibble::numerics;

static constexpr float infinity = std::numeric_limits<float>::infinity();

/// The value of a 16-bit float from its fields, in doubles.
static double decode(uint16_t bits, int exponentBits) {
  int fractionBits = 15 - exponentBits, bias = (1 << (exponentBits - 1)) - 1;
  int exponent = (bits & 0x7fff) >> fractionBits, fraction = bits & ((1 << fractionBits) - 1);
  double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == (1 << exponentBits) - 1)
    return fraction ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  int scale = std::max(exponent, 1) - bias - fractionBits;
  return sign * std::ldexp(fraction + (exponent ? 1 << fractionBits : 0), scale);
}

/// Widening, narrowing back, and rounding between neighbours, for every pattern of a format.
static void checkEveryCode(int exponentBits, float (*widen)(uint16_t), uint16_t (*narrow)(float)) {
  uint16_t infinityBits = ((1 << exponentBits) - 1) << (15 - exponentBits);
  for (uint32_t code = 0; code <= 0xffff; ++code) {
    auto bits = static_cast<uint16_t>(code);
    double value = decode(bits, exponentBits);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(widen(bits))) << code;
      ASSERT_TRUE(std::isnan(widen(narrow(widen(bits))))) << code;
      continue;
    }
    ASSERT_EQ(widen(bits), static_cast<float>(value)) << code;
    ASSERT_EQ(std::signbit(widen(bits)), (bits & 0x8000) != 0) << code;
    ASSERT_EQ(narrow(widen(bits)), bits) << code;
    if ((bits & 0x7fff) >= infinityBits - 1)
      continue;
    // The tie with the next larger magnitude goes to the even pattern, what lies beside it to the nearer one.
    uint16_t next = bits + 1;
    auto tie = static_cast<float>((value + decode(next, exponentBits)) / 2);
    ASSERT_EQ(narrow(tie), bits % 2 ? next : bits) << code;
    ASSERT_EQ(narrow(std::nextafter(tie, 0.0f)), bits) << code;
    ASSERT_EQ(narrow(std::nextafter(tie, value < 0 || bits == 0x8000 ? -infinity : infinity)), next) << code;
  }
}

TEST(SmallFloat, EveryHalf) { checkEveryCode(5, halfToFloat, floatToHalf); }
TEST(SmallFloat, EveryBfloat) { checkEveryCode(8, bfloatToFloat, floatToBfloat); }

TEST(SmallFloat, Overflow) {
  EXPECT_EQ(floatToHalf(65519.99f), 0x7bff); // below the tie between 65504 and what would be 65536
  EXPECT_EQ(floatToHalf(65520.0f), 0x7c00);
  EXPECT_EQ(floatToHalf(-1e30f), 0xfc00);
  EXPECT_EQ(floatToBfloat(std::numeric_limits<float>::max()), 0x7f80);
}

TEST(SmallFloat, RoundToOddNarrowsOnce) {
  // Just above the tie between 1 and the next f16: rounding to f32 first would land on the tie and go to 1.
  double aboveTie = 1 + 0x1p-11 + 0x1p-40;
  EXPECT_EQ(floatToHalf(static_cast<float>(aboveTie)), floatToHalf(1.0f));
  EXPECT_EQ(floatToHalf(doubleToFloatRoundToOdd(aboveTie)), floatToHalf(1.0f) + 1);
  EXPECT_EQ(floatToHalf(doubleToFloatRoundToOdd(-aboveTie)), floatToHalf(-1.0f) + 1);
  EXPECT_EQ(doubleToFloatRoundToOdd(0.5), 0.5f);
  // Towards zero and odd: the float below, or the one itself when it is odd.
  EXPECT_EQ(floatToBits(doubleToFloatRoundToOdd(1 + 0x1p-30)), floatToBits(1.0f) | 1);
  EXPECT_EQ(floatToBits(doubleToFloatRoundToOdd(1 - 0x1p-30)), floatToBits(1.0f) - 1);
  EXPECT_EQ(doubleToFloatRoundToOdd(1e300), std::numeric_limits<float>::max());
  EXPECT_EQ(doubleToFloatRoundToOdd(-1e-300), -0x1p-149f);
  EXPECT_TRUE(std::isinf(doubleToFloatRoundToOdd(-std::numeric_limits<double>::infinity())));
  EXPECT_TRUE(std::isnan(doubleToFloatRoundToOdd(std::numeric_limits<double>::quiet_NaN())));
}
