//===- Arithmetic.h - the operations that functions are written in --------------------------------------===//
//
// Functions.h, WideFunctions.h and Angles.h are written once and used twice: on numbers, and on a type whose operators emit code
// (lib/Transforms/ExpandMath.cpp). Such a type `F` of f32 with its integer `I` of 32 bits, `D` of f64 with its integer `L` of 64
// bits, and truth value `B` has, for each of the two widths,
//
//     F + F, -, *, /                  one rounded IEEE 754 operation each; either side may be a float
//     F < F, F > F, F == F            ordered comparisons: false when an operand is NaN; the right side may be a float
//     select(B, F, F)                 either side, or both, may be a float; select(B, L, L) too
//     asInt(F), asFloat(I)            the same bits
//     I + I, -, *, &, |, I << I       modulo 2^32; the right side may be a uint32_t
//     shiftRight(I, I)                arithmetic
//     squareRoot(F)                   correctly rounded
//
// beside these
//
//     toFloat(I)                      the nearest f32 of a signed integer of 32 bits
//     widen(F), narrow(D)             the same number, the nearest one
//     widen(I)                        with zeros
//
// and nothing else: no branch, no fused operation, no conversion that is undefined for a NaN. This file has them for
// numbers; integers are unsigned, so that they wrap.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_ARITHMETIC_H
#define NIBBLE_NUMERICS_ARITHMETIC_H

#include "nibble/Numerics/SmallFloat.h"
#include <cmath>

namespace nibble::numerics {

inline float select(bool condition, float whenTrue, float whenFalse) { return condition ? whenTrue : whenFalse; }
inline double select(bool condition, double whenTrue, double whenFalse) { return condition ? whenTrue : whenFalse; }
inline uint64_t select(bool condition, uint64_t whenTrue, uint64_t whenFalse) {
  return condition ? whenTrue : whenFalse;
}

inline uint32_t asInt(float x) { return floatToBits(x); }
inline float asFloat(uint32_t bits) { return floatFromBits(bits); }
inline uint64_t asInt(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline double asFloat(uint64_t bits) {
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

inline float toFloat(uint32_t integer) { return static_cast<float>(static_cast<int32_t>(integer)); }
inline double widen(float x) { return x; }
inline float narrow(double x) { return static_cast<float>(x); }
inline uint64_t widen(uint32_t integer) { return integer; }

inline uint32_t shiftRight(uint32_t integer, uint32_t amount) {
  return static_cast<uint32_t>(static_cast<int32_t>(integer) >> amount);
}
inline uint64_t shiftRight(uint64_t integer, uint64_t amount) {
  return static_cast<uint64_t>(static_cast<int64_t>(integer) >> amount);
}
inline float squareRoot(float x) { return std::sqrt(x); }
inline double squareRoot(double x) { return std::sqrt(x); }

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_ARITHMETIC_H
