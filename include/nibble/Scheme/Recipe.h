//===- Recipe.h - which op gets which scheme --------------------------------------------------------------------===//
//
// docs/HowTo/WriteARecipe.md is the format. A recipe is data: defaults, rules that are tried in order, and how images become
// inputs.
//
//===------------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_SCHEME_RECIPE_H
#define NIBBLE_SCHEME_RECIPE_H

#include "nibble/Data/Images.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "llvm/Support/Regex.h"
#include <memory>

namespace nibble {

/// An operand that a scheme is wanted for.
struct SchemeOperand {
  int64_t rank;
  /// The dimension that becomes the output channel, and the one along which products are summed, if there is one of several elements.
  std::optional<int64_t> channelAxis = std::nullopt, sumAxis = std::nullopt;
  /// The blocks `per token`; empty for those of one index of all dimensions but the last.
  llvm::SmallVector<int64_t> rowBlock = {};
};

/// A scheme as a recipe says it: a preset, or what stands in `#nibble.scheme<…>`, or a declaration, and in words which blocks it has.
struct RecipeScheme {
  enum class Blocks {
    AsWritten,
    /// One index of the channel axis; the whole tensor where none is known.
    PerChannel,
    /// What one sum reads: one index of all dimensions but the last, of the input of a matrix product.
    PerToken,
    /// `groupSize` elements along the axis of sums, per channel; the whole channel where that has no axis.
    Groups,
  };

  /// What stands in `#nibble.scheme<…>`; empty for a declaration and for float.
  std::string text;
  /// The name of the nibble.scheme that is meant.
  std::string declaration;
  Blocks blocks = Blocks::AsWritten;
  /// The elements of a block and of an outer block; 0 where all share the outer scale.
  int64_t groupSize = 0, outerGroupSize = 0;
  /// Whether values stay as they are.
  bool isFloat = false;

  /// Whether activations choose their parameters from their own elements, at run time.
  bool isDynamic() const { return blocks == Blocks::PerToken; }
  /// The scheme for an operand. For a declaration, `declared` is the op that it names. An error says why there is none, worded
  /// for a user.
  llvm::Expected<SchemeAttr> get(mlir::MLIRContext *context, SchemeOperand operand, SchemeOp declared = {}) const;
};

/// The names of all presets, in the order of Presets.def.
std::vector<llvm::StringRef> getSchemePresets();

/// What rules can ask about an op.
struct OpDescription {
  /// The node's name in the model file.
  std::string name;
  /// The op without its dialect: `conv`, `contract`.
  std::string kind;
  /// Whether it is the first or the last quantizable op of the program.
  bool isFirst = false, isLast = false;
  /// The number of elements of its weight; 0 without one.
  int64_t numWeights = 0;
};

/// What a recipe says about an op.
struct RecipeDecision {
  bool isFloat = false;
  /// Whether nothing is decided: that is left to an assignment.
  bool isOpen = false;
  /// Why, for a user: names the rule.
  std::string reason;
  RecipeScheme activations, weights;
  /// How the parameters of weights are chosen.
  ParameterChoice scaleBy = ParameterChoice::AbsoluteMaximum;
  /// How their codes are, and what the channels of inputs are scaled by.
  WeightRounding roundBy = WeightRounding::Nearest;
  ChannelScaling channelScaling = ChannelScaling::None;
  /// Text for calibration::createCalibrator.
  std::string calibrator;
  /// The rule that decided, counted from 0; none for the recipe's defaults.
  std::optional<size_t> rule;

  /// Whether the Gram matrix of the op's input decides on its weights.
  bool needsGramMatrix() const {
    return !isFloat && (roundBy != WeightRounding::Nearest || channelScaling != ChannelScaling::None);
  }
};

/// Where in a program a rule holds.
enum class RecipePosition { Anywhere, First, Last };

class Recipe;

/// A rule: it applies to an op that meets all its conditions.
struct RecipeRule {
  std::optional<std::string> name, op;
  std::shared_ptr<llvm::Regex> regex;
  RecipePosition position = RecipePosition::Anywhere;
  std::optional<int64_t> smallerThan;

  /// The effect: float, or what another recipe decides (its name is that of a built-in one or a path; `auto` leaves it to an
  /// assignment and has no recipe), or what replaces the recipe's defaults.
  bool isFloat = false;
  std::string recipeName;
  std::shared_ptr<const Recipe> recipe;
  std::optional<RecipeScheme> activations, weights;
  std::optional<ParameterChoice> scaleBy;
  std::optional<WeightRounding> roundBy;
  std::optional<ChannelScaling> channelScaling;
  std::optional<std::string> calibrator;
  std::string reason;

  bool matches(const OpDescription &op) const;
  /// Whether it has no conditions.
  bool matchesEverything() const;
  bool isOpen() const { return !recipe && !recipeName.empty(); }
};

class Recipe {
public:
  /// A built-in recipe by its name, or the file at a path. Errors say file, line and column; all unknown names list the built-in
  /// ones.
  static llvm::Expected<Recipe> load(llvm::StringRef nameOrPath);
  /// Reads the text of a recipe; `source` stands for the path in errors.
  static llvm::Expected<Recipe> parse(llvm::StringRef text, llvm::StringRef source);
  static std::vector<llvm::StringRef> getBuiltinNames();

  /// What to do with an op: the first rule that matches, else the defaults.
  RecipeDecision decide(const OpDescription &op) const;

  /// Whether some op may get a scheme for its input.
  bool storesActivations() const;
  /// Whether some op may get a scheme for its input whose range comes from data.
  bool needsRanges() const;
  /// Whether the weights of some op are rounded by what its inputs look like.
  bool needsGramMatrices() const;
  bool needsCalibration() const { return needsRanges() || needsGramMatrices(); }
  /// Whether some rule leaves ops to an assignment.
  bool isOpen() const;

  /// How images become the input of the model; no size unless the recipe says one.
  const data::ImageOptions &getImageOptions() const { return images; }
  /// Whether the program takes pixels as uint8 and computes its input from them.
  bool compilesInput() const { return images.keepPixels; }

  const std::vector<RecipeRule> &getRules() const { return rules; }

private:
  friend struct RecipeText;
  /// Whether an activation may get a scheme that `predicate` holds for, or one that is not decided yet.
  bool hasActivations(llvm::function_ref<bool(const RecipeScheme &)> predicate) const;

  std::string name;
  /// Both or none; without them the last rule decides about everything.
  std::optional<RecipeScheme> activations, weights;
  ParameterChoice scaleBy = ParameterChoice::AbsoluteMaximum;
  WeightRounding roundBy = WeightRounding::Nearest;
  ChannelScaling channelScaling = ChannelScaling::None;
  std::string calibrator;
  std::vector<RecipeRule> rules;
  data::ImageOptions images;
};

} // namespace nibble

#endif // NIBBLE_SCHEME_RECIPE_H
