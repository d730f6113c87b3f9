//===- FloatFormatTest.cpp - every code of every small float -------------------------------------------===//

#include "nibble/Numerics/FloatFormat.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <map>
#include <vector>

using namespace nibble::numerics;

static constexpr float infinity = std::numeric_limits<float>::infinity();
static constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

namespace {
struct NamedFormat {
  const char *name;
  FloatFormat format;
};
} // namespace

static constexpr NamedFormat formats[] = {
#define NIBBLE_FLOAT_CODEC(name, exponentBits, fractionBits, bias, specials)                                           \
  {#name, {exponentBits, fractionBits, bias, SpecialCodes::specials}},
#include "nibble/Numerics/Codecs.def"
};

static const FloatFormat &getFormat(const std::string &name) {
  return std::find_if(std::begin(formats), std::end(formats), [&](const auto &entry) { return entry.name == name; })
      ->format;
}

/// The finite numbers of a format by their codes, from the definition of its fields in doubles.
static std::map<double, uint32_t> enumerateFinite(const FloatFormat &format) {
  std::map<double, uint32_t> numbers;
  for (uint32_t code = 0; code < 1u << format.numBits(); ++code) {
    uint32_t fraction = code % (1u << format.fractionBits);
    uint32_t exponent = code >> format.fractionBits & ((1u << format.exponentBits) - 1);
    bool isNegative = code >> (format.numBits() - 1), allOnes = exponent == (1u << format.exponentBits) - 1;
    if ((format.specials == SpecialCodes::InfinityAndNaN && allOnes) ||
        (format.specials == SpecialCodes::NaNAllOnes && allOnes && fraction == (1u << format.fractionBits) - 1) ||
        (isNegative && exponent == 0 && fraction == 0)) // -0 is checked by itself
      continue;
    double significand = fraction / double(1u << format.fractionBits) + (exponent ? 1 : 0);
    double value = significand * std::pow(2.0, (exponent ? int(exponent) : 1) - format.bias);
    numbers[isNegative ? -value : value] = code;
  }
  return numbers;
}

TEST(FloatFormat, EveryCode) {
  for (const auto &[name, format] : formats)
    for (auto [value, code] : enumerateFinite(format)) {
      ASSERT_EQ(decodeFloat(format, code), value) << name << " " << code;
      ASSERT_EQ(encodeFloat(format, static_cast<float>(value)), code) << name << " " << value;
      ASSERT_EQ(encodeFloat(format, static_cast<float>(value), Overflow::ToSpecial), code) << name << " " << value;
    }
}

TEST(FloatFormat, MidpointsGoToTheEvenCodeAndTheirNeighboursToTheNearer) { // (S15)
  for (const auto &[name, format] : formats) {
    std::map<double, uint32_t> numbers = enumerateFinite(format);
    for (auto low = numbers.begin(), high = std::next(low); high != numbers.end(); ++low, ++high) {
      double exact = low->first + (high->first - low->first) / 2;
      auto middle = static_cast<float>(exact);
      ASSERT_EQ(exact, middle) << name << ": midpoints are f32 numbers";
      // What rounds to zero from below keeps its sign where there is a -0.
      bool hasNegativeZero = format.specials != SpecialCodes::NaNNegativeZero;
      uint32_t zero = middle < 0 && hasNegativeZero ? format.signBit() : 0;
      uint32_t lowCode = low->first == 0 ? zero : low->second, highCode = high->first == 0 ? zero : high->second;
      ASSERT_EQ(encodeFloat(format, middle), lowCode % 2 == 0 ? lowCode : highCode) << name << " " << middle;
      ASSERT_EQ(encodeFloat(format, std::nextafter(middle, -infinity)), lowCode) << name << " " << middle;
      ASSERT_EQ(encodeFloat(format, std::nextafter(middle, infinity)), highCode) << name << " " << middle;
    }
  }
}

TEST(FloatFormat, SpecialCodes) {
  for (const auto &[name, format] : formats) {
    size_t numFinite = enumerateFinite(format).size(), numNaN = 0, numInfinite = 0;
    for (uint32_t code = 0; code < 1u << format.numBits(); ++code) {
      float value = decodeFloat(format, code);
      numNaN += std::isnan(value);
      numInfinite += std::isinf(value);
      EXPECT_EQ(format.isNaN(code), std::isnan(value)) << name << " " << code;
    }
    bool hasNegativeZero = format.specials != SpecialCodes::NaNNegativeZero;
    EXPECT_EQ(numFinite + numNaN + numInfinite + (hasNegativeZero ? 1 : 0), size_t(1) << format.numBits()) << name;
    EXPECT_EQ(encodeFloat(format, -0.0f), hasNegativeZero ? format.signBit() : 0) << name;
    // NaN stays one, or counts as 0.
    uint32_t code = encodeFloat(format, notANumber);
    if (format.hasNaN())
      EXPECT_TRUE(std::isnan(decodeFloat(format, code))) << name;
    else
      EXPECT_EQ(code, 0u) << name;
  }
}

/// The value halfway between the largest number and the one that would follow it.
static float getOverflowTie(const FloatFormat &format) {
  double largest = decodeFloat(format, format.largestFinite()),
         before = decodeFloat(format, format.largestFinite() - 1);
  return static_cast<float>(largest + (largest - before) / 2);
}

TEST(FloatFormat, Overflow) { // (S16)
  for (const auto &[name, format] : formats) {
    float tie = getOverflowTie(format);
    uint32_t largest = format.largestFinite();
    // The code that would follow an odd one is even, so that the tie goes to it, and is beyond.
    bool tieOverflows = largest % 2 == 1;
    uint32_t special = format.hasInfinity() ? format.exponentMask() : format.hasNaN() ? format.nan(0) : largest;
    for (float sign : {1.0f, -1.0f}) {
      uint32_t bit = sign < 0 ? format.signBit() : 0;
      for (float beyond : {std::nextafter(tie, infinity), std::numeric_limits<float>::max(), infinity}) {
        EXPECT_EQ(encodeFloat(format, sign * beyond), bit | largest) << name << " " << beyond;
        EXPECT_EQ(encodeFloat(format, sign * beyond, Overflow::ToSpecial), bit | special) << name << " " << beyond;
      }
      EXPECT_EQ(encodeFloat(format, sign * tie, Overflow::ToSpecial), bit | (tieOverflows ? special : largest)) << name;
      EXPECT_EQ(encodeFloat(format, sign * std::nextafter(tie, 0.0f), Overflow::ToSpecial), bit | largest) << name;
    }
  }
}

/// The limits that the specifications print (OCP OFP8 table 1, OCP MX tables 2 to 5, ONNX "Float stored in 8 bits").
TEST(FloatFormat, PublishedLimits) {
  struct {
    const char *name;
    double largest, smallestNormal, smallest;
  } const limits[] = {
      {"f16", 65504, 0x1p-14, 0x1p-24},
      {"f8E4M3FN", 448, 0x1p-6, 0x1p-9},
      {"f8E5M2", 57344, 0x1p-14, 0x1p-16},
      {"f8E4M3FNUZ", 240, 0x1p-7, 0x1p-10},
      {"f8E5M2FNUZ", 57344, 0x1p-15, 0x1p-17},
      {"f6E3M2FN", 28, 0.25, 0.0625},
      {"f6E2M3FN", 7.5, 1, 0.125},
      {"f4E2M1FN", 6, 1, 0.5},
  };
  for (const auto &[name, largest, smallestNormal, smallest] : limits) {
    const FloatFormat &format = getFormat(name);
    EXPECT_EQ(decodeFloat(format, format.largestFinite()), largest) << name;
    EXPECT_EQ(decodeFloat(format, 1u << format.fractionBits), smallestNormal) << name;
    EXPECT_EQ(decodeFloat(format, 1), smallest) << name;
  }
}

TEST(FloatFormat, F4InFull) {
  const float values[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  for (uint32_t code = 0; code < 8; ++code) {
    EXPECT_EQ(decodeFloat(getFormat("f4E2M1FN"), code), values[code]);
    EXPECT_EQ(decodeFloat(getFormat("f4E2M1FN"), code | 8), -values[code]);
  }
}

/// The input of ONNX's node tests cast_FLOAT_to_FLOAT8E5M2, …E5M2FNUZ and cast_no_saturate_…, with their outputs.
TEST(FloatFormat, CastsOfOnnx) {
  const uint32_t inputs[] = {0x3ef535b8, 0x3ef5eeb0, 0x3effd6b2, 0x3f51b0e5, 0x3ef0cccc,
                             0x3f391039, 0x49742400, 0x33d6bf95, 0x7fc00000, 0x7f800000,
                             0x7f800000, 0xff800000, 0xb3d6bf95, 0x33d6bf95, 0xc9742400};
  struct {
    const char *name;
    Overflow overflow;
    uint8_t codes[15];
  } const cases[] = {
      {"f8E5M2",
       Overflow::Saturate,
       {0x38, 0x38, 0x38, 0x3b, 0x38, 0x3a, 0x7b, 0x00, 0x7e, 0x7b, 0x7b, 0xfb, 0x80, 0x00, 0xfb}},
      {"f8E5M2",
       Overflow::ToSpecial,
       {0x38, 0x38, 0x38, 0x3b, 0x38, 0x3a, 0x7c, 0x00, 0x7e, 0x7c, 0x7c, 0xfc, 0x80, 0x00, 0xfc}},
      {"f8E5M2FNUZ",
       Overflow::Saturate,
       {0x3c, 0x3c, 0x3c, 0x3f, 0x3c, 0x3e, 0x7f, 0x00, 0x80, 0x7f, 0x7f, 0xff, 0x00, 0x00, 0xff}},
      {"f8E5M2FNUZ",
       Overflow::ToSpecial,
       {0x3c, 0x3c, 0x3c, 0x3f, 0x3c, 0x3e, 0x80, 0x00, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00, 0x80}},
  };
  for (const auto &[name, overflow, codes] : cases)
    for (size_t i = 0; i < std::size(inputs); ++i)
      EXPECT_EQ(encodeFloat(getFormat(name), floatFromBits(inputs[i]), overflow), codes[i]) << name << " [" << i << "]";
}

TEST(FloatFormat, AgreesWithTheSpecialCaseOf16Bits) {
  for (uint32_t high = 0; high <= 0xffff; ++high)
    for (uint32_t low : {0x0000u, 0x0001u, 0x0fffu, 0x1000u, 0x1001u, 0x7fffu, 0x8000u, 0x8001u}) {
      float value = floatFromBits(high << 16 | low);
      if (std::isnan(value))
        continue;
      ASSERT_EQ(encodeFloat(getFormat("f16"), value, Overflow::ToSpecial), floatToHalf(value)) << value;
      ASSERT_EQ(encodeFloat(getFormat("bf16"), value, Overflow::ToSpecial), floatToBfloat(value)) << value;
    }
}

//===----------------------------------------------------------------------------------------------===//
// E8M0
//===----------------------------------------------------------------------------------------------===//

TEST(E8M0, EveryCodeAndWhatLiesBetween) {
  for (uint32_t code = 0; code < 255; ++code) {
    double power = std::pow(2.0, int(code) - 127);
    auto value = static_cast<float>(power), middle = static_cast<float>(1.5 * power);
    ASSERT_EQ(decodeE8M0(code), power);
    for (PowerRounding rounding : {PowerRounding::Up, PowerRounding::Down, PowerRounding::Nearest})
      ASSERT_EQ(encodeE8M0(value, rounding), code);
    uint32_t next = std::min(code + 1, 254u);
    ASSERT_EQ(encodeE8M0(middle, PowerRounding::Nearest), next);
    ASSERT_EQ(encodeE8M0(std::nextafter(middle, 0.0f), PowerRounding::Nearest), code);
    ASSERT_EQ(encodeE8M0(std::nextafter(value, infinity), PowerRounding::Up), next);
    ASSERT_EQ(encodeE8M0(std::nextafter(value, infinity), PowerRounding::Down), code);
    ASSERT_EQ(encodeE8M0(std::nextafter(static_cast<float>(2 * power), 0.0f), PowerRounding::Down), code);
  }
}

TEST(E8M0, WhatHasNoPower) {
  EXPECT_TRUE(std::isnan(decodeE8M0(0xff)));
  for (float value : {notANumber, -1.0f, -infinity})
    EXPECT_EQ(encodeE8M0(value), 0xffu);
  EXPECT_EQ(encodeE8M0(0.0f), 0u);
  EXPECT_EQ(encodeE8M0(0.0f, PowerRounding::Up, Overflow::ToSpecial), 0xffu);
  EXPECT_EQ(encodeE8M0(infinity), 0xfeu);
  EXPECT_EQ(encodeE8M0(infinity, PowerRounding::Up, Overflow::ToSpecial), 0xffu);
  EXPECT_EQ(encodeE8M0(0x1.8p127f, PowerRounding::Up, Overflow::ToSpecial), 0xffu);
  EXPECT_EQ(encodeE8M0(0x1p-149f, PowerRounding::Down), 0u);
}

/// ONNX's node test cast_e8m0_FLOAT16_to_FLOAT8E8M0, which rounds up.
TEST(E8M0, CastsOfOnnx) {
  const uint16_t inputs[] = {0x0000, 0x2ff0, 0x3400, 0x3800, 0x3c66, 0x4000, 0x4400, 0x4800};
  const uint8_t codes[] = {0x00, 0x7c, 0x7d, 0x7e, 0x80, 0x80, 0x81, 0x82};
  for (size_t i = 0; i < std::size(inputs); ++i)
    EXPECT_EQ(encodeE8M0(halfToFloat(inputs[i])), codes[i]) << i;
}
