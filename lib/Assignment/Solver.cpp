//===- Solver.cpp - the best scheme for each layer ---------------------------------------------------------------------===//

#include "nibble/Assignment/Solver.h"
#include "IntegerProgram.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cmath>
#include <map>

using namespace nibble::assignment;
using State = IntegerProgram::Result::State;
using Term = IntegerProgram::Term;
using Sense = IntegerProgram::Sense;

const std::array<Quantity, 3> nibble::assignment::allQuantities = {Quantity::Loss, Quantity::Time, Quantity::Size};

const char *nibble::assignment::getName(Quantity quantity) {
  return quantity == Quantity::Loss ? "loss" : quantity == Quantity::Time ? "time" : "size";
}

/// The tolerance of linear programs, twice: of the solver, and of the sums here.
constexpr double tolerance = 1e-6;

bool nibble::assignment::keeps(const Problem &problem, const Goal &goal, const Selection &selection) {
  Totals totals = evaluate(problem, selection);
  return isAllowed(problem, selection) && llvm::all_of(allQuantities, [&](Quantity quantity) {
    std::optional<double> bound = goal.getBound(quantity);
    return !bound || totals.get(quantity) <= *bound + std::abs(*bound) * tolerance;
  });
}

namespace {

/// A problem as an integer program: a number of 0 or 1 for each choice of each layer. Where forms meet at a border, the product of
/// two such numbers is wanted: shares y(f, g) with sum over g of y(f, g) = "from has form f" and sum over f of y(f, g) = "to has
/// form g" are just these products, for times of any sign.
class Formulation {
public:
  explicit Formulation(const Problem &problem) : problem(problem) {
    for (const Layer &layer : problem.layers)
      addLayer(layer);
    for (const Border &border : problem.borders)
      addBorder(border);
    for (const std::vector<size_t> &group : problem.groups)
      for (size_t layer : llvm::ArrayRef(group).drop_front())
        addGroup(group.front(), layer);
  }

  /// Bounds the program, and sets what it minimises.
  IntegerProgram get(const Goal &goal) const {
    IntegerProgram bounded = program;
    for (Quantity quantity : allQuantities)
      if (std::optional<double> bound = goal.getBound(quantity))
        addBound(bounded, quantity, *bound);
    std::vector<double> factors = getFactors(goal.minimize);
    // CBC takes a solution for better when it is so by 1e-5.
    constexpr double largest = 1e6;
    scale(factors, largest);
    bounded.setObjective(std::move(factors));
    return bounded;
  }

  Selection getSelection(const std::vector<double> &values) const {
    Selection selection;
    for (const std::vector<size_t> &layer : columns)
      selection.push_back(llvm::max_element(layer, [&](size_t a, size_t b) { return values[a] < values[b]; }) - layer.begin());
    return selection;
  }

private:
  void addLayer(const Layer &layer) {
    std::vector<size_t> &own = columns.emplace_back();
    std::vector<Term> all;
    for (const Choice &choice : layer.choices) {
      own.push_back(program.addBinary());
      costs.push_back(choice.costs);
      all.push_back({own.back(), 1});
    }
    program.addRow(std::move(all), Sense::Equal, 1);
    if (layer.pinned)
      program.addRow({{own[*layer.pinned], 1}}, Sense::Equal, 1);
  }

  /// The choices of a layer by their form, each with a factor.
  std::map<unsigned, std::vector<Term>> getForms(size_t layer, double factor) const {
    std::map<unsigned, std::vector<Term>> forms;
    for (auto [choice, column] : llvm::zip_equal(problem.layers[layer].choices, columns[layer]))
      forms[choice.form].push_back({column, factor});
    return forms;
  }

  void addBorder(const Border &border) {
    std::map<unsigned, std::vector<Term>> from = getForms(border.from, -1), to = getForms(border.to, -1);
    std::map<std::pair<unsigned, unsigned>, double> times;
    for (const Border::Crossing &crossing : border.crossings)
      times[{crossing.fromForm, crossing.toForm}] += crossing.time;
    for (auto &[fromForm, fromTerms] : from)
      for (auto &[toForm, toTerms] : to) {
        size_t product = program.addShare();
        costs.push_back({0, times[{fromForm, toForm}], 0});
        fromTerms.push_back({product, 1});
        toTerms.push_back({product, 1});
      }
    for (auto *side : {&from, &to})
      for (auto &[form, terms] : *side)
        program.addRow(terms, Sense::Equal, 0);
  }

  /// Two layers have one form.
  void addGroup(size_t first, size_t second) {
    std::map<unsigned, std::vector<Term>> terms = getForms(first, 1);
    for (auto &[form, others] : getForms(second, -1))
      llvm::append_range(terms[form], others);
    for (auto &[form, both] : terms)
      program.addRow(both, Sense::Equal, 0);
  }

