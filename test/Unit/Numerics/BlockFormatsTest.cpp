//===- BlockFormatsTest.cpp - block formats by hand-made blocks ------------------------------------------===//
//
// The bytes of the reference implementations are compared in Unit/Import/ReferenceBlocksTest.cpp; here are values
// worked out from the pictures, and what holds for every format.
//
//===----------------------------------------------------------------------------------------------------===//

#include "nibble/Numerics/BlockFormats.h"
#include "nibble/Numerics/Blocks/Awq.h"
#include "nibble/Numerics/Blocks/BitsAndBytes.h"
#include "nibble/Numerics/Blocks/Gptq.h"
#include "gtest/gtest.h"
#include <string>
#include <vector>

using namespace nibble::numerics;

static constexpr uint16_t half1 = 0x3c00, half2 = 0x4000, halfMinus3 = 0xc200;

static std::vector<float> decode(const char *name, const std::vector<uint8_t> &block) {
  const BlockFormat *format = findBlockFormat(name);
  EXPECT_EQ(block.size(), size_t(format->numBytes)) << name;
  std::vector<float> values(format->numElements);
  format->decode(block.data(), values.data());
  return values;
}

/// A block of zero bytes with a few others.
static std::vector<uint8_t> makeBlock(const char *name, std::initializer_list<std::pair<int, int>> bytes) {
  std::vector<uint8_t> block(findBlockFormat(name)->numBytes);
  for (auto [position, byte] : bytes)
    block[position] = static_cast<uint8_t>(byte);
  return block;
}

TEST(BlockFormats, SizesAndBitsPerWeight) {
  auto bits = [](const char *name) {
    const BlockFormat *format = findBlockFormat(name);
    return 8.0 * format->numBytes / format->numElements;
  };
  EXPECT_EQ(bits("q4_0"), 4.5);
  EXPECT_EQ(bits("q5_1"), 6.0);
  EXPECT_EQ(bits("q8_0"), 8.5);
  EXPECT_EQ(bits("q2_K"), 2.625);
  EXPECT_EQ(bits("q3_K"), 3.4375);
  EXPECT_EQ(bits("q4_K"), 4.5);
  EXPECT_EQ(bits("q6_K"), 6.5625);
  EXPECT_EQ(bits("iq3_s"), 3.4375);
  EXPECT_EQ(bits("tq1_0"), 1.6875);
  EXPECT_EQ(bits("mxfp4"), 4.25);
  EXPECT_EQ(bits("nvfp4"), 4.5);
  EXPECT_EQ(findBlockFormat("q4"), nullptr);
}

/// What a format made of values is a fixed point: the decoded values give the same values again.
TEST(BlockFormats, EncodingADecodedBlockChangesNoValue) {
  for (const BlockFormat &format : blockFormats) {
    if (!format.encode)
      continue;
    std::vector<float> values(format.numElements), decoded(values), again(values);
    std::vector<uint8_t> block(format.numBytes);
    for (int i = 0; i < format.numElements; ++i)
      values[i] = static_cast<float>((i * 37 + 11) % 61 - 30) / 16;
    format.encode(values.data(), block.data());
    format.decode(block.data(), decoded.data());
    format.encode(decoded.data(), block.data());
    format.decode(block.data(), again.data());
    EXPECT_EQ(decoded, again) << format.name;
  }
}

TEST(BlockFormats, ZeroesStayZero) {
  for (const BlockFormat &format : blockFormats) {
    if (!format.encode)
      continue;
    std::vector<float> zeroes(format.numElements), decoded(format.numElements, 1.0f);
    std::vector<uint8_t> block(format.numBytes, 0xff);
    format.encode(zeroes.data(), block.data());
    format.decode(block.data(), decoded.data());
    EXPECT_EQ(decoded, zeroes) << format.name;
  }
}

/// No input is undefined behaviour (the sanitizer build sees to it), and every byte decodes.
TEST(BlockFormats, AnyFloatAndAnyByte) {
  const float difficult[] = {0x1p-149f, -0x1p-130f, 3e38f, -3e38f, HUGE_VALF, -HUGE_VALF, NAN, 1.0f, 0.0f};
  for (const BlockFormat &format : blockFormats) {
    std::vector<float> values(format.numElements);
    std::vector<uint8_t> block(format.numBytes);
    for (int start = 0; start < 9 && format.encode; ++start) {
      for (int i = 0; i < format.numElements; ++i)
        values[i] = difficult[(start + i * (start + 1)) % 9];
      format.encode(values.data(), block.data());
    }
    for (int byte = 0; byte < 256; ++byte) {
      block.assign(block.size(), static_cast<uint8_t>(byte));
      format.decode(block.data(), values.data());
    }
  }
}

