//===- PackingTest.cpp - codes in bytes ----------------------------------------------------------------===//

#include "nibble/Numerics/Packing.h"
#include "nibble/Numerics/Integer.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <vector>

using namespace nibble::numerics;

TEST(Packing, WorkedBytes) { // (S18)
  const uint8_t bytes[] = {0xd2, 0x35};
  EXPECT_EQ(readBits(bytes, 0, 4), 0x2u);
  EXPECT_EQ(readBits(bytes, 1, 4), 0xdu);
  EXPECT_EQ(readBits(bytes, 0, 4, BitOrder::HighFirst), 0xdu);
  EXPECT_EQ(readBits(bytes, 3, 4, BitOrder::HighFirst), 0x5u);
  // 0x35d2 = 0 011 010 111 010 010 from the low end; 1101001000110101 from the high end.
  const uint32_t threes[] = {2, 2, 7, 2, 3}; // the third has bits 6 to 8, across the bytes
  for (size_t place = 0; place < 5; ++place)
    EXPECT_EQ(readBits(bytes, place, 3), threes[place]);
  EXPECT_EQ(readBits(bytes, 2, 3, BitOrder::HighFirst), 4u);
  EXPECT_EQ(readBits(bytes, 0, 16), 0x35d2u);
  EXPECT_EQ(readBits(bytes, 0, 16, BitOrder::HighFirst), 0xd235u);
}

TEST(Packing, EveryWidthRoundTripsAndLeavesItsNeighboursAlone) {
  for (unsigned numBits = 1; numBits <= 16; ++numBits)
    for (BitOrder order : {BitOrder::LowFirst, BitOrder::HighFirst}) {
      const size_t numCodes = 19;
      std::vector<uint8_t> bytes(packedSizeInBytes(numCodes, numBits), 0xa5);
      uint32_t mask = (1u << numBits) - 1;
      auto makeCode = [&](size_t place) { return uint32_t(place * 40503u + 77u) & mask; };
      for (size_t place = 0; place < numCodes; ++place)
        writeBits(bytes.data(), place, numBits, makeCode(place) | ~mask, order);
      for (size_t place = 0; place < numCodes; ++place)
        ASSERT_EQ(readBits(bytes.data(), place, numBits, order), makeCode(place)) << numBits << " " << place;
    }
}

TEST(Packing, SizeInBytes) {
  EXPECT_EQ(packedSizeInBytes(0, 3), 0u);
  EXPECT_EQ(packedSizeInBytes(8, 3), 3u);
  EXPECT_EQ(packedSizeInBytes(9, 3), 4u);
  EXPECT_EQ(packedSizeInBytes(5, 16), 10u);
}

TEST(Packing, EveryIntegerCodeSurvives) {
#define NIBBLE_INTEGER_CODEC(name, isSigned, numBits)                                                                  \
  for (int64_t code = minCode(isSigned, numBits); code <= maxCode(isSigned, numBits); ++code) {                        \
    uint8_t bytes[2] = {};                                                                                             \
    writeBits(bytes, 0, numBits, static_cast<uint32_t>(code));                                                         \
    uint32_t bits = readBits(bytes, 0, numBits);                                                                       \
    ASSERT_EQ(isSigned ? signExtend(bits, numBits) : static_cast<int32_t>(bits), code) << #name;                       \
  }
#include "nibble/Numerics/Codecs.def"
}

TEST(Packing, Radix) {
  EXPECT_EQ(digitsPerByte(2), 8u);
  EXPECT_EQ(digitsPerByte(3), 5u);
  EXPECT_EQ(digitsPerByte(5), 3u);
  EXPECT_EQ(digitsPerByte(6), 3u);
  EXPECT_EQ(digitsPerByte(7), 2u);
  EXPECT_EQ(digitsPerByte(16), 2u);
  EXPECT_EQ(digitsPerByte(17), 1u);
  EXPECT_EQ(digitsPerByte(256), 1u);
  // 2 + 0 * 3 + 1 * 9 + 1 * 27 + 2 * 81 = 200
  uint8_t bytes[2] = {};
  const uint32_t digits[] = {2, 0, 1, 1, 2, 1};
  for (size_t place = 0; place < 6; ++place)
    writeDigit(bytes, place, 3, digits[place]);
  EXPECT_EQ(bytes[0], 200);
  EXPECT_EQ(bytes[1], 1);
  for (size_t place = 0; place < 6; ++place)
    EXPECT_EQ(readDigit(bytes, place, 3), digits[place]);
}

TEST(Packing, EveryRadixRoundTrips) {
  for (unsigned radix = 2; radix <= 256; ++radix) {
    uint8_t bytes[12] = {};
    for (int round = 0; round < 2; ++round) // the second replaces digits that are not 0
      for (size_t place = 0; place < 12; ++place)
        writeDigit(bytes, place, radix, (place * 7 + radix + 3 * round) % radix);
    for (size_t place = 0; place < 12; ++place)
      ASSERT_EQ(readDigit(bytes, place, radix), (place * 7 + radix + 3) % radix) << radix;
  }
}

TEST(Packing, OrdersAreThePublishedOnes) {
  // ggml: byte j of a block of 32 has element j in its low half and j + 16 in its high one.
  for (size_t j = 0; j < 16; ++j) {
    EXPECT_EQ(halfSplitPlace(j, 32), 2 * j);
    EXPECT_EQ(halfSplitPlace(j + 16, 32), 2 * j + 1);
  }
  // AutoAWQ: order_map = [0, 2, 4, 6, 1, 3, 5, 7].
  const size_t order[] = {0, 2, 4, 6, 1, 3, 5, 7};
  for (size_t place = 0; place < 24; ++place)
    EXPECT_EQ(awqPlace(place / 8 * 8 + order[place % 8]), place);
}
