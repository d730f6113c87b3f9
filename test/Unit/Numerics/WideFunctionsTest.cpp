//===- WideFunctionsTest.cpp - functions that are computed in f64 against the correctly rounded result ----===//
//
// Every 4001st of the 2^32 arguments, or all of them with NIBBLE_EXHAUSTIVE=1 in the environment (three hours on one core), against C's
// functions of long double, which are within units of the last of 64 bits.
//
//===----------------------------------------------------------------------------------------------------===//

#include "nibble/Numerics/Angles.h"
#include "gtest/gtest.h"
#include <cstdlib>

using namespace nibble;

static_assert(std::numeric_limits<long double>::digits >= 64, "exact results are computed in long double");

static constexpr float infinity = std::numeric_limits<float>::infinity();
static constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
/// In units of the last place of the exact result as f32.
static constexpr long double bound = 0.501L;

namespace {
struct Function {
  const char *name;
  float (*compute)(float);
  long double (*exact)(long double);
};
struct BinaryFunction {
  const char *name;
  float (*compute)(float, float);
  long double (*exact)(long double, long double);
};
} // namespace

static const Function functions[] = {
    {"acos", numerics::acos<float>, acosl},    {"acosh", numerics::acosh<float>, acoshl},
    {"asin", numerics::asin<float>, asinl},    {"asinh", numerics::asinh<float>, asinhl},
    {"atan", numerics::atan<float>, atanl},    {"atanh", numerics::atanh<float>, atanhl},
    {"cbrt", numerics::cbrt<float>, cbrtl},    {"cos", numerics::cos<float>, cosl},
    {"cosh", numerics::cosh<float>, coshl},    {"erfc", numerics::erfc<float>, erfcl},
    {"exp2", numerics::exp2<float>, exp2l},    {"expm1", numerics::expm1<float>, expm1l},
    {"log10", numerics::log10<float>, log10l}, {"log1p", numerics::log1p<float>, log1pl},
    {"log2", numerics::log2<float>, log2l},    {"sin", numerics::sin<float>, sinl},
    {"sinh", numerics::sinh<float>, sinhl},    {"tan", numerics::tan<float>, tanl},
};
static const BinaryFunction binaryFunctions[] = {
    {"atan2", numerics::atan2<float>, atan2l},
    {"pow", numerics::pow<float>, powl},
};

/// The distance of neighbouring f32 numbers around a real number.
static long double getUlp(long double exact) {
  long double magnitude = std::fabs(exact);
  return std::ldexp(1.0L, (magnitude < 0x1p-126L ? -126 : std::ilogb(magnitude)) - 23);
}

static bool isWithinBound(float result, long double exact) {
  auto rounded = static_cast<float>(exact);
  if (std::isnan(rounded))
    return std::isnan(result);
  if (std::isinf(rounded) || std::isinf(result))
    return result == rounded;
  bool hasSign = rounded != 0 || result != 0 || std::signbit(result) == std::signbit(rounded);
  return hasSign && std::fabs(result - exact) <= bound * getUlp(exact);
}

static uint64_t getStride() {
  const char *exhaustive = std::getenv("NIBBLE_EXHAUSTIVE");
  return exhaustive && *exhaustive == '1' ? 1 : 4001;
}

TEST(WideFunctions, AreWithinTheirBounds) { // (S69)
  for (const Function &function : functions)
    for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += getStride()) {
      float x = numerics::floatFromBits(static_cast<uint32_t>(bits)), result = function.compute(x);
      ASSERT_TRUE(isWithinBound(result, function.exact(x))) << function.name << " of " << x << " is " << result;
    }
}

/// Around powers of two, zeros, ends, and where the formulas switch: 1, pi / 4, tan(pi / 8), and where words of 2 / pi change.
TEST(WideFunctions, AreWithinTheirBoundsWhereTheFormulaChanges) {
  const float places[] = {0.0f, 0x1p-149f, 0x1p-126f, 1.0f, 0.5f, 2.0f, 0.7853982f, 2.3561945f, 0.41421357f, 2.4142137f, 0.7071068f,
                          0x1p25f, 0x1p57f, 0x1p89f, 0x1p121f, 0x1p24f, 10.05f, 88.72284f, 103.97208f, 128.0f, 149.0f, 3.4e38f};
  for (const Function &function : functions)
    for (float place : places)
      for (float sign : {1.0f, -1.0f})
        for (uint32_t offset = 0; offset < 400; ++offset) {
          float x = numerics::floatFromBits(numerics::floatToBits(sign * place) + offset - 200), result = function.compute(x);
          ASSERT_TRUE(isWithinBound(result, function.exact(x))) << function.name << " of " << x << " is " << result;
        }
}

