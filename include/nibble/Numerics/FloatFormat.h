//===- FloatFormat.h - floats of up to 16 bits, described by their fields -----------------------------===//
//
// One decoder and one encoder for every small float format: f16 and bf16 (IEEE 754 binary16, bfloat16), the 8-bit
// formats of the OCP OFP8 specification (E4M3, E5M2) and their FNUZ variants as ONNX defines them, the 6- and 4-bit
// elements of the OCP Microscaling specification. A code is, from its most significant bit:
//
//     [ sign 1 ][ exponent exponentBits ][ fraction fractionBits ]
//
//     exponent > 0:  value = (-1)^sign * 2^(exponent - bias) * (1 + fraction / 2^fractionBits)
//     exponent = 0:  value = (-1)^sign * 2^(1 - bias) * fraction / 2^fractionBits
//
// except for the codes that SpecialCodes takes away from the numbers. E8M0, an exponent alone, is below.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_FLOATFORMAT_H
#define NIBBLE_NUMERICS_FLOATFORMAT_H

#include "nibble/Numerics/SmallFloat.h"
#include <cmath>
#include <limits>

namespace nibble::numerics {

/// Which codes are not finite numbers.
enum class SpecialCodes {
  /// Exponent all ones: infinity when the fraction is 0, NaN otherwise.
  InfinityAndNaN,
  /// Exponent and fraction all ones are NaN, of either sign ("FN").
  NaNAllOnes,
  /// The code of -0 is the only NaN, and there is no -0 ("FNUZ").
  NaNNegativeZero,
  /// None: every code is a number.
  None,
};

/// What an encoder does with a number beyond the largest finite one after rounding, and with infinity.
enum class Overflow {
  /// The largest finite number of its sign.
  Saturate,
  /// Infinity where the format has it, else NaN; the largest finite number where it has neither.
  ToSpecial,
};

struct FloatFormat {
  unsigned exponentBits, fractionBits;
  int bias;
  SpecialCodes specials;

  constexpr unsigned numBits() const { return 1 + exponentBits + fractionBits; }
  constexpr uint32_t signBit() const { return 1u << (numBits() - 1); }
  constexpr uint32_t exponentMask() const { return ((1u << exponentBits) - 1) << fractionBits; }
  constexpr bool hasNaN() const { return specials != SpecialCodes::None; }
  constexpr bool hasInfinity() const { return specials == SpecialCodes::InfinityAndNaN; }

  /// The code of the largest finite number.
  constexpr uint32_t largestFinite() const {
    return specials == SpecialCodes::InfinityAndNaN ? exponentMask() - 1
           : specials == SpecialCodes::NaNAllOnes   ? signBit() - 2
                                                    : signBit() - 1;
  }

  /// The quiet NaN that encoding gives. `sign` is the sign bit or 0. Only for formats that have one.
  constexpr uint32_t nan(uint32_t sign) const {
    return specials == SpecialCodes::InfinityAndNaN ? sign | exponentMask() | 1u << (fractionBits - 1)
           : specials == SpecialCodes::NaNAllOnes   ? sign | (signBit() - 1)
                                                    : signBit();
  }

