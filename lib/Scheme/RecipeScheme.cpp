//===- RecipeScheme.cpp - schemes as recipes say them ----------------------------------------------------------------===//

#include "RecipeText.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;

namespace {
struct Preset {
  StringLiteral name, text;
};
} // namespace

static constexpr Preset presets[] = {
#define NIBBLE_PRESET(name, text) {name, text},
#include "Presets.def"
};
static constexpr Preset refusedPresets[] = {
#define NIBBLE_REFUSED_PRESET(name, reason) {name, reason},
#include "Presets.def"
};

std::vector<StringRef> nibble::getSchemePresets() {
  std::vector<StringRef> names;
  for (const Preset &preset : presets)
    names.push_back(preset.name);
  return names;
}

//===-----------------------------------------------------------------------------------------------------------------===//
// Reading
//===-----------------------------------------------------------------------------------------------------------------===//

/// Takes `<suffix>` and the comma before it off the end.
static bool consumeEnd(StringRef &text, StringRef suffix) {
  if (!text.consume_back(suffix))
    return false;
  text = text.rtrim();
  text.consume_back(",");
  text = text.rtrim();
  return true;
}

/// Takes `groups of N` or `groups of N in M` off the end; `message` says what is wrong with the numbers.
static bool consumeGroups(StringRef &text, RecipeScheme &scheme, std::string &message) {
  size_t begin = text.rfind("groups of ");
  if (begin == StringRef::npos)
    return false;
  StringRef words = text.substr(begin);
  auto [size, outerSize] = words.substr(StringRef("groups of ").size()).split(" in ");
  bool isBad = size.trim().getAsInteger(10, scheme.groupSize) || scheme.groupSize < 1;
  if (!outerSize.empty())
    isBad |= outerSize.trim().getAsInteger(10, scheme.outerGroupSize) || scheme.outerGroupSize < 1 ||
             (scheme.groupSize > 0 && scheme.outerGroupSize % scheme.groupSize != 0);
  if (isBad)
    message = "expected 'groups of N' or 'groups of N in M' with M a multiple of N, got '" + words.str() + "'";
  return consumeEnd(text, words);
}

/// The attribute, whose blocks are still to come; `message` says what is wrong with the text.
static SchemeAttr parseText(MLIRContext *context, StringRef text, std::string &message) {
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  return llvm::dyn_cast_or_null<SchemeAttr>(parseAttribute(("#nibble.scheme<" + text + ">").str(), context));
}

/// Words at the end that say what blocks there are.
static RecipeScheme parseBlocks(StringRef &rest, std::string &message) {
  RecipeScheme scheme;
  if (consumeEnd(rest, "per channel"))
    scheme.blocks = RecipeScheme::Blocks::PerChannel;
  else if (consumeEnd(rest, "per token"))
    scheme.blocks = RecipeScheme::Blocks::PerToken;
  else if (consumeGroups(rest, scheme, message))
    scheme.blocks = RecipeScheme::Blocks::Groups;
  return scheme;
}

std::optional<RecipeScheme> nibble::parseRecipeScheme(StringRef text, std::string &message) {
  StringRef rest = text.trim();
  if (const auto *refused = llvm::find_if(refusedPresets, [&](const Preset &preset) { return preset.name == rest; });
      refused != std::end(refusedPresets)) {
    message = "no scheme can say it: " + refused->text.str();
    return std::nullopt;
  }
  if (const auto *preset = llvm::find_if(presets, [&](const Preset &preset) { return preset.name == rest; });
      preset != std::end(presets))
    rest = preset->text;
  RecipeScheme scheme = parseBlocks(rest, message);
  if (!message.empty())
    return std::nullopt;
  scheme.isFloat = rest == "float" && scheme.blocks == RecipeScheme::Blocks::AsWritten;
  if (scheme.isFloat)
    return scheme;
  if (StringRef name = rest; name.consume_front("@")) {
    scheme.declaration = name.str();
    return scheme;
  }
  scheme.text = rest.str();
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<NibbleDialect>();
  SchemeAttr attribute = parseText(&context, scheme.text, message);
  if (!attribute)
    return std::nullopt;
  if (scheme.blocks != RecipeScheme::Blocks::AsWritten && !attribute.getBlock().empty())
    message = "a block, and 'per channel', 'per token' or 'groups of' exclude each other";
  else if (scheme.outerGroupSize && attribute.getNumScaleLevels() != 2)
    message = "'groups of N in M' is for two levels of scales";
  return message.empty() ? std::optional(scheme) : std::nullopt;
}

//===-----------------------------------------------------------------------------------------------------------------===//
// Blocks of an operand
//===-----------------------------------------------------------------------------------------------------------------===//

/// Blocks of `size` elements along the axis of sums, or all of a channel where that has none.
static SmallVector<int64_t> getGroups(const SchemeOperand &operand, int64_t size) {
  SmallVector<int64_t> block(operand.rank, operand.sumAxis ? 1 : 0);
  if (operand.sumAxis)
    block[*operand.sumAxis] = size;
  if (operand.channelAxis)
    block[*operand.channelAxis] = 1;
  return block;
}

static SmallVector<int64_t> getBlock(const RecipeScheme &scheme, const SchemeOperand &operand) {
  if (scheme.blocks == RecipeScheme::Blocks::Groups)
    return getGroups(operand, scheme.groupSize);
  SmallVector<int64_t> block;
  if (scheme.blocks == RecipeScheme::Blocks::PerChannel && operand.channelAxis) {
    block.assign(operand.rank, 0);
    block[*operand.channelAxis] = 1;
  } else if (scheme.blocks == RecipeScheme::Blocks::PerToken && !operand.rowBlock.empty()) {
    block = operand.rowBlock;
  } else if (scheme.blocks == RecipeScheme::Blocks::PerToken) {
    block.assign(operand.rank, 1);
    block.back() = 0;
  }
  return block;
}

llvm::Expected<SchemeAttr> RecipeScheme::get(MLIRContext *context, SchemeOperand operand, SchemeOp declared) const {
  RecipeScheme wanted = *this;
  if (declared && !declared.getStorage().getBlock().empty()) {
    wanted.groupSize = declared.getStorage().getBlock().front();
    if (blocks != Blocks::AsWritten && !(blocks == Blocks::Groups && groupSize == wanted.groupSize))
      return llvm::createStringError("'@" + declaration + "' declares blocks of " + llvm::Twine(wanted.groupSize));
    wanted.blocks = Blocks::Groups;
    if (!operand.sumAxis)
      return llvm::createStringError("'@" + declaration + "' declares blocks of " + llvm::Twine(wanted.groupSize) +
                                     ", and this operand has no dimension of several elements that are summed");
  }
  SmallVector<int64_t> block = getBlock(wanted, operand), outerBlock;
  if (outerGroupSize)
    outerBlock = getGroups(operand, outerGroupSize);
  if (declared)
    return declared.getScheme(block, outerBlock);
  std::string message;
  SchemeAttr scheme = parseText(context, text, message);
  if (blocks == Blocks::AsWritten)
    return scheme;
  return SchemeAttr::get(context, scheme.getCodec(), scheme.getDeclaration(), scheme.getTable(), scheme.getNarrowRange(),
                         block, scheme.getScale(), outerBlock, scheme.getZeroPoint(), scheme.getRounding(),
                         scheme.getOrder(), scheme.getRadix());
}
