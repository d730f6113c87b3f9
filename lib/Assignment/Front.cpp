//===- Front.cpp - the assignments between which a choice is a matter of taste -----------------------------------------===//

#include "nibble/Assignment/Front.h"
#include "llvm/ADT/STLExtras.h"

using namespace nibble::assignment;
using llvm::StringRef;

static constexpr llvm::StringLiteral frontKind = "front";

/// Whether `a` is at least as good as `b` in everything.
static bool isNoWorse(const Totals &a, const Totals &b) { return a.loss <= b.loss && a.time <= b.time && a.size <= b.size; }

void Front::add(const NamedProblem &named, StringRef kind, const Selection &selection) {
  FrontPoint point{kind.str(), evaluate(named.problem, selection), {}};
  for (auto [layer, choice] : llvm::zip_equal(named.layers, selection))
    point.candidates.push_back(layer.candidates[choice]);
  if (layers.empty())
    for (const NamedProblem::NamedLayer &layer : named.layers)
      layers.push_back(layer.name);
  if (kind == frontKind) {
    auto isOnFront = [](const FrontPoint &other) { return other.kind == frontKind; };
    if (llvm::any_of(points, [&](const FrontPoint &other) { return isOnFront(other) && isNoWorse(other.totals, point.totals); }))
      return;
    llvm::erase_if(points, [&](const FrontPoint &other) { return isOnFront(other) && isNoWorse(point.totals, other.totals); });
  }
  auto isSmaller = [](const FrontPoint &a, const FrontPoint &b) { return a.totals.size < b.totals.size; };
  points.insert(llvm::upper_bound(points, point, isSmaller), std::move(point));
}

/// Least losses while `bounded` goes down in equal steps from where nothing is lost to the least possible.
static llvm::Error sweep(const NamedProblem &named, Goal goal, Quantity bounded, double seconds, Front &front,
                         llvm::function_ref<llvm::Error(const Front &)> added) {
  constexpr int numSteps = 16;
  Goal least = goal;
  least.minimize = bounded;
  llvm::Expected<Solution> smallest = solve(named.problem, least, seconds);
  if (!smallest)
    return smallest.takeError();
  goal.minimize = Quantity::Loss;
  llvm::Expected<Solution> best = solve(named.problem, goal, seconds);
  if (!best)
    return best.takeError();
  double low = smallest->totals.get(bounded), high = best->totals.get(bounded);
  for (int step = 0; step <= numSteps; ++step) {
    goal.setBound(bounded, low + (high - low) * step / numSteps);
    llvm::Expected<Solution> solution = solve(named.problem, goal, seconds);
    if (!solution)
      return solution.takeError();
    front.add(named, frontKind, solution->selection);
    if (llvm::Error error = added(front))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error nibble::assignment::searchFront(const NamedProblem &named, const Goal &goal, double seconds, Front &front,
                                            llvm::function_ref<llvm::Error(const Front &)> added) {
  for (Quantity bounded : {Quantity::Size, Quantity::Time})
    if (llvm::Error error = sweep(named, goal, bounded, seconds, front, added))
      return error;
  return llvm::Error::success();
}
