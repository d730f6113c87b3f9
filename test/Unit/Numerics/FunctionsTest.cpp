//===- FunctionsTest.cpp - transcendental functions against the correctly rounded result -----------------===//
//
// Every 4001st of the 2^32 arguments, or all of them with NIBBLE_EXHAUSTIVE=1 in the environment (half an hour on one core).
// C's functions of double are within a unit of their last place, 2^-29 of one here.
//
//===----------------------------------------------------------------------------------------------------===//

#include "nibble/Numerics/Functions.h"
#include "gtest/gtest.h"
#include <cstdlib>

using namespace nibble::numerics;

static constexpr float infinity = std::numeric_limits<float>::infinity();
static constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

namespace {
struct Function {
  const char *name;
  float (*compute)(float);
  double (*exact)(double);
  /// In units of the last place of the exact result as f32.
  double bound;
  /// An error that is allowed beside the bound.
  double absolute = 0;
};
} // namespace

static double exactSigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double exactSilu(double x) { return x * exactSigmoid(x); }

static const Function functions[] = {
    {"exp", nibble::numerics::exp<float>, std::exp, 1},
    {"log", nibble::numerics::log<float>, std::log, 1},
    {"tanh", nibble::numerics::tanh<float>, std::tanh, 2},
    {"erf", nibble::numerics::erf<float>, std::erf, 2},
    {"sigmoid", sigmoid<float>, exactSigmoid, 3},
    {"silu", silu<float>, exactSilu, 4, 0x1p-142},
    {"rsqrt", rsqrt<float>, [](double x) { return 1 / std::sqrt(x); }, 2},
};

/// The distance of neighbouring f32 numbers around a real number.
static double getUlp(double exact) {
  double magnitude = std::fabs(exact);
  return std::ldexp(1.0, (magnitude < 0x1p-126 ? -126 : std::ilogb(magnitude)) - 23);
}

static bool isWithinBound(const Function &function, float x) {
  float result = function.compute(x);
  double exact = function.exact(x);
  auto rounded = static_cast<float>(exact);
  if (std::isnan(rounded))
    return std::isnan(result);
  if (std::isinf(rounded) || std::isinf(result))
    return result == rounded;
  return std::fabs(result - exact) <= function.bound * getUlp(exact) + function.absolute;
}

static uint64_t getStride() {
  const char *exhaustive = std::getenv("NIBBLE_EXHAUSTIVE");
  return exhaustive && *exhaustive == '1' ? 1 : 4001;
}

TEST(Functions, AreWithinTheirBounds) { // (S24)
  for (const Function &function : functions)
    for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += getStride()) {
      float x = floatFromBits(static_cast<uint32_t>(bits));
      if (function.compute == silu<float> && x == -infinity)
        continue; // -infinity times 0 has no exact value
      ASSERT_TRUE(isWithinBound(function, x)) << function.name << " of " << x << " is " << function.compute(x);
    }
}

/// Around powers of two, where exponents change, and where the formulas switch.
TEST(Functions, AreWithinTheirBoundsWhereTheFormulaChanges) {
  const float places[] = {0.625f, 0.921875f,  4.0f,       89.0f,       104.0f,      88.72284f, 103.97208f, 87.33655f,
                          1024.f, 0.7071068f, 1.4142135f, 0.34657359f, 1.03972077f, 9.0f,      0x1p-126f,  0.0f};
  for (const Function &function : functions)
    for (float place : places)
      for (float sign : {1.0f, -1.0f}) {
        uint32_t bits = floatToBits(sign * place);
        for (uint32_t offset = 0; offset < 4000; ++offset)
          ASSERT_TRUE(isWithinBound(function, floatFromBits(bits + offset - 2000)) ||
                      !std::isfinite(floatFromBits(bits + offset - 2000)))
              << function.name << " of " << floatFromBits(bits + offset - 2000);
      }
}

TEST(Functions, SpecialArguments) {
  using namespace nibble;
  EXPECT_EQ(numerics::exp(0.0f), 1.0f);
  EXPECT_EQ(numerics::exp(infinity), infinity);
  EXPECT_EQ(numerics::exp(-infinity), 0.0f);
  EXPECT_EQ(numerics::exp(88.73f), infinity);
  EXPECT_EQ(numerics::exp(-103.9f), 0x1p-149f);
  EXPECT_EQ(numerics::log(1.0f), 0.0f);
  EXPECT_EQ(numerics::log(0.0f), -infinity);
  EXPECT_EQ(numerics::log(-0.0f), -infinity);
  EXPECT_EQ(numerics::log(infinity), infinity);
  EXPECT_TRUE(std::isnan(numerics::log(-1.0f)));
  EXPECT_TRUE(std::isnan(numerics::log(-infinity)));
  for (auto function : {numerics::tanh<float>, numerics::erf<float>}) {
    EXPECT_EQ(function(infinity), 1.0f);
    EXPECT_EQ(function(-infinity), -1.0f);
    EXPECT_EQ(floatToBits(function(0.0f)), floatToBits(0.0f));
    EXPECT_EQ(floatToBits(function(-0.0f)), floatToBits(-0.0f));
  }
  EXPECT_EQ(sigmoid(0.0f), 0.5f);
  EXPECT_EQ(sigmoid(-infinity), 0.0f);
  EXPECT_EQ(sigmoid(infinity), 1.0f);
  EXPECT_EQ(silu(infinity), infinity);
  EXPECT_EQ(floatToBits(silu(-infinity)), floatToBits(-0.0f));
  EXPECT_EQ(rsqrt(0.0f), infinity);
  EXPECT_EQ(rsqrt(infinity), 0.0f);
  EXPECT_TRUE(std::isnan(rsqrt(-1.0f)));
  for (const Function &function : functions)
    EXPECT_TRUE(std::isnan(function.compute(notANumber))) << function.name;
}

TEST(Functions, OddFunctionsAreOdd) {
  for (auto function : {nibble::numerics::tanh<float>, nibble::numerics::erf<float>})
    for (uint64_t bits = 0; bits < 0x7f800000; bits += 65537) {
      float x = floatFromBits(static_cast<uint32_t>(bits));
      ASSERT_EQ(floatToBits(function(-x)), floatToBits(-function(x))) << x;
    }
}

TEST(Functions, GeluIsWithinItsBound) {
  for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += getStride()) {
    float x = floatFromBits(static_cast<uint32_t>(bits));
    if (!std::isfinite(x))
      continue;
    double exact = 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    ASSERT_LE(std::fabs(gelu(x) - exact), 0x1p-23 * std::fabs(double(x)) + 0x1p-149) << x;
  }
}

/// Some results, so that a change of the sequence shows.
TEST(Functions, WorkedBits) {
  EXPECT_EQ(floatToBits(nibble::numerics::exp(1.0f)), 0x402df854u);
  EXPECT_EQ(floatToBits(nibble::numerics::log(2.0f)), 0x3f317218u);
  EXPECT_EQ(floatToBits(nibble::numerics::tanh(0.5f)), 0x3eec9a9fu);
  EXPECT_EQ(floatToBits(nibble::numerics::erf(0.5f)), 0x3f053f7bu);
  EXPECT_EQ(floatToBits(sigmoid(1.0f)), 0x3f3b26a8u);
}
