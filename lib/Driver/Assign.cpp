//===- Assign.cpp - a scheme for each layer, from losses and costs ------------------------------------------------------===//

#include "nibble/Driver/Assign.h"
#include "AssignmentProblem.h"
#include "AssignmentText.h"
#include "nibble/Assignment/Front.h"
#include "nibble/Support/OutputFiles.h"
#include "nibble/Support/Progress.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;
using namespace nibble::assignment;

namespace {

class Assigner {
public:
  Assigner(const AssignOptions &options, const Recipe &recipe, NamedProblem problem)
      : options(options), recipe(recipe), named(std::move(problem)) {}

  llvm::Error run() {
    if (llvm::Error error = pinLayers(named, recipe))
      return error;
    llvm::Expected<Goal> goal = getGoal(options.goal, named);
    if (!goal)
      return goal.takeError();
    llvm::Expected<Solution> solution =
        solve(named.problem, *goal, options.seconds, [&](const Solution &better) { return save(better); });
    if (!solution)
      return solution.takeError();
    if (llvm::Error error = save(*solution))
      return error;
    report(*solution);
    return options.front.empty() ? llvm::Error::success() : writeFront(*solution);
  }

private:
  llvm::Error save(const Solution &solution) {
    return writeFile(options.output, formatRecipe(getAssignedLayers(named, solution.selection), describeSolution(named, solution),
                                                  recipe.getImageOptions()));
  }

  void report(const Solution &solution) const {
    for (const AssignedLayer &layer : getAssignedLayers(named, solution.selection))
      if (!layer.reason.empty())
        llvm::errs() << layer.name << ": remark: " << layer.reason << "\n";
    llvm::outs() << describeSolution(named, solution);
  }

  /// The candidates that all layers can have, in the order in which layers know them.
  std::vector<std::string> getCandidates() const {
    std::vector<std::string> candidates;
    for (const NamedProblem::NamedLayer &layer : named.layers)
      for (const std::string &candidate : layer.candidates)
        if (!llvm::is_contained(candidates, candidate))
          candidates.push_back(candidate);
    return candidates;
  }

  llvm::Error writeFront(const Solution &solution) const {
    Front front;
    for (const std::string &candidate : getCandidates())
      if (std::optional<Selection> uniform = named.getUniform(candidate))
        front.add(named, "uniform", *uniform);
    front.add(named, "chosen", solution.selection);
    Progress progress("searching the front", 0);
    // Bounds are what the user asked of the recipe; the front is what else there is.
    constexpr double secondsForOne = 5;
    int64_t numPoints = 0;
    llvm::Error error = searchFront(named, Goal(), std::min(options.seconds, secondsForOne), front, [&](const Front &better) {
      progress.update(++numPoints);
      return writeFile(options.front, better.format());
    });
    return error;
  }

  const AssignOptions &options;
  const Recipe &recipe;
  NamedProblem named;
};

} // namespace

llvm::Error nibble::assignSchemes(const AssignOptions &options) {
  for (llvm::StringRef path : {options.output, options.front})
    if (!path.empty())
      if (llvm::Error error = checkOutputPath(path))
        return error;
  llvm::Expected<Recipe> recipe = Recipe::load(options.recipe);
  if (!recipe)
    return recipe.takeError();
  llvm::Expected<NamedProblem> problem = loadProblem(options);
  return problem ? Assigner(options, *recipe, std::move(*problem)).run() : problem.takeError();
}
