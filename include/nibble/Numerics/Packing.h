//===- Packing.h - codes of fewer than 8 bits in bytes and words --------------------------------------===//
//
// Two questions decide where a code is: in which order codes are placed ("order") and how a place becomes bits
// ("stream").
//
// Streams number bits or digits:
//
//     low first    place i of b bits starts at bit i * b; bit n is bit n % 8, counted from the least significant, of
//     byte n / 8 high first   the same, counted from the most significant bit, and the code's high bit comes first
//     radix r      a byte holds k digits, k the most with r^k <= 256; place i is the digit of r^(i % k) of byte i / k
//
// A code of 3, 5, 6, 7 or 9 … 16 bits may lie across bytes. GPTQ's rows of little-endian 32-bit words are a low-first
// stream too.
//
// Orders say which element is at place i of a group:
//
//     sequential   i
//     half split   group of 2n: places 2j and 2j + 1 hold elements j and j + n (ggml: one byte has an element of each
//     half) AWQ          group of 8: places hold elements 0 2 4 6 1 3 5 7
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_PACKING_H
#define NIBBLE_NUMERICS_PACKING_H

#include <cstddef>
#include <cstdint>

namespace nibble::numerics {

//===----------------------------------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------------------------------===//

enum class BitOrder { LowFirst, HighFirst };

/// Where bit `position` of a stream is: the shift within byte position / 8.
constexpr unsigned bitShift(size_t position, BitOrder order) {
  return static_cast<unsigned>(order == BitOrder::LowFirst ? position % 8 : 7 - position % 8);
}

/// Bytes that hold `numCodes` codes of `numBits` bits.
constexpr size_t packedSizeInBytes(size_t numCodes, unsigned numBits) { return (numCodes * numBits + 7) / 8; }

/// The bits of the code at a place, for 1 to 16 bits, not sign-extended.
inline uint32_t readBits(const uint8_t *bytes, size_t place, unsigned numBits, BitOrder order = BitOrder::LowFirst) {
  uint32_t code = 0;
  for (unsigned bit = 0; bit < numBits; ++bit) {
    size_t position = place * numBits + bit;
    uint32_t value = bytes[position / 8] >> bitShift(position, order) & 1u;
    code |= value << (order == BitOrder::LowFirst ? bit : numBits - 1 - bit);
  }
  return code;
}

/// Replaces the code at a place by the low `numBits` bits of `code`; the other bits stay.
inline void writeBits(uint8_t *bytes, size_t place, unsigned numBits, uint32_t code,
                      BitOrder order = BitOrder::LowFirst) {
  for (unsigned bit = 0; bit < numBits; ++bit) {
    size_t position = place * numBits + bit;
    unsigned shift = bitShift(position, order);
    uint32_t value = code >> (order == BitOrder::LowFirst ? bit : numBits - 1 - bit) & 1u;
    bytes[position / 8] = static_cast<uint8_t>((bytes[position / 8] & ~(1u << shift)) | value << shift);
  }
}

/// The low `numBits` bits of a code as a two's complement integer, for 1 to 16 bits.
constexpr int32_t signExtend(uint32_t code, unsigned numBits) {
  uint32_t sign = 1u << (numBits - 1), bits = code & ((sign << 1) - 1);
  return static_cast<int32_t>(bits ^ sign) - static_cast<int32_t>(sign);
}

/// How many digits of a radix from 2 to 256 fit a byte: 5 ternary ones, 3 of radix 6.
constexpr unsigned digitsPerByte(unsigned radix) {
  unsigned numDigits = 0;
  for (unsigned power = radix; power <= 256; power *= radix)
    ++numDigits;
  return numDigits;
}

constexpr uint32_t radixPower(unsigned radix, unsigned exponent) {
  uint32_t power = 1;
  for (unsigned i = 0; i < exponent; ++i)
    power *= radix;
  return power;
}

/// The digit at a place.
constexpr uint32_t readDigit(const uint8_t *bytes, size_t place, unsigned radix) {
  unsigned numDigits = digitsPerByte(radix);
  return bytes[place / numDigits] / radixPower(radix, static_cast<unsigned>(place % numDigits)) % radix;
}

/// Replaces the digit at a place by `digit` < radix; the byte must hold digits, that is be below radix^digitsPerByte.
constexpr void writeDigit(uint8_t *bytes, size_t place, unsigned radix, uint32_t digit) {
  unsigned numDigits = digitsPerByte(radix);
  uint32_t power = radixPower(radix, static_cast<unsigned>(place % numDigits));
  uint8_t &byte = bytes[place / numDigits];
  byte = static_cast<uint8_t>(byte + (digit - byte / power % radix) * power);
}

//===----------------------------------------------------------------------------------------------===//
// Orders
//===----------------------------------------------------------------------------------------------===//

/// The place of an element in a half-split group of `groupSize` (even) elements.
constexpr size_t halfSplitPlace(size_t element, size_t groupSize) {
  size_t half = groupSize / 2;
  return element < half ? 2 * element : 2 * (element - half) + 1;
}

/// The place of an element in AWQ's order; groups are of 8.
constexpr size_t awqPlace(size_t element) {
  size_t inGroup = element % 8;
  return element - inGroup + (inGroup % 2 ? 4 : 0) + inGroup / 2;
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_PACKING_H
