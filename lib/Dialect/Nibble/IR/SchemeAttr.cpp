//===- SchemeAttr.cpp - verification and facts of #nibble.scheme -------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Numerics/Integer.h"
#include "nibble/Numerics/Packing.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace nibble;

namespace {
struct CodecInfo {
  enum Kind { Integer, Float, Table };
  StringLiteral name;
  Kind kind;
  bool isSigned;
  unsigned numBits;
};

constexpr CodecInfo codecs[] = {
#define NIBBLE_INTEGER_CODEC(name, isSigned, numBits) {#name, CodecInfo::Integer, isSigned, numBits},
#define NIBBLE_FLOAT_CODEC(name, exponentBits, fractionBits, bias, specials)                                           \
  {#name, CodecInfo::Float, false, 1 + exponentBits + fractionBits},
#define NIBBLE_TABLE_CODEC(name, numBits, table) {#name, CodecInfo::Table, false, numBits},
#include "nibble/Numerics/Codecs.def"
};

const CodecInfo *findCodec(StringRef name) {
  const auto *found = llvm::find_if(codecs, [&](const CodecInfo &codec) { return codec.name == name; });
  return found == std::end(codecs) ? nullptr : found;
}
} // namespace

SchemeAttr SchemeAttr::getInt8(MLIRContext *context, bool isSigned, bool narrowRange, ArrayRef<int64_t> block,
                               ZeroPointKind zeroPoint) {
  return get(context, isSigned ? "s8" : "u8", narrowRange, block, {Float32Type::get(context)}, zeroPoint,
             RoundingMode::HalfToEven);
}

SchemeAttr SchemeAttr::withBlock(ArrayRef<int64_t> block) const {
  return get(getContext(), getCodec(), getDeclaration(), getTable(), getNarrowRange(), block, getScale(),
             getOuterBlock(), getZeroPoint(), getRounding(), getOrder(), getRadix());
}

//===----------------------------------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------------------------------===//

static bool isScaleType(Type type) {
  return type.isF32() || type.isF16() || type.isBF16() || type.isSignlessInteger(8) ||
         isa<Float8E8M0FNUType, Float8E4M3FNType, Float8E4M3FNUZType, Float8E5M2Type, Float8E5M2FNUZType>(type);
}

/// Whether each block of the outer level consists of whole blocks of the inner one.
static bool nests(ArrayRef<int64_t> inner, ArrayRef<int64_t> outer) {
  if (outer.empty())
    return true;
  return inner.size() == outer.size() && llvm::all_of(llvm::zip_equal(inner, outer), [](auto sizes) {
           auto [innerSize, outerSize] = sizes;
           return outerSize == 0 || (innerSize != 0 && outerSize % innerSize == 0);
         });
}

/// Whether an attribute is one of the two forms of a table.
static bool isTable(Attribute table) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(table);
  return isa<DenseF32ArrayAttr>(table) ||
         (resource && resource.getType().getRank() == 1 && resource.getType().getElementType().isF32());
}

static int64_t getNumValues(Attribute table) {
  if (auto resource = dyn_cast_if_present<DenseResourceElementsAttr>(table))
    return resource.getType().getNumElements();
  return table ? cast<DenseF32ArrayAttr>(table).size() : 0;
}

/// Resources are read behind all attributes of a file: until then they are empty.
static ArrayRef<float> getValues(Attribute table) {
  if (auto array = dyn_cast_if_present<DenseF32ArrayAttr>(table))
    return array.asArrayRef();
  auto resource = dyn_cast_if_present<DenseF32ResourceElementsAttr>(table);
  return resource ? resource.tryGetAsArrayRef().value_or(ArrayRef<float>()) : ArrayRef<float>();
}

