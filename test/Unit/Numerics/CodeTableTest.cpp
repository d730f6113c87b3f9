//===- CodeTableTest.cpp - table codecs ----------------------------------------------------------------===//

#include "nibble/Numerics/CodeTable.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace nibble::numerics;

static constexpr float infinity = std::numeric_limits<float>::infinity();

namespace {
struct NamedTable {
  const char *name;
  unsigned numBits;
  CodeTable table;
};
} // namespace

static constexpr NamedTable tables[] = {
#define NIBBLE_TABLE_CODEC(name, numBits, table) {#name, numBits, table},
#include "nibble/Numerics/Codecs.def"
};

/// Codes in the order of their values; of equal values only the first, which encoding prefers.
static std::vector<uint32_t> sortCodes(const CodeTable &table) {
  std::vector<uint32_t> codes;
  for (uint32_t code = 0; code < table.numValues; ++code)
    if (std::find(table.values, table.values + code, table.values[code]) == table.values + code)
      codes.push_back(code);
  std::sort(codes.begin(), codes.end(), [&](uint32_t a, uint32_t b) { return table.values[a] < table.values[b]; });
  return codes;
}

static void checkEveryCode(const std::string &name, const CodeTable &table) {
  std::vector<uint32_t> codes = sortCodes(table);
  for (size_t i = 0; i < codes.size(); ++i) {
    double value = decodeTable(table, codes[i]);
    ASSERT_EQ(encodeTable(table, static_cast<float>(value)), codes[i]) << name;
    if (i + 1 == codes.size())
      break;
    double next = decodeTable(table, codes[i + 1]), middle = (value + next) / 2;
    // The f32 numbers around the midpoint, which itself may not be one.
    auto below = static_cast<float>(middle);
    if (below >= middle)
      below = std::nextafter(below, -infinity);
    float above = std::nextafter(below, infinity);
    ASSERT_EQ(encodeTable(table, below), codes[i]) << name << " " << below;
    if (above == middle) {
      ASSERT_EQ(encodeTable(table, above), std::min(codes[i], codes[i + 1])) << name << " " << above;
      above = std::nextafter(above, infinity);
    }
    ASSERT_EQ(encodeTable(table, above), codes[i + 1]) << name << " " << above;
  }
  for (float far : {1e30f, std::numeric_limits<float>::max(), infinity}) {
    EXPECT_EQ(encodeTable(table, -far), codes.front()) << name;
    EXPECT_EQ(encodeTable(table, far), codes.back()) << name;
  }
  EXPECT_EQ(encodeTable(table, std::numeric_limits<float>::quiet_NaN()), encodeTable(table, 0.0f)) << name;
}

TEST(CodeTable, EveryCode) { // (S17)
  for (const auto &[name, numBits, table] : tables) {
    EXPECT_EQ(table.numValues, size_t(1) << numBits) << name;
    checkEveryCode(name, table);
  }
}

TEST(CodeTable, OfTheUser) {
  const float logarithmic[] = {-4, -2, -1, 0, 1, 2, 4};
  checkEveryCode("logarithmic", logarithmic);
  EXPECT_EQ(encodeTable(logarithmic, 3.0f), 5u); // as near to 2 as to 4: the least code
  const float single[] = {0.25f};
  checkEveryCode("single", single);
  const float unsorted[] = {3, 1, 2, 1};
  checkEveryCode("unsorted", unsorted);
  EXPECT_EQ(encodeTable(unsorted, 1.5f), 1u);
}

/// The quantiles as a formula: appendix E of QLoRA, with scipy's normal distribution, prints these.
TEST(CodeTable, NormalFloat) {
  EXPECT_TRUE(std::is_sorted(std::begin(nf4Values), std::end(nf4Values)));
  EXPECT_EQ(nf4Values[0], -1.0f);
  EXPECT_EQ(nf4Values[7], 0.0f);
  EXPECT_EQ(nf4Values[15], 1.0f);
  // Φ of a value over that of 1, which is at the quantile offset (1 - 1/32 + 1 - 1/30) / 2 = 0.9677083.
  const double last = 1.8481308;
  auto probability = [&](float value) { return 0.5 * std::erfc(-value * last / std::sqrt(2.0)); };
  for (int code = 0; code < 8; ++code) // seven steps from 1 - offset to 1/2
    EXPECT_NEAR(probability(nf4Values[code]), 0.0322917 + code * (0.5 - 0.0322917) / 7, 1e-6) << code;
  for (int code = 7; code < 16; ++code) // eight steps from 1/2 to the offset
    EXPECT_NEAR(probability(nf4Values[code]), 0.5 + (code - 7) * (0.9677083 - 0.5) / 8, 1e-6) << code;
}