/// Next to a multiple of pi / 2; the first is the nearest of all f32 numbers, 2^-29.3 away.
TEST(WideFunctions, AnglesNextToAQuarter) {
  for (float x : {16367173 * 0x1p72f, 0x1.f9cbe2p7f, 0x1.921fb6p0f, 0x1.921fb6p1f, 0x1.2d97c8p2f, 0x1.fffffep127f})
    for (const Function &function : functions)
      EXPECT_TRUE(isWithinBound(function.compute(x), function.exact(x))) << function.name << " of " << x;
}

/// All bits are equally likely, or the power is a number; every seventh exponent is an integer.
TEST(WideFunctions, BinaryFunctionsAreWithinTheirBounds) { // (S69)
  uint32_t state = 1;
  auto next = [&] { return state = state * 1664525u + 1013904223u; };
  for (int i = 0; i < 1000000; ++i) {
    float x = numerics::floatFromBits(next()), y = numerics::floatFromBits(next());
    if (i % 2 == 1)
      y = (static_cast<float>(next() >> 8) * 0x1p-23f - 1) * 105 / std::log(std::fabs(x));
    if (i % 7 == 0)
      y = std::nearbyint(y);
    for (const BinaryFunction &function : binaryFunctions) {
      float result = function.compute(x, y);
      ASSERT_TRUE(isWithinBound(result, function.exact(x, y))) << function.name << " of " << x << ", " << y << " is " << result;
    }
  }
}

TEST(WideFunctions, BinaryFunctionsOfSpecialArguments) {
  const float numbers[] = {0.0f,    1.0f,         0.5f,     2.0f,           3.0f,       2.5f,
                           0x1p23f, 0x1.000002p23f, 0x1p24f, 0x1.fffffep23f, 0x1p-149f, std::numeric_limits<float>::max(),
                           1e9f,    infinity,     notANumber};
  for (const BinaryFunction &function : binaryFunctions)
    for (float x : numbers)
      for (float y : numbers)
        for (float signs : {1.0f, -1.0f})
          for (float sign : {1.0f, -1.0f}) {
            float result = function.compute(signs * x, sign * y);
            EXPECT_TRUE(isWithinBound(result, function.exact(signs * x, sign * y)))
                << function.name << " of " << signs * x << ", " << sign * y << " is " << result;
          }
}

TEST(WideFunctions, AreExactWhereResultsAreIntegers) {
  for (int exponent = -149; exponent < 128; ++exponent) {
    EXPECT_EQ(numerics::exp2(static_cast<float>(exponent)), std::ldexp(1.0f, exponent));
    EXPECT_EQ(numerics::log2(std::ldexp(1.0f, exponent)), static_cast<float>(exponent));
  }
  EXPECT_EQ(numerics::log10(1000.0f), 3.0f);
  EXPECT_EQ(numerics::cbrt(-27.0f), -3.0f);
  EXPECT_EQ(numerics::pow(-3.0f, 5.0f), -243.0f);
}

/// Some results, so that a change of the sequence shows.
TEST(WideFunctions, WorkedBits) {
  EXPECT_EQ(numerics::floatToBits(numerics::exp2(0.5f)), 0x3fb504f3u);
  EXPECT_EQ(numerics::floatToBits(numerics::log2(3.0f)), 0x3fcae00du);
  EXPECT_EQ(numerics::floatToBits(numerics::sin(1e6f)), 0xbeb33259u);
  EXPECT_EQ(numerics::floatToBits(numerics::cos(1.0f)), 0x3f0a5140u);
  EXPECT_EQ(numerics::floatToBits(numerics::atan(1.0f)), 0x3f490fdbu);
  EXPECT_EQ(numerics::floatToBits(numerics::pow(2.0f, 0.1f)), 0x3f892fdfu);
}