  std::vector<double> getFactors(Quantity quantity) const {
    std::vector<double> factors;
    for (const Totals &cost : costs)
      factors.push_back(cost.get(quantity));
    return factors;
  }

  /// Makes the largest magnitude `largest`, so that absolute tolerances mean the same for all units; returns the factor.
  static double scale(std::vector<double> &factors, double largest) {
    double magnitude = 0;
    for (double factor : factors)
      magnitude = std::max(magnitude, std::abs(factor));
    double ratio = magnitude > 0 ? largest / magnitude : 1;
    for (double &factor : factors)
      factor *= ratio;
    return ratio;
  }

  void addBound(IntegerProgram &bounded, Quantity quantity, double bound) const {
    std::vector<double> factors = getFactors(quantity);
    double ratio = scale(factors, 1);
    std::vector<Term> terms;
    for (auto [column, factor] : llvm::enumerate(factors))
      if (factor != 0)
        terms.push_back({column, factor});
    bounded.addRow(std::move(terms), Sense::AtMost, bound * ratio);
  }

  const Problem &problem;
  IntegerProgram program;
  /// The column of each choice of each layer, and the costs of each column.
  std::vector<std::vector<size_t>> columns;
  std::vector<Totals> costs;
};

/// One search, in slices of time: between them the best solution so far is handed out.
class Search {
public:
  Search(const Problem &problem, double seconds, llvm::function_ref<llvm::Error(const Solution &)> improved)
      : problem(problem), formulation(problem), improved(improved), end(Clock::now() + toDuration(seconds)) {}

  /// Solves for one goal; `best` is where it starts from when that keeps the bounds, and what it found. False when there is nothing.
  llvm::Expected<bool> run(const Goal &goal, std::optional<Solution> &best) {
    IntegerProgram program = formulation.get(goal);
    std::vector<double> start;
    for (double slice = 1;; slice *= 2) {
      double left = std::chrono::duration<double>(end - Clock::now()).count();
      IntegerProgram::Result result = program.solve(std::max(0.1, std::min(slice, left)), start);
      if (result.state == State::Infeasible)
        return false;
      if (llvm::Error error = take(result, goal, best))
        return std::move(error);
      if (result.state == State::Optimal || slice >= left)
        return best.has_value();
      start = result.values;
    }
  }

private:
  using Clock = std::chrono::steady_clock;
  static Clock::duration toDuration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  llvm::Error take(const IntegerProgram::Result &result, const Goal &goal, std::optional<Solution> &best) {
    if (result.values.empty())
      return llvm::Error::success();
    // What was proved of an earlier quantity stays so: that is a bound now.
    bool isOptimal = result.state == State::Optimal || (best && best->isOptimal);
    Solution found{formulation.getSelection(result.values), {}, isOptimal};
    found.totals = evaluate(problem, found.selection);
    if (best && found.totals.get(goal.minimize) >= best->totals.get(goal.minimize)) {
      best->isOptimal = isOptimal;
      return llvm::Error::success();
    }
    best = std::move(found);
    return improved ? improved(*best) : llvm::Error::success();
  }

  const Problem &problem;
  Formulation formulation;
  llvm::function_ref<llvm::Error(const Solution &)> improved;
  Clock::time_point end;
};

/// What no selection keeps: bounds below the least possible, or all of them together.
llvm::Error explain(const Problem &problem, const Goal &goal, double seconds) {
  std::string reasons;
  for (Quantity quantity : allQuantities) {
    std::optional<double> bound = goal.getBound(quantity);
    std::optional<Solution> least;
    Goal alone;
    alone.minimize = quantity;
    if (bound)
      if (llvm::Error error = Search(problem, seconds, nullptr).run(alone, least).takeError())
        return error;
    if (least && least->totals.get(quantity) > *bound)
      llvm::raw_string_ostream(reasons) << (reasons.empty() ? "" : "; ") << getName(quantity) << " at most "
                                        << llvm::format("%.6g: the least possible is %.6g", *bound, least->totals.get(quantity));
  }
  return llvm::createStringError("no assignment keeps " + (reasons.empty() ? "all bounds together" : reasons));
}

} // namespace

llvm::Expected<Solution> nibble::assignment::solve(const Problem &problem, const Goal &goal, double seconds,
                                                   llvm::function_ref<llvm::Error(const Solution &)> improved) {
  Search search(problem, seconds, improved);
  std::optional<Solution> best;
  llvm::Expected<bool> found = search.run(goal, best);
  if (!found)
    return found.takeError();
  if (!*found)
    return explain(problem, goal, seconds);
  // Of equally good ones the least in the other quantities.
  Goal refined = goal;
  for (Quantity quantity : allQuantities) {
    if (quantity == goal.minimize || !best->isOptimal)
      continue;
    refined.setBound(refined.minimize, best->totals.get(refined.minimize));
    refined.minimize = quantity;
    if (llvm::Error error = search.run(refined, best).takeError())
      return std::move(error);
  }
  return *best;
}