LogicalResult SchemeAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef name,
                                 FlatSymbolRefAttr declaration, Attribute table, bool narrowRange,
                                 ArrayRef<int64_t> block, ArrayRef<Type> scale, ArrayRef<int64_t> outerBlock,
                                 ZeroPointKind zeroPoint, RoundingMode, BitOrder order, unsigned radix) {
  // (C1)
  const CodecInfo *codec = findCodec(name);
  if (!codec)
    return emitError() << "(C1) unknown codec '" << name << "'";
  bool isInteger = codec->kind == CodecInfo::Integer;
  // (C2)
  if (narrowRange && !codec->isSigned)
    return emitError() << "(C2) 'narrow' is for signed integer codecs, and '" << name << "' is not one";
  // (C3)
  for (int64_t size : llvm::concat<const int64_t>(block, outerBlock))
    if (size < 0)
      return emitError() << "(C3) a block size is at least 0, got " << size;
  // (C4)
  if (scale.empty() || scale.size() > 2)
    return emitError() << "(C4) a scheme has one or two scale levels, got " << scale.size();
  for (Type type : scale)
    if (!isScaleType(type))
      return emitError() << "(C4) a scale is f32, f16, bf16, i8 or a float of 8 bits, got " << type;
  // (C5)
  if (table) {
    if (!isInteger || codec->isSigned)
      return emitError() << "(C5) a table is for unsigned integer codecs, and '" << name << "' is not one";
    if (!isTable(table))
      return emitError() << "(C5) a table is a list of f32, got " << table;
    int64_t maxSize = radix ? radix : int64_t(1) << codec->numBits, size = getNumValues(table);
    if (size < 1 || size > maxSize)
      return emitError() << "(C5) expected a table of 1 to " << maxSize << " values, got " << size;
    if (!llvm::all_of(getValues(table), [](float value) { return std::isfinite(value); }))
      return emitError() << "(C5) the values of a table are finite";
  }
  // (C6)
  if (zeroPoint == ZeroPointKind::Integer && (!isInteger || table))
    return emitError() << "(C6) an integer zero point is for codes that are integers, and those of this scheme are not";
  // (C7)
  if (!outerBlock.empty() && scale.size() != 2)
    return emitError() << "(C7) outer blocks are for two scale levels, got " << scale.size();
  if (!nests(block, outerBlock))
    return emitError() << "(C7) outer blocks of [" << outerBlock << "] do not consist of whole blocks of [" << block << "]";
  // (C8)
  if (radix && (radix < 3 || radix > 15))
    return emitError() << "(C8) a radix is from 3 to 15, got " << radix;
  if (unsigned numBits = llvm::Log2_32_Ceil(radix); radix && (!isInteger || codec->isSigned || codec->numBits != numBits))
    return emitError() << "(C8) digits of radix " << radix << " are codes of u" << numBits << ", got '" << name << "'";
  // (C9)
  if (order != BitOrder::LowFirst && (radix || codec->numBits >= 8))
    return emitError() << "(C9) an order is for codes of fewer than 8 bits without a radix";
  // (C10)
  if (declaration && (!isInteger || narrowRange || table))
    return emitError() << "(C10) the meaning that " << declaration
                       << " declares is for an integer codec that is not narrow and has no table";
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------------------------------===//

ArrayRef<float> SchemeAttr::getTableValues() const { return getValues(getTable()); }

int64_t SchemeAttr::getTableSize() const { return getNumValues(getTable()); }

LogicalResult SchemeAttr::verifyTable(function_ref<InFlightDiagnostic()> emitError) const {
  if (static_cast<int64_t>(getTableValues().size()) != getTableSize())
    return emitError() << "(C5) the resource of the table of " << *this << " has not its values";
  if (!llvm::all_of(getTableValues(), [](float value) { return std::isfinite(value); }))
    return emitError() << "(C5) the values of a table are finite";
  return success();
}

bool SchemeAttr::isInteger() const {
  return findCodec(getCodec())->kind == CodecInfo::Integer && !isDeclared() && !getTable();
}

bool SchemeAttr::isSigned() const { return findCodec(getCodec())->isSigned; }

unsigned SchemeAttr::getNumBits() const { return findCodec(getCodec())->numBits; }

int64_t SchemeAttr::getMinCode() const { return numerics::minCode(isSigned(), getNumBits(), getNarrowRange()); }

int64_t SchemeAttr::getMaxCode() const {
  if (getTable())
    return getTableSize() - 1;
  return getRadix() ? getRadix() - 1 : numerics::maxCode(isSigned(), getNumBits());
}

bool SchemeAttr::isPerTensor() const {
  return llvm::all_of(getBlock(), [](int64_t size) { return size == 0; });
}

std::optional<int64_t> SchemeAttr::getChannelAxis() const {
  std::optional<int64_t> axis;
  for (auto [index, size] : llvm::enumerate(getBlock())) {
    if (size == 0)
      continue;
    if (size != 1 || axis)
      return std::nullopt;
    axis = index;
  }
  return axis;
}

SmallVector<int64_t> SchemeAttr::getScaleShape(ArrayRef<int64_t> logicalShape, unsigned level) const {
  SmallVector<int64_t> shape;
  ArrayRef<int64_t> block = getBlock(level);
  for (auto [size, dim] : llvm::zip_equal(block, logicalShape.take_front(block.size())))
    shape.push_back(size == 0 ? 1 : ShapedType::isDynamic(dim) ? dim : llvm::divideCeil(dim, size));
  return shape;
}

Type SchemeAttr::getScaleElementType(unsigned level) const {
  Type type = getScale()[level];
  return type.getIntOrFloatBitWidth() == 8 ? IntegerType::get(getContext(), 8) : type;
}

Type SchemeAttr::getZeroPointElementType() const {
  if (getZeroPoint() == ZeroPointKind::None)
    return {};
  return getZeroPoint() == ZeroPointKind::Integer ? Type(IntegerType::get(getContext(), 32))
                                                  : getScaleElementType(getNumScaleLevels() - 1);
}

Type SchemeAttr::getStorageElementType() const {
  return IntegerType::get(getContext(), getNumBits() <= 8 ? 8 : 16);
}

SmallVector<int64_t> SchemeAttr::getStorageShape(ArrayRef<int64_t> logicalShape) const {
  SmallVector<int64_t> shape(logicalShape);
  if (!isPacked() || shape.empty() || ShapedType::isDynamic(shape.back()))
    return shape;
  shape.back() = getRadix() ? llvm::divideCeil(shape.back(), numerics::digitsPerByte(getRadix()))
                            : static_cast<int64_t>(numerics::packedSizeInBytes(shape.back(), getNumBits()));
  return shape;
}