TEST(BlockFormats, WorkedQ4_0) {
  // d = 1: byte 0 has element 0 (code 0xf) and element 16 (code 0x2).
  std::vector<float> values = decode("q4_0", makeBlock("q4_0", {{1, half1 >> 8}, {2, 0x2f}, {3, 0x80}}));
  EXPECT_EQ(values[0], 7.0f);
  EXPECT_EQ(values[16], -6.0f);
  EXPECT_EQ(values[1], -8.0f);
  EXPECT_EQ(values[17], 0.0f);
  // The largest magnitude, -4, has code 0 when it is negative: d = -4 / -8.
  float source[32] = {-4, 3.5f, 0.24f, 0.26f};
  uint8_t block[18];
  Q4_0::encode(source, block);
  EXPECT_EQ(loadHalf(block), 0.5f);
  EXPECT_EQ(block[2] & 15, 0);
  EXPECT_EQ(block[3] & 15, 15);
  EXPECT_EQ(block[4] & 15, 8);
  EXPECT_EQ(block[5] & 15, 9);
  // A positive one has it too, and turns the scale's sign; its opposite is cut off at 15.
  for (float &value : source)
    value = -value;
  Q4_0::encode(source, block);
  EXPECT_EQ(loadHalf(block), -0.5f);
  EXPECT_EQ(block[2] & 15, 0);
}

TEST(BlockFormats, WorkedQ5_1) {
  // d = 2, m = -3; element 4: low 0x1, high bit set: 17; element 31: low 0xe, high bit clear: 14.
  std::vector<float> values =
      decode("q5_1", makeBlock("q5_1", {{1, half2 >> 8}, {3, halfMinus3 >> 8}, {4, 1 << 4}, {12, 0x01}, {23, 0xe0}}));
  EXPECT_EQ(values[4], 31.0f);
  EXPECT_EQ(values[31], 25.0f);
  EXPECT_EQ(values[0], -3.0f);
}

TEST(BlockFormats, WorkedQ3_K) {
  // Element 200: plane byte 32 + 8, shift 4; high bit: byte 8, bit 6; scale 12: low bits in the high half of byte 4,
  // high bits in byte 8 at shift 6. Scale 0x15 | 2 << 4 = 37, less 32.
  std::vector<float> values = decode(
      "q3_K",
      makeBlock("q3_K", {{8, 1 << 6}, {32 + 40, 3 << 4}, {96 + 4, 5 << 4}, {96 + 8, 2 << 6}, {109, half1 >> 8}}));
  EXPECT_EQ(values[200], 5.0f * 3);
  EXPECT_EQ(values[201], 5.0f * -4);
  EXPECT_EQ(values[0], -32.0f * -4);
}

TEST(BlockFormats, WorkedQ4_K) {
  // Scale 5 is 0x2 | 1 << 4 = 18, minimum 5 is 0x3 | 2 << 4 = 35: byte 9, and the top bits of bytes 1 and 5. d = 1,
  // dmin = 2.
  std::vector<float> values = decode(
      "q4_K",
      makeBlock(
          "q4_K",
          {{1, half1 >> 8}, {3, half2 >> 8}, {4 + 9, 0x32}, {4 + 1, 1 << 6}, {4 + 5, 2 << 6}, {16 + 64 + 7, 0x90}}));
  EXPECT_EQ(values[5 * 32 + 7], 18.0f * 9 - 2 * 35);
  EXPECT_EQ(values[5 * 32 + 8], -70.0f);
}

TEST(BlockFormats, WorkedQ6_K) {
  // Element 250: low 4 bits in byte 64 + 58, high half; high 2 bits in byte 32 + 26 at shift 6; scale 15.
  std::vector<float> values =
      decode("q6_K", makeBlock("q6_K", {{122, 0x70}, {128 + 58, 1 << 6}, {192 + 15, 0xfe}, {209, half1 >> 8}}));
  EXPECT_EQ(values[250], -2.0f * (23 - 32));
  EXPECT_EQ(values[251], -2.0f * -32);
}

TEST(BlockFormats, WorkedTernary) {
  // 2 * 81 + 0 * 27 + 1 * 9 + 1 * 3 + 2 = 176; ceil(176 * 256 / 243) = 186.
  std::vector<float> values = decode("tq1_0", makeBlock("tq1_0", {{3, 186}, {53, half2 >> 8}}));
  const float expected[] = {2, -2, 0, 0, 2};
  for (int n = 0; n < 5; ++n)
    EXPECT_EQ(values[32 * n + 3], expected[n]);
  // Every number of five digits survives its fraction.
  for (int number = 0; number < 243; ++number) {
    std::vector<float> digits =
        decode("tq1_0", makeBlock("tq1_0", {{0, (number * 256 + 242) / 243}, {53, half1 >> 8}}));
    for (int n = 4, rest = number; n >= 0; --n, rest /= 3)
      ASSERT_EQ(digits[32 * n], static_cast<float>(rest % 3 - 1)) << number;
  }
  values = decode("tq2_0", makeBlock("tq2_0", {{32 + 5, 2 << 4}, {65, half1 >> 8}}));
  EXPECT_EQ(values[128 + 64 + 5], 1.0f);
}