  constexpr bool isNaN(uint32_t code) const {
    uint32_t magnitude = code & (signBit() - 1);
    return specials == SpecialCodes::InfinityAndNaN    ? magnitude > exponentMask()
           : specials == SpecialCodes::NaNAllOnes      ? magnitude == signBit() - 1
           : specials == SpecialCodes::NaNNegativeZero ? code == signBit()
                                                       : false;
  }
};

/// The value of a code, exactly: f32 holds every number of every format.
inline float decodeFloat(const FloatFormat &format, uint32_t code) {
  if (format.isNaN(code))
    return std::numeric_limits<float>::quiet_NaN();
  uint32_t magnitude = code & (format.signBit() - 1);
  float sign = code & format.signBit() ? -1.0f : 1.0f;
  if (format.hasInfinity() && magnitude == format.exponentMask())
    return sign * std::numeric_limits<float>::infinity();
  uint32_t fraction = magnitude & ((1u << format.fractionBits) - 1);
  int exponent = static_cast<int>(magnitude >> format.fractionBits);
  uint32_t significand = exponent ? fraction | 1u << format.fractionBits : fraction;
  return sign * std::ldexp(static_cast<float>(significand),
                           (exponent ? exponent : 1) - format.bias - static_cast<int>(format.fractionBits));
}

/// The code of the nearest number, ties to the even code. NaN stays NaN and keeps its sign; where the format has none
/// it counts as 0, as it does in quantize.
inline uint32_t encodeFloat(const FloatFormat &format, float value, Overflow overflow = Overflow::Saturate) {
  uint32_t sign = std::signbit(value) ? format.signBit() : 0;
  if (std::isnan(value))
    return format.hasNaN() ? format.nan(sign) : 0;
  if (value == 0)
    return format.specials == SpecialCodes::NaNNegativeZero ? 0 : sign;
  uint32_t magnitude = format.largestFinite() + 1;
  if (std::isfinite(value)) {
    // In units of the last place the magnitude is a number below 2^(fractionBits + 1); rounded to an integer it is the
    // code of the binade's numbers counted from the binade below, so that carries find the right code by themselves.
    double exact = std::fabs(static_cast<double>(value));
    int smallestExponent = 1 - format.bias;
    int exponent = std::ilogb(exact) < smallestExponent ? smallestExponent : std::ilogb(exact);
    magnitude = (static_cast<uint32_t>(exponent - smallestExponent) << format.fractionBits) +
                static_cast<uint32_t>(std::nearbyint(std::ldexp(exact, int(format.fractionBits) - exponent)));
  }
  if (magnitude > format.largestFinite()) {
    magnitude = format.largestFinite();
    if (overflow == Overflow::ToSpecial && format.hasInfinity())
      magnitude = format.exponentMask();
    else if (overflow == Overflow::ToSpecial && format.hasNaN())
      return format.nan(sign);
  }
  if (magnitude == 0 && format.specials == SpecialCodes::NaNNegativeZero)
    return 0;
  return sign | magnitude;
}

//===----------------------------------------------------------------------------------------------===//
// E8M0: the scales of the OCP Microscaling formats
//===----------------------------------------------------------------------------------------------===//

/// How a number between two powers of two becomes one of them.
enum class PowerRounding {
  Up,
  Down,
  /// The nearer one; halfway, at 1.5 times the smaller, the larger.
  Nearest,
};

constexpr uint32_t e8m0NaN = 0xff;

/// 2^(code - 127), and NaN for 0xff.
inline float decodeE8M0(uint32_t code) {
  return code == e8m0NaN ? std::numeric_limits<float>::quiet_NaN() : std::ldexp(1.0f, static_cast<int>(code) - 127);
}

/// A power of two for a number. What is not positive and finite has none and becomes NaN, except that saturation gives
/// the least power to 0 and the largest to infinity; so it does to what lies beyond 2^127.
inline uint32_t encodeE8M0(float value, PowerRounding rounding = PowerRounding::Up,
                           Overflow overflow = Overflow::Saturate) {
  bool saturates = overflow == Overflow::Saturate;
  if (std::isnan(value) || value < 0)
    return e8m0NaN;
  if (value == 0)
    return saturates ? 0 : e8m0NaN;
  if (std::isinf(value))
    return saturates ? e8m0NaN - 1 : e8m0NaN;
  int exponent = std::ilogb(value);
  double power = std::ldexp(1.0, exponent), exact = static_cast<double>(value);
  if (rounding == PowerRounding::Up ? exact > power : rounding == PowerRounding::Nearest && exact >= 1.5 * power)
    ++exponent;
  if (exponent > 127)
    return saturates ? e8m0NaN - 1 : e8m0NaN;
  return exponent < -127 ? 0 : static_cast<uint32_t>(exponent + 127);
}

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_FLOATFORMAT_H
