//===- RecipeText.cpp - reads the text of a recipe ---------------------------------------------------------------------===//

#include "RecipeText.h"
#include "nibble/Calibration/Calibrator.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLTraits.h"
#include <cmath>

using namespace nibble;
using llvm::StringRef;
using nibble::data::ImageChannels;
using nibble::data::ImageLayout;
using nibble::data::ImageOptions;

namespace {
/// Where a trait puts the message that it returns a reference to.
struct ParseContext {
  std::string message;
  /// Whether a rule of another recipe names this one.
  bool isNested;
};

/// Texts with a syntax of their own.
struct CalibratorText {
  std::string text;
};
struct RegexText {
  std::shared_ptr<llvm::Regex> regex;
};
struct RecipeReference {
  std::string name;
  std::shared_ptr<const Recipe> recipe;
};

/// The `input` section.
struct InputText {
  std::vector<int64_t> size;
  ImageOptions images;
};
} // namespace

LLVM_YAML_IS_SEQUENCE_VECTOR(RecipeRule)

static StringRef fail(void *context, std::string message) {
  return static_cast<ParseContext *>(context)->message = std::move(message);
}

namespace llvm::yaml {
template <> struct ScalarTraits<RecipeScheme> {
  static StringRef input(StringRef text, void *context, RecipeScheme &scheme) {
    std::string message;
    std::optional<RecipeScheme> parsed = parseRecipeScheme(text, message);
    if (!parsed)
      return fail(context, "'" + text.str() + "' is not a scheme: " + message);
    scheme = std::move(*parsed);
    return "";
  }
  static void output(const RecipeScheme &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<CalibratorText> {
  static StringRef input(StringRef text, void *context, CalibratorText &calibrator) {
    if (Error error = calibration::createCalibrator(text).takeError())
      return fail(context, toString(std::move(error)));
    calibrator.text = text.str();
    return "";
  }
  static void output(const CalibratorText &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<RegexText> {
  static StringRef input(StringRef text, void *context, RegexText &result) {
    auto regex = std::make_shared<Regex>(text);
    std::string message;
    if (!regex->isValid(message))
      return fail(context, "'" + text.str() + "' is not a regular expression: " + message);
    result.regex = std::move(regex);
    return "";
  }
  static void output(const RegexText &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<RecipeReference> {
  static StringRef input(StringRef text, void *context, RecipeReference &reference) {
    if (static_cast<ParseContext *>(context)->isNested)
      return fail(context, "a recipe that a rule names has no rules that name others");
    reference.name = text.str();
    if (text == "auto")
      return "";
    Expected<Recipe> recipe = RecipeText::load(text, /*isNested=*/true);
    if (!recipe)
      return fail(context, toString(recipe.takeError()));
    reference.recipe = std::make_shared<const Recipe>(std::move(*recipe));
    return "";
  }
  static void output(const RecipeReference &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarEnumerationTraits<ParameterChoice> {
  static void enumeration(IO &io, ParameterChoice &choice) {
    io.enumCase(choice, "absolute_maximum", ParameterChoice::AbsoluteMaximum);
    io.enumCase(choice, "squared_error", ParameterChoice::SquaredError);
  }
};

template <> struct ScalarEnumerationTraits<WeightRounding> {
  static void enumeration(IO &io, WeightRounding &rounding) {
    io.enumCase(rounding, "nearest", WeightRounding::Nearest);
    io.enumCase(rounding, "gptq", WeightRounding::Gptq);
    io.enumCase(rounding, "gptq_act_order", WeightRounding::GptqActOrder);
  }
};

template <> struct ScalarEnumerationTraits<ChannelScaling> {
  static void enumeration(IO &io, ChannelScaling &scaling) {
    io.enumCase(scaling, "none", ChannelScaling::None);
    io.enumCase(scaling, "awq", ChannelScaling::Awq);
  }
};

template <> struct ScalarEnumerationTraits<RecipePosition> {
  static void enumeration(IO &io, RecipePosition &position) {
    io.enumCase(position, "first", RecipePosition::First);
    io.enumCase(position, "last", RecipePosition::Last);
  }
};

template <> struct ScalarEnumerationTraits<ImageChannels> {
  static void enumeration(IO &io, ImageChannels &channels) {
    io.enumCase(channels, "RGB", ImageChannels::RGB);
    io.enumCase(channels, "BGR", ImageChannels::BGR);
    io.enumCase(channels, "gray", ImageChannels::Gray);
  }
};

template <> struct ScalarEnumerationTraits<ImageLayout> {
  static void enumeration(IO &io, ImageLayout &layout) {
    io.enumCase(layout, "NCHW", ImageLayout::NCHW);
    io.enumCase(layout, "NHWC", ImageLayout::NHWC);
  }
};

template <> struct MappingTraits<RecipeRule> {
  static void mapping(IO &io, RecipeRule &rule) {
    std::optional<RegexText> regex;
    std::optional<CalibratorText> calibrator;
    std::optional<RecipeReference> reference;
    io.mapOptional("name", rule.name);
    io.mapOptional("regex", regex);
    io.mapOptional("op", rule.op);
    io.mapOptional("position", rule.position);
    io.mapOptional("smaller_than", rule.smallerThan);
    io.mapOptional("float", rule.isFloat);
    io.mapOptional("recipe", reference);
    io.mapOptional("activations", rule.activations);
    io.mapOptional("weights", rule.weights);
    io.mapOptional("scale_by", rule.scaleBy);
    io.mapOptional("round_by", rule.roundBy);
    io.mapOptional("channel_scaling", rule.channelScaling);
    io.mapOptional("calibrator", calibrator);
    io.mapOptional("reason", rule.reason);
    if (regex)
      rule.regex = regex->regex;
    if (reference)
      rule.recipeName = reference->name, rule.recipe = reference->recipe;
    if (calibrator)
      rule.calibrator = calibrator->text;
  }
  static std::string validate(IO &, RecipeRule &rule) {
    if (rule.weights && rule.weights->isFloat)
      return "weights have a scheme; float: true leaves an op as it is";
    bool hasScheme = rule.activations || rule.weights || rule.scaleBy || rule.roundBy || rule.channelScaling || rule.calibrator;
    bool namesRecipe = !rule.recipeName.empty();
    if (rule.isFloat + namesRecipe + hasScheme > 1)
      return "a rule is float, has the name of a recipe, or has schemes";
    return rule.isFloat || namesRecipe || hasScheme ? ""
                                                    : "a rule needs an effect: float: true, recipe, activations, weights, scale_by, "
                                                      "round_by, channel_scaling or calibrator";
  }
};

template <> struct MappingTraits<InputText> {
  static void mapping(IO &io, InputText &input) {
    io.mapOptional("size", input.size);
    io.mapOptional("channels", input.images.channels);
    io.mapOptional("mean", input.images.mean);
    io.mapOptional("scale", input.images.scale);
    io.mapOptional("layout", input.images.layout);
    io.mapOptional("compile_in", input.images.keepPixels);
  }
  static std::string validate(IO &, InputText &input) {
    for (int64_t size : input.size)
      if (size < 1 || size > data::maxImagePixels)
        return "a size is from 1 to 2^26, got " + std::to_string(size);
    if (input.size.size() != 0 && input.size.size() != 2)
      return "size is [height, width]";
    auto isForChannels = [&](const std::vector<float> &numbers) {
      return (numbers.size() == 1 || numbers.size() == size_t(input.images.getNumChannels())) &&
             all_of(numbers, [](float number) { return std::isfinite(number); });
    };
    if (!isForChannels(input.images.mean) || !isForChannels(input.images.scale))
      return "mean and scale are finite numbers, one or one for each of " +
             std::to_string(input.images.getNumChannels()) + " channels";
    return "";
  }
};
} // namespace llvm::yaml

namespace {
/// A whole recipe, before it is known to be complete.
struct RecipeDocument {
  std::optional<RecipeScheme> activations, weights;
  nibble::ParameterChoice scaleBy = nibble::ParameterChoice::AbsoluteMaximum;
  nibble::WeightRounding roundBy = nibble::WeightRounding::Nearest;
  nibble::ChannelScaling channelScaling = nibble::ChannelScaling::None;
  CalibratorText calibrator = {"mse"};
  std::vector<RecipeRule> rules;
  InputText input;
};
} // namespace

template <> struct llvm::yaml::MappingTraits<RecipeDocument> {
  static void mapping(IO &io, RecipeDocument &document) {
    io.mapOptional("activations", document.activations);
    io.mapOptional("weights", document.weights);
    io.mapOptional("scale_by", document.scaleBy);
    io.mapOptional("round_by", document.roundBy);
    io.mapOptional("channel_scaling", document.channelScaling);
    io.mapOptional("calibrator", document.calibrator);
    io.mapOptional("rules", document.rules);
    io.mapOptional("input", document.input);
  }
};

/// What keeps a recipe from deciding about every op; empty when nothing does.
static StringRef findGap(const RecipeDocument &document) {
  if (document.weights && document.weights->isFloat)
    return "weights have a scheme; a rule with float: true leaves ops as they are";
  if (document.activations && document.weights)
    return "";
  if (document.activations || document.weights)
    return "a recipe has both activations and weights, or none of them";
  bool isWhole = llvm::all_of(document.rules, [](const RecipeRule &rule) { return rule.isFloat || !rule.recipeName.empty(); });
  if (isWhole && !document.rules.empty() && document.rules.back().matchesEverything())
    return "";
  return "a recipe without activations and weights has only rules that are float or name a recipe, the last one without conditions";
}

/// Collects what yaml::Input finds, one line for each: `file:line:column: message`.
static void collect(const llvm::SMDiagnostic &diagnostic, void *messages) {
  auto &text = *static_cast<std::string *>(messages);
  text += (text.empty() ? "" : "\n") + diagnostic.getFilename().str() + ":" + std::to_string(diagnostic.getLineNo()) +
          ":" + std::to_string(diagnostic.getColumnNo() + 1) + ": " + diagnostic.getMessage().str();
}

/// Whether a text nests so deeply that the YAML parser, which recurses, might overflow the stack: by brackets, by dashes in one
/// line, or by the depth of indentation.
static bool isDeep(StringRef text) {
  constexpr size_t maxMarks = 2048, maxLevel = 256;
  if (text.count('[') + text.count('{') > maxMarks)
    return true;
  for (StringRef line : llvm::split(text, '\n'))
    if (line.take_while([](char c) { return llvm::is_contained({' ', '-', '?', ':', '\t'}, c); }).size() > maxLevel)
      return true;
  return false;
}

llvm::Expected<Recipe> RecipeText::parse(StringRef text, StringRef source, bool isNested) {
  if (isDeep(text))
    return llvm::createStringError(source + ": nested deeper than any recipe");
  ParseContext context{{}, isNested};
  std::string messages;
  llvm::yaml::Input input(llvm::MemoryBufferRef(text, source), &context, collect, &messages);
  RecipeDocument document;
  input >> document;
  if (input.error())
    return llvm::createStringError(messages.empty() ? source.str() + ": expected a mapping" : messages);
  if (StringRef gap = findGap(document); !gap.empty())
    return llvm::createStringError(source + ": " + gap);
  Recipe recipe;
  recipe.name = source.str();
  recipe.activations = std::move(document.activations);
  recipe.weights = std::move(document.weights);
  recipe.scaleBy = document.scaleBy;
  recipe.roundBy = document.roundBy;
  recipe.channelScaling = document.channelScaling;
  recipe.calibrator = std::move(document.calibrator.text);
  recipe.rules = std::move(document.rules);
  recipe.images = std::move(document.input.images);
  if (!document.input.size.empty())
    recipe.images.height = document.input.size[0], recipe.images.width = document.input.size[1];
  return recipe;
}
