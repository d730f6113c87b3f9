//===- AssignmentProblem.cpp - what a user wants of an assignment, in numbers ----------------------------------------------------===//

#include "AssignmentProblem.h"
#include "nibble/Assignment/Bound.h"
#include "llvm/ADT/STLExtras.h"

using namespace nibble;
using namespace nibble::assignment;
using llvm::StringRef;

llvm::Expected<NamedProblem> nibble::loadProblem(const AssignOptions &options) {
  std::optional<LossMeasure> measure;
  if (options.measure == "kl")
    measure = LossMeasure::Divergence;
  else if (options.measure == "sqnr")
    measure = LossMeasure::Noise;
  else if (!options.measure.empty())
    return llvm::createStringError("--measure: expected kl or sqnr, got '" + options.measure + "'");
  llvm::Expected<LossFile> losses = LossFile::load(options.losses);
  if (!losses)
    return losses.takeError();
  llvm::Expected<CostFile> costs = CostFile::load(options.costs);
  if (!costs)
    return costs.takeError();
  return makeProblem(*losses, *costs, options.goal.candidates, measure);
}

llvm::Expected<Goal> nibble::getGoal(const AssignmentGoal &wanted, const NamedProblem &named) {
  Goal goal;
  auto minimized = llvm::find_if(allQuantities, [&](Quantity quantity) { return wanted.minimize == getName(quantity); });
  if (minimized == allQuantities.end())
    return llvm::createStringError("--minimize: expected loss, time or size, got '" + wanted.minimize + "'");
  goal.minimize = *minimized;
  if (goal.minimize == Quantity::Loss && wanted.maxTime.empty() && wanted.maxSize.empty())
    return llvm::createStringError("float32 loses least: expected a bound with --max-size or --max-time, or --minimize size or time");
  for (Quantity quantity : allQuantities) {
    const std::string &text = quantity == Quantity::Loss ? wanted.maxLoss : quantity == Quantity::Time ? wanted.maxTime : wanted.maxSize;
    if (text.empty())
      continue;
    llvm::Expected<Bound> bound = Bound::parse(quantity, text);
    if (!bound)
      return llvm::createStringError(llvm::Twine("--max-") + getName(quantity) + ": " + llvm::toString(bound.takeError()));
    goal.setBound(quantity, bound->get(quantity, named.floating, named.numWeights));
  }
  return goal;
}

namespace {

/// What a recipe pins a layer to.
class Pinner {
public:
  Pinner(NamedProblem &named, const Recipe &recipe) : named(named), recipe(recipe) {}

  llvm::Error run() {
    for (size_t number = 0; number < named.layers.size(); ++number)
      pin(number);
    return std::move(errors);
  }

private:
  void pin(size_t number) {
    const NamedProblem::NamedLayer &layer = named.layers[number];
    OpDescription description{layer.name, layer.op, number == 0, number + 1 == named.layers.size(), layer.numWeights};
    RecipeDecision decision = recipe.decide(description);
    if (decision.isOpen)
      return;
    const RecipeRule *rule = decision.rule ? &recipe.getRules()[*decision.rule] : nullptr;
    if (!rule || (!rule->isFloat && rule->recipeName.empty()))
      return addError(decision.reason + " gives '" + layer.name + "' schemes; a pin is float or names a recipe");
    StringRef candidate = rule->isFloat ? StringRef(floatCandidate) : StringRef(rule->recipeName);
    named.problem.layers[number].pinned = layer.findChoice(candidate);
    if (!named.problem.layers[number].pinned)
      addError(decision.reason + " pins '" + layer.name + "' to " + candidate + ", which it cannot have or which was not measured");
  }

  void addError(const llvm::Twine &message) { errors = llvm::joinErrors(std::move(errors), llvm::createStringError(message)); }

  NamedProblem &named;
  const Recipe &recipe;
  llvm::Error errors = llvm::Error::success();
};

} // namespace

llvm::Error nibble::pinLayers(NamedProblem &named, const Recipe &recipe) { return Pinner(named, recipe).run(); }
