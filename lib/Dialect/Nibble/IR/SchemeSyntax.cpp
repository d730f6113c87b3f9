//===- SchemeSyntax.cpp - text of #nibble.scheme -----------------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;

namespace {
/// Reads `<codec [narrow] [@declaration] (, key = value)*>`.
class SchemeParser {
public:
  explicit SchemeParser(AsmParser &parser) : parser(parser) {}

  SchemeAttr parse() {
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseLess() || parseCodec())
      return {};
    while (succeeded(parser.parseOptionalComma()))
      if (parseEntry())
        return {};
    if (parser.parseGreater())
      return {};
    if (scale.empty())
      scale.push_back(parser.getBuilder().getF32Type());
    auto emitAtStart = [&] { return parser.emitError(loc); };
    function_ref<InFlightDiagnostic()> emitError = emitAtStart;
    return SchemeAttr::getChecked(emitError, parser.getContext(), codec, declaration, table, narrowRange,
                                  ArrayRef<int64_t>(block), ArrayRef<Type>(scale), ArrayRef<int64_t>(outerBlock),
                                  zeroPoint, rounding, order, radix);
  }

private:
  ParseResult parseCodec() {
    StringAttr symbol;
    SMLoc loc = parser.getCurrentLocation();
    if (succeeded(parser.parseOptionalSymbolName(symbol)))
      return parser.emitError(loc) << "expected the codec of the codes before '@" << symbol.getValue() << "', such as 'u4 @"
                                   << symbol.getValue() << "'";
    if (parser.parseKeyword(&codec))
      return failure();
    narrowRange = succeeded(parser.parseOptionalKeyword("narrow"));
    if (succeeded(parser.parseOptionalSymbolName(symbol)))
      declaration = FlatSymbolRefAttr::get(symbol);
    return success();
  }

  ParseResult parseEntry() {
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return failure();
    if (key == "block")
      return parseSizes(block);
    if (key == "outer_block")
      return parseSizes(outerBlock);
    if (key == "scale")
      return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                            [&] { return parser.parseType(scale.emplace_back()); });
    if (key == "table")
      return parseTable();
    if (key == "zero_point")
      return parseWord<ZeroPointKind>([](StringRef text) { return symbolizeZeroPointKind(text); }, zeroPoint);
    if (key == "rounding")
      return parseWord<RoundingMode>([](StringRef text) { return symbolizeRoundingMode(text); }, rounding);
    if (key == "order")
      return parseWord<BitOrder>([](StringRef text) { return symbolizeBitOrder(text); }, order);
    if (key == "radix")
      return parser.parseInteger(radix);
    return parser.emitError(loc)
           << "expected block, scale, outer_block, zero_point, rounding, table, order or radix, got '" << key << "'";
  }

  ParseResult parseSizes(SmallVectorImpl<int64_t> &sizes) {
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                          [&] { return parser.parseInteger(sizes.emplace_back()); });
  }

  /// `[1.0, …]`, `dense<…>` or `dense_resource<…>`.
  ParseResult parseTable() {
    if (failed(parser.parseOptionalLSquare()))
      return parseTableAttribute();
    SmallVector<float> values;
    auto parseValue = [&]() -> ParseResult {
      APFloat value(0.0f);
      if (parser.parseFloat(APFloat::IEEEsingle(), value))
        return failure();
      values.push_back(value.convertToFloat());
      return success();
    };
    if (failed(parser.parseOptionalRSquare()) && (parser.parseCommaSeparatedList(parseValue) || parser.parseRSquare()))
      return failure();
    table = DenseF32ArrayAttr::get(parser.getContext(), values);
    return success();
  }

  ParseResult parseTableAttribute() {
    if (parser.parseAttribute(table))
      return failure();
    auto dense = dyn_cast<DenseFPElementsAttr>(table);
    if (dense && dense.getType().getRank() == 1 && dense.getElementType().isF32())
      table = DenseF32ArrayAttr::get(parser.getContext(), llvm::to_vector(dense.getValues<float>()));
    return success();
  }

  template <typename Enum>
  ParseResult parseWord(function_ref<std::optional<Enum>(StringRef)> symbolize, Enum &result) {
    StringRef word;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return failure();
    std::optional<Enum> value = symbolize(word);
    if (!value)
      return parser.emitError(loc) << "unknown value '" << word << "' of '" << key << "'";
    result = *value;
    return success();
  }

  AsmParser &parser;
  StringRef codec, key;
  FlatSymbolRefAttr declaration;
  Attribute table;
  bool narrowRange = false;
  SmallVector<int64_t> block, outerBlock;
  SmallVector<Type> scale;
  ZeroPointKind zeroPoint = ZeroPointKind::None;
  RoundingMode rounding = RoundingMode::HalfToEven;
  BitOrder order = BitOrder::LowFirst;
  unsigned radix = 0;
};
} // namespace

Attribute SchemeAttr::parse(AsmParser &parser, Type) { return SchemeParser(parser).parse(); }

template <typename Elements, typename Print>
static void printList(AsmPrinter &printer, StringRef key, Elements elements, Print print) {
  printer << ", " << key << " = [";
  llvm::interleaveComma(elements, printer, print);
  printer << "]";
}

/// Short tables as they are; longer ones as attributes that printers know how to leave out.
static void printTable(AsmPrinter &printer, Attribute table) {
  constexpr int64_t maxSize = 16;
  auto array = dyn_cast<DenseF32ArrayAttr>(table);
  if (array && array.size() <= maxSize)
    return printList(printer, "table", array.asArrayRef(), [&](float value) { printer.printFloat(APFloat(value)); });
  if (array)
    table = DenseElementsAttr::get(RankedTensorType::get(array.size(), Float32Type::get(table.getContext())), array.asArrayRef());
  printer << ", table = " << table;
}

void SchemeAttr::print(AsmPrinter &printer) const {
  auto plain = [&](auto element) { printer << element; };
  printer << "<" << getCodec();
  if (getNarrowRange())
    printer << " narrow";
  if (getDeclaration())
    printer << " " << getDeclaration();
  if (getTable())
    printTable(printer, getTable());
  if (!getBlock().empty())
    printList(printer, "block", getBlock(), plain);
  if (getScale().size() != 1 || !getScale().front().isF32())
    printList(printer, "scale", getScale(), plain);
  if (!getOuterBlock().empty())
    printList(printer, "outer_block", getOuterBlock(), plain);
  if (getZeroPoint() != ZeroPointKind::None)
    printer << ", zero_point = " << stringifyZeroPointKind(getZeroPoint());
  if (getRounding() != RoundingMode::HalfToEven)
    printer << ", rounding = " << stringifyRoundingMode(getRounding());
  if (getOrder() != BitOrder::LowFirst)
    printer << ", order = " << stringifyBitOrder(getOrder());
  if (getRadix())
    printer << ", radix = " << getRadix();
  printer << ">";
}
