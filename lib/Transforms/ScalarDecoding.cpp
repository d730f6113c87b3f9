//===- ScalarDecoding.cpp - one code of any scheme, in scalar ops ------------------------------------===//

#include "ScalarDecoding.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/Numerics/Packing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace nibble;

//===----------------------------------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------------------------------===//

/// A constant of the values of all bit patterns of `numBits` bits; those from `numCodes` on are 0.
static Value createTable(OpBuilder &builder, Location loc, unsigned numBits, int64_t numCodes,
                         function_ref<float(int64_t)> getValue) {
  SmallVector<float> values(size_t(1) << numBits, 0.0f);
  for (int64_t code = 0; code < numCodes; ++code)
    values[code] = getValue(code);
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, builder.getF32Type());
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, ArrayRef<float>(values)));
}

static bool isLookedUp(Type scaleType) { return scaleType.getIntOrFloatBitWidth() == 8 && !scaleType.isInteger(8); }

LookupTables::LookupTables(OpBuilder &builder, Location loc, SchemeAttr scheme) {
  for (Type type : scheme.getScale())
    scales.push_back(isLookedUp(type) ? createTable(builder, loc, 8, 256, [&](int64_t bits) {
      return ScaleCodec(type).decode(static_cast<uint32_t>(bits));
    }) : Value());
  bool is16BitFloat = scheme.getNumBits() == 16 && !scheme.getTable();
  if (scheme.isInteger() || scheme.isDeclared() || is16BitFloat)
    return;
  SchemeCodec codec(scheme);
  levels = createTable(builder, loc, scheme.getNumBits(), scheme.getMaxCode() + 1,
                       [&](int64_t code) { return codec.decode(static_cast<int32_t>(code)); });
}

static Value lookUp(OpBuilder &builder, Location loc, Value table, Value code) {
  Value index = arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(), code);
  return tensor::ExtractOp::create(builder, loc, table, index);
}

//===----------------------------------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------------------------------===//

namespace {
/// Arithmetic on i32 and index values.
class IntegerBuilder {
public:
  IntegerBuilder(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  Value constant(int64_t value) { return arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(value)); }
  Value indexConstant(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }
  template <typename Op> Value apply(Value a, Value b) { return builder.createOrFold<Op>(loc, a, b); }
  template <typename Op> Value applyConstant(Value a, int64_t b) {
    return apply<Op>(a, a.getType().isIndex() ? indexConstant(b) : constant(b));
  }
  Value toI32(Value index) { return arith::IndexCastOp::create(builder, loc, builder.getI32Type(), index); }
  Value select(Value a, int64_t equals, Value whenTrue, Value whenFalse) {
    Value isEqual = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, a, constant(equals));
    return arith::SelectOp::create(builder, loc, isEqual, whenTrue, whenFalse);
  }

private:
  OpBuilder &builder;
  Location loc;
};

/// Reads codes from the bytes of a row.
class RowReader {
public:
  RowReader(OpBuilder &builder, Location loc, SchemeAttr scheme, Value codes, ValueRange indices)
      : builder(builder), loc(loc), ints(builder, loc), scheme(scheme), codes(codes), indices(indices),
        numBits(scheme.getNumBits()), isHighFirst(scheme.getOrder() == BitOrder::HighFirst) {}

  Value readCode() {
    Value place = indices.empty() ? ints.indexConstant(0) : indices.back();
    if (scheme.getRadix())
      return readDigit(place);
    return 8 % numBits == 0 ? readWithinByte(place) : readAcrossBytes(place);
  }

private:
  Value readByte(Value position) {
    SmallVector<Value> at(indices);
    if (!at.empty())
      at.back() = position;
    Value byte = tensor::ExtractOp::create(builder, loc, codes, at);
    return arith::ExtUIOp::create(builder, loc, builder.getI32Type(), byte);
  }

  /// byte / radix^(place % digits) % radix
  Value readDigit(Value place) {
    unsigned radix = scheme.getRadix(), numDigits = numerics::digitsPerByte(radix);
    Value byte = readByte(ints.applyConstant<arith::DivUIOp>(place, numDigits));
    Value digit = ints.toI32(ints.applyConstant<arith::RemUIOp>(place, numDigits)), power = ints.constant(1);
    for (unsigned exponent = 1; exponent < numDigits; ++exponent)
      power = ints.select(digit, exponent, ints.constant(numerics::radixPower(radix, exponent)), power);
    return ints.applyConstant<arith::RemUIOp>(ints.apply<arith::DivUIOp>(byte, power), radix);
  }

