//===- AutoRecipe.cpp - a recipe that is made for a model -------------------------------------------------------------------------===//

#include "AutoRecipe.h"
#include "nibble/Driver/Assign.h"
#include "nibble/Driver/Costs.h"
#include "nibble/Driver/Sensitivity.h"
#include "nibble/Scheme/Recipe.h"
#include "llvm/Support/FileSystem.h"

using namespace nibble;

llvm::Expected<DecidedOptions> DecidedOptions::get(const ModelOptions &model, const QuantizeOptions &quantize,
                                                   const TargetOptions &target) {
  DecidedOptions decided(quantize);
  llvm::Expected<Recipe> recipe = Recipe::load(quantize.recipe);
  if (!recipe)
    return recipe.takeError();
  if (recipe->isOpen())
    if (llvm::Error error = decided.decide(model, target, *recipe))
      return std::move(error);
  if (!recipe->isOpen() && quantize.goal.hasBounds())
    return llvm::createStringError("recipe '" + quantize.recipe + "' leaves nothing to decide: bounds need --recipe auto, or a recipe with "
                                   "a rule that says 'recipe: auto'");
  return decided;
}

/// What layers may get: what the user wants, or the default, and what they are pinned to.
static std::vector<std::string> getCandidates(const QuantizeOptions &options, const Recipe &recipe) {
  std::vector<std::string> candidates = options.goal.candidates.empty() ? getDefaultCandidates() : options.goal.candidates;
  for (const RecipeRule &rule : recipe.getRules())
    if (rule.recipe && !llvm::is_contained(candidates, rule.recipeName))
      candidates.push_back(rule.recipeName);
  return candidates;
}

llvm::Error DecidedOptions::decide(const ModelOptions &model, const TargetOptions &target, const Recipe &open) {
  if (options.goal.minimize == "loss" && options.goal.maxSize.empty() && options.goal.maxTime.empty())
    return llvm::createStringError("recipe '" + options.recipe +
                                   "' needs a bound: --max-size or --max-time, or --minimize size or time with --max-loss");
  TemporaryFile losses, costs;
  if (llvm::Error error = TemporaryFile::create("nibble-loss", "json").moveInto(losses))
    return error;
  // An empty file is no begun one.
  llvm::sys::fs::remove(losses.getPath());
  if (llvm::Error error = TemporaryFile::create("nibble-cost", "json").moveInto(costs))
    return error;
  if (llvm::Error error = TemporaryFile::create("nibble-recipe", "yaml").moveInto(recipe))
    return error;
  if (options.saveCalibration.empty()) {
    if (llvm::Error error = TemporaryFile::create("nibble-statistics", "json").moveInto(statistics))
      return error;
    options.saveCalibration = statistics.getPath();
  }
  std::vector<std::string> candidates = getCandidates(options, open);
  if (llvm::Error error = measureSensitivity({model, options, candidates, {}, losses.getPath()}))
    return error;
  if (llvm::Error error = measureCosts({model, options.recipe, target, candidates, costs.getPath()}))
    return error;
  AssignOptions assign;
  assign.losses = losses.getPath();
  assign.costs = costs.getPath();
  assign.recipe = options.recipe;
  assign.goal = options.goal;
  assign.goal.candidates.clear();
  assign.output = recipe.getPath();
  if (llvm::Error error = assignSchemes(assign))
    return error;
  options.recipe = recipe.getPath();
  options.calibrate = {options.saveCalibration};
  options.saveCalibration.clear();
  return llvm::Error::success();
}
