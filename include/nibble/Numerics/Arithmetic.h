//===- Arithmetic.h - the operations that Functions.h is written in -------------------------------------===//
//
// Functions.h is written once and used twice: on numbers, and on a type whose operators emit code
// (lib/Transforms/ExpandMath.cpp). Such a type `F` with its integer `I` of 32 bits and truth value `B` has
//
//     F + F, -, *, /                  one rounded IEEE 754 operation each; either side may be a float
//     F < F, F > F, F == F            ordered comparisons: false when an operand is NaN; the right side may be a float
//     select(B, F, F)                 either side, or both, may be a float
//     asInt(F), asFloat(I)            the same bits
//     toFloat(I)                      the nearest float of a signed integer
//     I + I, -, &, |, I << uint32_t   modulo 2^32; the right side may be a uint32_t
//     shiftRight(I, uint32_t)         arithmetic
//     squareRoot(F)                   correctly rounded
//
// and nothing else: no branch, no fused operation, no conversion that is undefined for a NaN. This file has them for
// numbers; an integer is a uint32_t, so that it wraps.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_ARITHMETIC_H
#define NIBBLE_NUMERICS_ARITHMETIC_H

#include "nibble/Numerics/SmallFloat.h"
#include <cmath>

namespace nibble::numerics {

inline float select(bool condition, float whenTrue, float whenFalse) { return condition ? whenTrue : whenFalse; }
inline uint32_t asInt(float x) { return floatToBits(x); }
inline float asFloat(uint32_t bits) { return floatFromBits(bits); }
inline float toFloat(uint32_t integer) { return static_cast<float>(static_cast<int32_t>(integer)); }
inline uint32_t shiftRight(uint32_t integer, uint32_t amount) {
  return static_cast<uint32_t>(static_cast<int32_t>(integer) >> amount);
}
inline float squareRoot(float x) { return std::sqrt(x); }

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_ARITHMETIC_H
