//===- Recipe.cpp - which op gets which scheme ----------------------------------------------------------------------===//

#include "nibble/Scheme/Recipe.h"
#include "RecipeText.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace nibble;

namespace {
struct BuiltinRecipe {
  StringLiteral name, text;
};
} // namespace

static constexpr BuiltinRecipe builtinRecipes[] = {
#include "BuiltinRecipes.inc"
};

bool RecipeRule::matches(const OpDescription &description) const {
  return (!name || *name == description.name) && (!op || *op == description.kind) &&
         (!regex || regex->match(description.name)) &&
         (position != RecipePosition::First || description.isFirst) &&
         (position != RecipePosition::Last || description.isLast) &&
         (!smallerThan || description.numWeights < *smallerThan);
}

bool RecipeRule::matchesEverything() const {
  return !name && !op && !regex && position == RecipePosition::Anywhere && !smallerThan;
}

std::vector<StringRef> Recipe::getBuiltinNames() {
  std::vector<StringRef> names;
  for (const BuiltinRecipe &recipe : builtinRecipes)
    names.push_back(recipe.name);
  return names;
}

llvm::Expected<Recipe> Recipe::load(StringRef nameOrPath) { return RecipeText::load(nameOrPath, /*isNested=*/false); }

llvm::Expected<Recipe> RecipeText::load(StringRef nameOrPath, bool isNested) {
  for (const BuiltinRecipe &recipe : builtinRecipes)
    if (recipe.name == nameOrPath)
      return parse(recipe.text, recipe.name, isNested);
  constexpr uint64_t maxSizeInBytes = 1 << 20;
  uint64_t sizeInBytes = 0;
  if (!llvm::sys::fs::exists(nameOrPath))
    return llvm::createStringError("no recipe '" + nameOrPath + "', expected a file or one of " +
                                   llvm::join(Recipe::getBuiltinNames(), ", "));
  if (llvm::sys::fs::file_size(nameOrPath, sizeInBytes) || sizeInBytes > maxSizeInBytes)
    return llvm::createStringError(nameOrPath + ": expected a recipe, a text of at most 1 MiB");
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(nameOrPath);
  if (!buffer)
    return llvm::createStringError(nameOrPath + ": " + buffer.getError().message());
  return parse((*buffer)->getBuffer(), nameOrPath, isNested);
}

llvm::Expected<Recipe> Recipe::parse(StringRef text, StringRef source) {
  return RecipeText::parse(text, source, /*isNested=*/false);
}

bool Recipe::needsGramMatrices() const {
  return roundBy != WeightRounding::Nearest || channelScaling != ChannelScaling::None ||
         llvm::any_of(rules, [](const RecipeRule &rule) {
           return rule.roundBy.value_or(WeightRounding::Nearest) != WeightRounding::Nearest ||
                  rule.channelScaling.value_or(ChannelScaling::None) != ChannelScaling::None ||
                  (rule.recipe && rule.recipe->needsGramMatrices());
         });
}

bool Recipe::hasActivations(llvm::function_ref<bool(const RecipeScheme &)> predicate) const {
  auto holds = [&](const std::optional<RecipeScheme> &scheme) { return scheme && predicate(*scheme); };
  return holds(activations) || llvm::any_of(rules, [&](const RecipeRule &rule) {
    return holds(rule.activations) || rule.isOpen() || (rule.recipe && rule.recipe->hasActivations(predicate));
  });
}

bool Recipe::storesActivations() const {
  return hasActivations([](const RecipeScheme &scheme) { return !scheme.isFloat; });
}

bool Recipe::needsRanges() const {
  return hasActivations([](const RecipeScheme &scheme) { return !scheme.isFloat && !scheme.isDynamic(); });
}

bool Recipe::isOpen() const { return llvm::any_of(rules, [](const RecipeRule &rule) { return rule.isOpen(); }); }

RecipeDecision Recipe::decide(const OpDescription &op) const {
  auto rule = llvm::find_if(rules, [&](const RecipeRule &rule) { return rule.matches(op); });
  RecipeDecision decision;
  decision.reason = "recipe '" + name + "'";
  decision.calibrator = calibrator;
  decision.scaleBy = scaleBy;
  decision.roundBy = roundBy;
  decision.channelScaling = channelScaling;
  if (activations)
    decision.activations = *activations, decision.weights = *weights;
  if (rule == rules.end())
    return decision;
  if (rule->recipe) {
    decision = rule->recipe->decide(op);
    decision.reason = "recipe '" + name + "'";
  }
  decision.rule = rule - rules.begin();
  decision.reason += ", rule " + std::to_string(*decision.rule + 1);
  if (!rule->reason.empty())
    decision.reason += ": " + rule->reason;
  decision.isFloat |= rule->isFloat;
  decision.isOpen = rule->isOpen();
  decision.activations = rule->activations.value_or(decision.activations);
  decision.weights = rule->weights.value_or(decision.weights);
  decision.scaleBy = rule->scaleBy.value_or(decision.scaleBy);
  decision.roundBy = rule->roundBy.value_or(decision.roundBy);
  decision.channelScaling = rule->channelScaling.value_or(decision.channelScaling);
  decision.calibrator = rule->calibrator.value_or(decision.calibrator);
  return decision;
}
