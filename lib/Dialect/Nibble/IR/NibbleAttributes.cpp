//===- NibbleAttributes.cpp - parsing, verification and facts of #nibble.scheme --------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Numerics/Integer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nibble;

#define GET_ATTRDEF_CLASSES
#include "nibble/Dialect/Nibble/IR/NibbleAttributes.cpp.inc"

void NibbleDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "nibble/Dialect/Nibble/IR/NibbleAttributes.cpp.inc"
      >();
}

namespace {
struct IntegerCodec {
  StringLiteral name;
  bool isSigned;
  unsigned numBits;
};

constexpr IntegerCodec integerCodecs[] = {
#define NIBBLE_INTEGER_CODEC(name, isSigned, numBits) {#name, isSigned, numBits},
#include "nibble/Numerics/Codecs.def"
};

const IntegerCodec *findIntegerCodec(StringRef name) {
  const auto *found = llvm::find_if(integerCodecs, [&](const IntegerCodec &codec) { return codec.name == name; });
  return found == std::end(integerCodecs) ? nullptr : found;
}
} // namespace

SchemeAttr SchemeAttr::getInt8(MLIRContext *context, bool isSigned, bool narrowRange, ArrayRef<int64_t> block,
                               ZeroPointKind zeroPoint) {
  return get(context, isSigned ? "s8" : "u8", narrowRange, block, {Float32Type::get(context)}, zeroPoint,
             RoundingMode::HalfToEven);
}

LogicalResult SchemeAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef codec, bool narrowRange,
                                 ArrayRef<int64_t> block, ArrayRef<Type> scale, ZeroPointKind zeroPoint,
                                 RoundingMode rounding) {
  // (C1)
  const IntegerCodec *integer = findIntegerCodec(codec);
  if (!integer)
    return emitError() << "(C1) unknown codec '" << codec << "'";
  // (C2)
  if (narrowRange && !integer->isSigned)
    return emitError() << "(C2) 'narrow' is for signed integer codecs, and '" << codec << "' is not one";
  // (C3)
  for (int64_t size : block)
    if (size < 0)
      return emitError() << "(C3) a block size is at least 0, got " << size;
  // (C4)
  if (scale.empty() || scale.size() > 2)
    return emitError() << "(C4) a scheme has one or two scale levels, got " << scale.size();
  return success();
}

Attribute SchemeAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef codec;
  if (parser.parseLess() || parser.parseKeyword(&codec))
    return {};
  bool narrowRange = succeeded(parser.parseOptionalKeyword("narrow"));
  SmallVector<int64_t> block;
  SmallVector<Type> scale;
  ZeroPointKind zeroPoint = ZeroPointKind::None;
  RoundingMode rounding = RoundingMode::HalfToEven;
  while (succeeded(parser.parseOptionalComma())) {
    SMLoc keyLoc = parser.getCurrentLocation();
    StringRef key, word;
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return {};
    auto parseWord = [&](auto symbolize, auto &result) -> ParseResult {
      SMLoc wordLoc = parser.getCurrentLocation();
      if (parser.parseKeyword(&word))
        return failure();
      auto value = symbolize(word);
      if (!value)
        return parser.emitError(wordLoc) << "unknown value '" << word << "' of '" << key << "'";
      result = *value;
      return success();
    };
    ParseResult parsed = success();
    if (key == "block")
      parsed = parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                              [&] { return parser.parseInteger(block.emplace_back()); });
    else if (key == "scale")
      parsed = parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                              [&] { return parser.parseType(scale.emplace_back()); });
    else if (key == "zero_point")
      parsed = parseWord([](StringRef text) { return symbolizeZeroPointKind(text); }, zeroPoint);
    else if (key == "rounding")
      parsed = parseWord([](StringRef text) { return symbolizeRoundingMode(text); }, rounding);
    else
      parsed = parser.emitError(keyLoc) << "expected block, scale, zero_point or rounding, got '" << key << "'";
    if (parsed)
      return {};
  }
  if (parser.parseGreater())
    return {};
  if (scale.empty())
    scale.push_back(parser.getBuilder().getF32Type());
  return parser.getChecked<SchemeAttr>(loc, parser.getContext(), codec, narrowRange, block, scale, zeroPoint, rounding);
}

void SchemeAttr::print(AsmPrinter &printer) const {
  printer << "<" << getCodec();
  if (getNarrowRange())
    printer << " narrow";
  if (!getBlock().empty()) {
    printer << ", block = [";
    llvm::interleaveComma(getBlock(), printer);
    printer << "]";
  }
  if (getScale().size() != 1 || !getScale().front().isF32()) {
    printer << ", scale = [";
    llvm::interleaveComma(getScale(), printer);
    printer << "]";
  }
  if (getZeroPoint() != ZeroPointKind::None)
    printer << ", zero_point = " << stringifyZeroPointKind(getZeroPoint());
  if (getRounding() != RoundingMode::HalfToEven)
    printer << ", rounding = " << stringifyRoundingMode(getRounding());
  printer << ">";
}

bool SchemeAttr::isInteger() const { return findIntegerCodec(getCodec()) != nullptr; }

bool SchemeAttr::isSigned() const {
  const IntegerCodec *codec = findIntegerCodec(getCodec());
  return codec && codec->isSigned;
}

unsigned SchemeAttr::getNumBits() const { return findIntegerCodec(getCodec())->numBits; }

int64_t SchemeAttr::getMinCode() const { return numerics::minCode(isSigned(), getNumBits(), getNarrowRange()); }

int64_t SchemeAttr::getMaxCode() const { return numerics::maxCode(isSigned(), getNumBits()); }

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

SmallVector<int64_t> SchemeAttr::getScaleShape(ArrayRef<int64_t> logicalShape) const {
  SmallVector<int64_t> shape;
  for (auto [size, dim] : llvm::zip_equal(getBlock(), logicalShape.take_front(getBlock().size())))
    shape.push_back(size == 0 ? 1 : ShapedType::isDynamic(dim) ? dim : llvm::divideCeil(dim, size));
  return shape;
}

Type SchemeAttr::getStorageElementType() const {
  return IntegerType::get(getContext(), getNumBits() <= 8 ? 8 : 16);
}

LogicalResult StatisticsAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t, FloatAttr, FloatAttr,
                                     ElementsAttr batches, ElementsAttr histogram, ElementsAttr means) {
  auto isPairs = [](ElementsAttr elements, auto isElement) {
    ShapedType type = elements ? elements.getShapedType() : ShapedType();
    return !type || (type.getRank() == 2 && type.getDimSize(1) == 2 && isElement(type.getElementType()));
  };
  // (C1)
  if (!isPairs(batches, [](Type type) { return type.isF32(); }))
    return emitError() << "(C1) expected batches as pairs of f32, got " << batches.getType();
  if (!isPairs(histogram, [](Type type) { return type.isSignlessInteger(64); }))
    return emitError() << "(C1) expected a histogram as pairs of i64, got " << histogram.getType();
  // (C2)
  if (means && (means.getShapedType().getRank() != 1 || !means.getShapedType().getElementType().isF32()))
    return emitError() << "(C2) expected means as a list of f32, got " << means.getType();
  return success();
}
