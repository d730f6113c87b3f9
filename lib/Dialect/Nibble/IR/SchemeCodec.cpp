//===- SchemeCodec.cpp - the numbers behind #nibble.scheme -------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/Numerics/CodeTable.h"
#include "nibble/Numerics/Packing.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;
using namespace nibble;
using numerics::FloatFormat;
using numerics::SpecialCodes;

//===----------------------------------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------------------------------===//

std::optional<FloatFormat> nibble::findFloatFormat(StringRef name) {
  return llvm::StringSwitch<std::optional<FloatFormat>>(name)
#define NIBBLE_FLOAT_CODEC(codec, exponentBits, fractionBits, bias, specials)                                          \
  .Case(#codec, FloatFormat{exponentBits, fractionBits, bias, SpecialCodes::specials})
#include "nibble/Numerics/Codecs.def"
      .Default(std::nullopt);
}

/// The values of a table codec by its name; none for other names.
static ArrayRef<float> findTable(StringRef name) {
  return llvm::StringSwitch<ArrayRef<float>>(name)
#define NIBBLE_TABLE_CODEC(codec, numBits, table) .Case(#codec, numerics::table)
#include "nibble/Numerics/Codecs.def"
      .Default({});
}

SchemeCodec::SchemeCodec(SchemeAttr scheme)
    : format(findFloatFormat(scheme.getCodec())),
      table(scheme.getTable() ? scheme.getTableValues() : findTable(scheme.getCodec())) {
  assert(!scheme.isDeclared() && "only its declaration knows what a code stands for");
  if (format) {
    maxLevel = numerics::decodeFloat(*format, format->largestFinite());
    minLevel = -maxLevel;
  } else if (!table.empty()) {
    minLevel = *llvm::min_element(table);
    maxLevel = *llvm::max_element(table);
  } else {
    minLevel = static_cast<float>(scheme.getMinCode());
    maxLevel = static_cast<float>(scheme.getMaxCode());
  }
}

float SchemeCodec::decode(int32_t code) const {
  if (format)
    return numerics::decodeFloat(*format, static_cast<uint32_t>(code));
  return table.empty() ? static_cast<float>(code) : table[code];
}

int32_t SchemeCodec::encode(float level) const {
  if (format)
    return static_cast<int32_t>(numerics::encodeFloat(*format, level));
  return static_cast<int32_t>(numerics::encodeTable({table.data(), table.size()}, level));
}

//===----------------------------------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------------------------------===//

ScaleCodec::ScaleCodec(Type type) : kind(Kind::Small) {
  if (type.isF32())
    kind = Kind::F32;
  else if (type.isInteger(8))
    kind = Kind::I8;
  else if (isa<Float8E8M0FNUType>(type))
    kind = Kind::E8M0;
  else {
    std::string name;
    llvm::raw_string_ostream(name) << type;
    format = *findFloatFormat(name);
  }
}

float ScaleCodec::decode(uint32_t bits) const {
  switch (kind) {
  case Kind::F32:
    return numerics::floatFromBits(bits);
  case Kind::I8:
    return static_cast<int8_t>(bits);
  case Kind::E8M0:
    return numerics::decodeE8M0(bits & 0xff);
  case Kind::Small:
    return numerics::decodeFloat(format, bits & (2 * format.signBit() - 1));
  }
  llvm_unreachable("unknown kind of scale");
}

uint32_t ScaleCodec::encode(float value) const {
  switch (kind) {
  case Kind::F32:
    return numerics::floatToBits(value);
  case Kind::I8:
    return static_cast<uint32_t>(numerics::saturate(value, 0, -128, 127)) & 0xff;
  case Kind::E8M0:
    return numerics::encodeE8M0(value);
  case Kind::Small:
    return numerics::encodeFloat(format, value);
  }
  llvm_unreachable("unknown kind of scale");
}

uint32_t ScaleCodec::encodeScale(float value) const {
  if (kind == Kind::F32)
    return encode(std::clamp(value, 0x1p-126f, 0x1.fffffep127f));
  if (kind == Kind::E8M0)
    return encode(value);
  // The least positive number: 1, the first code above 0, or that of the first normal number.
  bool isSmall = kind == Kind::I8 || format.numBits() == 8;
  uint32_t least = isSmall ? 1 : 1u << format.fractionBits;
  return std::max(encode(std::max(value, 0.0f)), least);
}

float ScaleCodec::getLargest() const {
  if (kind == Kind::I8)
    return 127;
  return kind == Kind::Small && format.numBits() == 8 ? numerics::decodeFloat(format, format.largestFinite()) : 1.0f;
}

//===----------------------------------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------------------------------===//

int64_t nibble::getBlockOfElement(ArrayRef<int64_t> block, ArrayRef<int64_t> shape, int64_t element) {
  int64_t number = 0, factor = 1;
  for (auto [size, extent] : llvm::reverse(llvm::zip_equal(block, shape.take_front(block.size())))) {
    if (size) {
      number += element % extent / size * factor;
      factor *= llvm::divideCeil(extent, size);
    }
    element /= extent;
  }
  return number;
}

SchemeStorage::SchemeStorage(SchemeAttr scheme, ArrayRef<int64_t> shape)
    : numBits(scheme.getNumBits()), radix(scheme.getRadix()), isSigned(scheme.isSigned()),
      isHighFirst(scheme.getOrder() == BitOrder::HighFirst) {
  int64_t numElements = ShapedType::getNumElements(shape);
  rowLength = shape.empty() ? 1 : std::max<int64_t>(shape.back(), 1);
  numRows = numElements / rowLength;
  int64_t elementSizeInBytes = scheme.getStorageElementType().getIntOrFloatBitWidth() / 8;
  SmallVector<int64_t> storageShape = scheme.getStorageShape(shape);
  rowSizeInBytes = elementSizeInBytes * (storageShape.empty() ? 1 : storageShape.back());
}

int32_t SchemeStorage::read(const char *data, int64_t element) const {
  const auto *row = reinterpret_cast<const uint8_t *>(data) + element / rowLength * rowSizeInBytes;
  int64_t place = element % rowLength;
  uint32_t code;
  if (radix) {
    code = numerics::readDigit(row, place, radix);
  } else if (numBits == 8) {
    code = row[place];
  } else if (numBits > 8) {
    uint16_t wide;
    std::memcpy(&wide, row + 2 * place, sizeof wide);
    code = wide;
  } else {
    code = numerics::readBits(row, place, numBits,
                              isHighFirst ? numerics::BitOrder::HighFirst : numerics::BitOrder::LowFirst);
  }
  if (isSigned)
    return numerics::signExtend(code, numBits <= 8 ? numBits : 16);
  return static_cast<int32_t>(code);
}

void SchemeStorage::write(char *data, int64_t element, int32_t code) const {
  auto *row = reinterpret_cast<uint8_t *>(data) + element / rowLength * rowSizeInBytes;
  int64_t place = element % rowLength;
  if (radix) {
    numerics::writeDigit(row, place, radix, static_cast<uint32_t>(code));
  } else if (numBits == 8) {
    row[place] = static_cast<uint8_t>(code);
  } else if (numBits > 8) {
    auto wide = static_cast<uint16_t>(code);
    std::memcpy(row + 2 * place, &wide, sizeof wide);
  } else {
    numerics::writeBits(row, place, numBits, static_cast<uint32_t>(code),
                        isHighFirst ? numerics::BitOrder::HighFirst : numerics::BitOrder::LowFirst);
  }
}
