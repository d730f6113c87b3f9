//===- CodeLevels.cpp - codes in registers as the numbers they stand for ----------------------------===//

#include "CodeLevels.h"
#include "TableLookup.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

CodeLevels::CodeLevels(OpBuilder &builder, Location loc, const FilterCodes &codes, int64_t numLanes)
    : builder(builder), loc(loc), codes(codes), numLanes(numLanes), format(findFloatFormat(codes.scheme.getCodec())) {
  // Integers of more bits and floats of 8 or 16 bits are converted by fewer instructions.
  constexpr unsigned maxIntegerTable = 4, maxFloatTable = 6;
  SchemeAttr scheme = codes.scheme;
  isTable = scheme.isInteger() ? codes.numBits <= maxIntegerTable && !codes.hasZeroPoints
                               : !format || codes.numBits <= maxFloatTable;
  if (isTable)
    setLevels(scheme);
}

void CodeLevels::setLevels(SchemeAttr scheme) {
  SchemeCodec codec(scheme);
  int64_t numCodes = int64_t(1) << codes.numBits;
  for (int64_t code = 0; code < numCodes; ++code) {
    if (scheme.isInteger())
      levels.push_back(static_cast<float>(code - codes.zero));
    else
      // A table may have fewer entries than there are codes.
      levels.push_back(code <= scheme.getMaxCode() ? codec.decode(static_cast<int32_t>(code)) : 0.0f);
  }
}

Value CodeLevels::splat(int64_t value) {
  APInt element(32, static_cast<uint64_t>(value), /*isSigned=*/false, /*implicitTrunc=*/true);
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(getType(builder.getI32Type()), element));
}

Value CodeLevels::emit(Value words, Value zero) {
  if (isTable)
    return emitTableLookup(builder, loc, levels, words);
  if (!codes.scheme.isInteger())
    return emitFloat(words);
  Value integers = arith::SubIOp::create(builder, loc, words, zero ? zero : splat(codes.zero));
  return arith::SIToFPOp::create(builder, loc, getType(builder.getF32Type()), integers);
}

//===------------------------------------------------------------------------------------------------===//
// Floats
//===------------------------------------------------------------------------------------------------===//

Value CodeLevels::placeBits(Value words, unsigned numBits, unsigned fractionBits) {
  int64_t sign = format->signBit();
  Value magnitude = arith::AndIOp::create(builder, loc, words, splat(sign - 1));
  magnitude = arith::ShLIOp::create(builder, loc, magnitude, splat(fractionBits - format->fractionBits));
  Value negative = arith::AndIOp::create(builder, loc, words, splat(sign));
  negative = arith::ShLIOp::create(builder, loc, negative, splat(numBits - codes.numBits));
  return arith::OrIOp::create(builder, loc, magnitude, negative);
}

/// As an IEEE format whose exponents have another bias, which a power of two makes up for. Subnormal numbers of halves are converted
/// without delay, unlike those of f32; only exponents of 5 bits without infinity do not fit.
Value CodeLevels::emitFloat(Value words) {
  auto floats = getType(builder.getF32Type());
  bool isIEEE = format->specials == numerics::SpecialCodes::InfinityAndNaN;
  bool fitsHalf = format->exponentBits < 5 || (format->exponentBits == 5 && isIEEE);
  Value number;
  int bias = fitsHalf ? 15 : 127;
  if (fitsHalf) {
    Value bits = arith::TruncIOp::create(builder, loc, getType(builder.getI16Type()), placeBits(words, 16, 10));
    Value halves = vector::BitCastOp::create(builder, loc, getType(builder.getF16Type()), bits);
    number = arith::ExtFOp::create(builder, loc, floats, halves);
  } else {
    number = vector::BitCastOp::create(builder, loc, floats, placeBits(words, 32, 23));
  }
  if (format->bias == bias)
    return number;
  float factor = std::ldexp(1.0f, bias - static_cast<int>(format->bias));
  Value factors = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(floats, factor));
  return arith::MulFOp::create(builder, loc, number, factors);
}