  Value readWithinByte(Value place) {
    int64_t perByte = 8 / numBits;
    Value byte = readByte(ints.applyConstant<arith::DivUIOp>(place, perByte));
    Value inByte = ints.applyConstant<arith::RemUIOp>(place, perByte);
    if (isHighFirst)
      inByte = ints.apply<arith::SubIOp>(ints.indexConstant(perByte - 1), inByte);
    Value shift = ints.toI32(ints.applyConstant<arith::MulIOp>(inByte, numBits));
    return mask(ints.apply<arith::ShRUIOp>(byte, shift));
  }

  /// Two bytes, of which the second may lie behind the row: then no bit of it is used, and the last one is read instead.
  Value readAcrossBytes(Value place) {
    Value position = ints.applyConstant<arith::MulIOp>(place, numBits);
    Value first = ints.applyConstant<arith::DivUIOp>(position, 8);
    Value shift = ints.toI32(ints.applyConstant<arith::RemUIOp>(position, 8));
    int64_t rowSize = indices.empty() ? 1 : cast<RankedTensorType>(codes.getType()).getShape().back();
    Value second = ints.applyConstant<arith::MinUIOp>(ints.applyConstant<arith::AddIOp>(first, 1), rowSize - 1);
    Value low = readByte(first), high = readByte(second);
    if (isHighFirst) {
      std::swap(low, high);
      shift = ints.apply<arith::SubIOp>(ints.constant(16 - numBits), shift);
    }
    Value both = ints.apply<arith::OrIOp>(low, ints.applyConstant<arith::ShLIOp>(high, 8));
    return mask(ints.apply<arith::ShRUIOp>(both, shift));
  }

  /// The low bits, sign-extended for signed codecs.
  Value mask(Value bits) {
    if (!scheme.isSigned())
      return ints.applyConstant<arith::AndIOp>(bits, (1 << numBits) - 1);
    return ints.applyConstant<arith::ShRSIOp>(ints.applyConstant<arith::ShLIOp>(bits, 32 - numBits), 32 - numBits);
  }

  OpBuilder &builder;
  Location loc;
  IntegerBuilder ints;
  SchemeAttr scheme;
  Value codes;
  ValueRange indices;
  unsigned numBits;
  bool isHighFirst;
};
} // namespace

Value nibble::createPackedCode(OpBuilder &builder, Location loc, SchemeAttr scheme, Value codes, ValueRange indices) {
  return RowReader(builder, loc, scheme, codes, indices).readCode();
}

Value nibble::createWideCode(OpBuilder &builder, Location loc, SchemeAttr scheme, Value stored) {
  Type i32 = builder.getI32Type();
  return scheme.isSigned() ? arith::ExtSIOp::create(builder, loc, i32, stored).getResult()
                           : arith::ExtUIOp::create(builder, loc, i32, stored).getResult();
}

//===----------------------------------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------------------------------===//

Value nibble::createScale(OpBuilder &builder, Location loc, SchemeAttr scheme, unsigned level, Value stored,
                          const LookupTables &tables) {
  Type f32 = builder.getF32Type();
  if (Value table = tables.scales[level])
    return lookUp(builder, loc, table, arith::ExtUIOp::create(builder, loc, builder.getI32Type(), stored));
  if (scheme.getScale()[level].isInteger())
    return arith::SIToFPOp::create(builder, loc, f32, stored);
  return stored.getType() == f32 ? stored : arith::ExtFOp::create(builder, loc, f32, stored).getResult();
}

Value nibble::createLevel(OpBuilder &builder, Location loc, SchemeAttr scheme, Value code, Value zeroPoint,
                          const LookupTables &tables) {
  if (tables.levels)
    return lookUp(builder, loc, tables.levels, code);
  if (scheme.isInteger()) {
    if (zeroPoint)
      code = builder.createOrFold<arith::SubIOp>(loc, code, zeroPoint);
    return arith::SIToFPOp::create(builder, loc, builder.getF32Type(), code);
  }
  // f16 and bf16.
  Type element = scheme.getCodec() == "f16" ? Type(builder.getF16Type()) : Type(builder.getBF16Type());
  Value bits = arith::TruncIOp::create(builder, loc, builder.getIntegerType(16), code);
  Value real = arith::BitcastOp::create(builder, loc, element, bits);
  return arith::ExtFOp::create(builder, loc, builder.getF32Type(), real);
}

Value nibble::createDeclared(OpBuilder &builder, Region &region, ValueRange arguments) {
  IRMapping mapping;
  mapping.map(region.getArguments(), arguments);
  for (Operation &op : region.front().without_terminator())
    builder.clone(op, mapping);
  return mapping.lookup(cast<YieldOp>(region.front().getTerminator()).getValue());
}