TEST(BlockFormats, WorkedMicroscaling) {
  // 2^(130 - 127) = 8; codes 7 (6) and 0xb (-1.5); no -0.
  std::vector<float> values = decode("mxfp4", makeBlock("mxfp4", {{0, 130}, {1, 0xb7}, {2, 0x08}}));
  EXPECT_EQ(values[0], 48.0f);
  EXPECT_EQ(values[16], -12.0f);
  EXPECT_FALSE(std::signbit(values[1]));
  // Largest 6: scale 2^(2 - 2); 2.5 is as near to 2 as to 3, and 5 as to 4 and 6.
  float source[32] = {6, 2.5f, 5, -0.75f};
  uint8_t block[17];
  MXFP4::encode(source, block);
  EXPECT_EQ(block[0], 127);
  EXPECT_EQ(block[1] & 15, 7);
  EXPECT_EQ(block[2] & 15, 4);
  EXPECT_EQ(block[3] & 15, 6);
  EXPECT_EQ(block[4] & 15, 9);
  // Scale 1 of 4 is E4M3 0x3c: 2^0 * 1.5; 0x7f counts as 0.
  values = decode("nvfp4", makeBlock("nvfp4", {{1, 0x3c}, {2, 0x7f}, {4 + 8, 0xa5}, {4 + 16, 0x77}}));
  EXPECT_EQ(values[16], 1.5f * 3);
  EXPECT_EQ(values[24], 1.5f * -1);
  EXPECT_EQ(values[32], 0.0f);
  EXPECT_EQ(decodeNvfp4(0x5, 0x3c, 0.5f), 2.25f);
}

TEST(BlockFormats, WorkedGptq) {
  // 4 bits, 8 inputs, 8 outputs, one group; scales 1 but for output 1.
  uint32_t qweight[8] = {}, qzeros[1] = {0xf0000070};
  uint16_t scales[8] = {half1, half2, half1, half1, half1, half1, half1, half1};
  int32_t groups[8] = {};
  qweight[1] = 0xa0000003;
  GptqMatrix matrix = {qweight, qzeros, scales, groups, 8};
  EXPECT_EQ(matrix.decode(0, 1), 2.0f * (3 - 8)); // stored 7 is 8
  EXPECT_EQ(matrix.decode(7, 1), 2.0f * (10 - 8));
  EXPECT_EQ(matrix.decode(0, 7), 0.0f); // stored 15 is 0
  matrix.isVersion1 = false;
  EXPECT_EQ(matrix.decode(0, 1), 2.0f * (3 - 7));
  EXPECT_EQ(matrix.decode(0, 7), -15.0f);
  // 3 bits: code 10 has bits 30 to 32, across two words.
  const uint32_t words[] = {0xc0000000, 0, 1, 0};
  EXPECT_EQ(readWordStream(words, 2, 10, 3), 7u);
}

TEST(BlockFormats, WorkedAwq) {
  // Outputs 0 … 7 have codes 0 … 7.
  const uint32_t qweight[] = {0x75316420}, qzeros[] = {0};
  const uint16_t scales[] = {half1, half1, half1, half1, half1, half1, half1, half1};
  AwqMatrix matrix = {qweight, qzeros, scales, 8, 128};
  for (size_t output = 0; output < 8; ++output)
    EXPECT_EQ(matrix.decode(0, output), static_cast<float>(output));
}

TEST(BlockFormats, WorkedBitsAndBytes) {
  const uint8_t codes[] = {0xf0, 0x37};
  const float scales[] = {2, 4};
  BitsAndBytesTensor tensor = {codes, nf4Values, scales, /*blockSize=*/2};
  EXPECT_EQ(tensor.decode(0), 2.0f);
  EXPECT_EQ(tensor.decode(1), -2.0f);
  EXPECT_EQ(tensor.decode(2), -0.39491748809814453f * 4);
  EXPECT_EQ(tensor.decode(3), 0.0f);
  tensor.table = fp4Values;
  EXPECT_EQ(tensor.decode(2), 4.0f);
  const uint8_t scaleCodes[] = {1, 0};
  const float table[] = {0.5f, -0.25f}, outer[] = {8};
  NestedScales nested = {scaleCodes, table, outer, 3.0f};
  EXPECT_EQ(nested.decode(0), 1.0f);
  EXPECT_EQ(nested.decode(1), 7.0f);
}
