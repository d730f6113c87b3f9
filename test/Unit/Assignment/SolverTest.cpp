//===- SolverTest.cpp - the best scheme for each layer, compared with trying them all ----------------------------------===//

#include "nibble/Assignment/Solver.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace nibble::assignment;

/// Far longer than any of these takes.
constexpr double seconds = 60;

static std::string getError(const Problem &problem, const Goal &goal) {
  llvm::Expected<Solution> solution = solve(problem, goal, seconds);
  return solution ? "" : llvm::toString(solution.takeError());
}

/// Calls `visit` with every selection.
static void forEachSelection(const Problem &problem, llvm::function_ref<void(const Selection &)> visit) {
  Selection selection(problem.layers.size());
  for (;;) {
    visit(selection);
    size_t layer = 0;
    while (layer < selection.size() && ++selection[layer] == problem.layers[layer].choices.size())
      selection[layer++] = 0;
    if (layer == selection.size())
      return;
  }
}

/// The least that `goal.minimize` can be; nothing when the bounds cannot be kept.
static std::optional<double> searchAll(const Problem &problem, const Goal &goal) {
  std::optional<double> best;
  forEachSelection(problem, [&](const Selection &selection) {
    double value = evaluate(problem, selection).get(goal.minimize);
    if (keeps(problem, goal, selection))
      best = std::min(best.value_or(value), value);
  });
  return best;
}

namespace {

/// Random problems: a chain of layers with forms, costs over several orders of magnitude, borders of any sign, some groups and pins.
class RandomProblems {
public:
  explicit RandomProblems(unsigned seed) : engine(seed) {}

  Problem makeProblem() {
    Problem problem;
    size_t numLayers = pick(1, 6);
    for (size_t number = 0; number < numLayers; ++number)
      problem.layers.push_back(makeLayer());
    for (size_t number = 1; number < numLayers; ++number)
      problem.borders.push_back({number - 1, number, {{0, 1, between(-20, 60)}, {1, 0, between(-20, 60)}, {1, 1, between(-5, 5)}}});
    if (numLayers > 3 && pick(0, 1))
      problem.groups.push_back({1, 2, 3});
    if (pick(0, 3) == 0)
      problem.layers.front().pinned = 0;
    return problem;
  }

  Goal makeGoal(const Problem &problem) {
    Goal goal;
    goal.minimize = allQuantities[pick(0, 2)];
    for (Quantity quantity : allQuantities)
      if (pick(0, 1))
        goal.setBound(quantity, between(0.2, 1.2) * getMean(problem, quantity));
    return goal;
  }

private:
  size_t pick(size_t low, size_t high) { return std::uniform_int_distribution<size_t>(low, high)(engine); }
  double between(double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine); }

  Layer makeLayer() {
    Layer layer;
    // The first choice of each form is always there, so that groups can be kept.
    size_t numChoices = pick(2, 4);
    for (size_t number = 0; number < numChoices; ++number) {
      double loss = number == 0 ? 0 : std::pow(10, between(-6, 0));
      layer.choices.push_back({{loss, between(10, 1000), std::floor(between(100, 10000))}, unsigned(number % 2)});
    }
    return layer;
  }

  static double getMean(const Problem &problem, Quantity quantity) {
    double sum = 0;
    for (const Layer &layer : problem.layers)
      for (const Choice &choice : layer.choices)
        sum += choice.costs.get(quantity) / layer.choices.size();
    return sum;
  }

  std::mt19937 engine;
};

} // namespace

TEST(Solver, FindsWhatTryingAllFinds) {
  RandomProblems random(7);
  unsigned numFeasible = 0, numInfeasible = 0;
  for (unsigned number = 0; number < 300; ++number) {
    Problem problem = random.makeProblem();
    Goal goal = random.makeGoal(problem);
    std::optional<double> expected = searchAll(problem, goal);
    llvm::Expected<Solution> solution = solve(problem, goal, seconds);
    ASSERT_EQ(static_cast<bool>(solution), expected.has_value()) << "problem " << number;
    if (!expected) {
      llvm::consumeError(solution.takeError());
      ++numInfeasible;
      continue;
    }
    ++numFeasible;
    EXPECT_TRUE(keeps(problem, goal, solution->selection)) << "problem " << number;
    EXPECT_TRUE(solution->isOptimal);
    // CBC stops at one part in 1e11 of the largest cost; the bound on the minimised quantity of the second search is kept to 1e-6.
    EXPECT_NEAR(solution->totals.get(goal.minimize), *expected, std::abs(*expected) * 2e-6 + 1e-9) << "problem " << number;
  }
  EXPECT_GT(numFeasible, 100u);
  EXPECT_GT(numInfeasible, 10u);
}

/// Two layers; the first choice of each is float, without loss.
static Problem makeSmallProblem() {
  Problem problem;
  problem.layers = {{{{{0, 100, 400}, 0}, {{0.1, 50, 100}, 1}}, std::nullopt}, {{{{0, 100, 400}, 0}, {{0.3, 40, 100}, 1}}, std::nullopt}};
  return problem;
}

TEST(Solver, WithoutBoundsNothingIsLost) {
  Solution solution = llvm::cantFail(solve(makeSmallProblem(), {}, seconds));
  EXPECT_EQ(solution.selection, Selection({0, 0}));
  EXPECT_EQ(solution.totals.time, 200);
}

TEST(Solver, BoundsMayBeMetExactly) {
  Goal goal;
  goal.maxSize = 500;
  EXPECT_EQ(llvm::cantFail(solve(makeSmallProblem(), goal, seconds)).selection, Selection({1, 0}));
}

// (S84): what it takes where forms meet is added.
TEST(Solver, BordersCount) {
  Problem problem = makeSmallProblem();
  Goal goal;
  goal.minimize = Quantity::Time;
  EXPECT_EQ(llvm::cantFail(solve(problem, goal, seconds)).selection, Selection({1, 1}));
  problem.layers[1].choices[1].costs.time = 140;
  EXPECT_EQ(llvm::cantFail(solve(problem, goal, seconds)).selection, Selection({1, 0}));
  problem.borders = {{0, 1, {{1, 0, 60}}}};
  Solution solution = llvm::cantFail(solve(problem, goal, seconds));
  EXPECT_EQ(solution.totals.time, 190);
  EXPECT_EQ(solution.selection, Selection({1, 1}));
}

// (S85)
TEST(Solver, GroupsHaveOneForm) {
  Problem problem = makeSmallProblem();
  problem.groups = {{0, 1}};
  Goal goal;
  goal.maxSize = 500;
  EXPECT_EQ(llvm::cantFail(solve(problem, goal, seconds)).selection, Selection({1, 1}));
}

TEST(Solver, PinsAreKept) {
  Problem problem = makeSmallProblem();
  problem.layers[0].pinned = 0;
  Goal goal;
  goal.minimize = Quantity::Size;
  EXPECT_EQ(llvm::cantFail(solve(problem, goal, seconds)).selection, Selection({0, 1}));
}

// (S85)
TEST(Solver, OfEquallyGoodOnesTheLeastLossIsTaken) {
  Problem problem = makeSmallProblem();
  problem.layers[1].choices.push_back({{0.2, 80, 100}, 1});
  Goal goal;
  goal.minimize = Quantity::Size;
  EXPECT_EQ(llvm::cantFail(solve(problem, goal, seconds)).selection, Selection({1, 2}));
}

TEST(Solver, SaysWhichBoundCannotBeKept) {
  Goal goal;
  goal.maxSize = 150;
  EXPECT_EQ(getError(makeSmallProblem(), goal), "no assignment keeps size at most 150: the least possible is 200");
  goal.maxTime = 50;
  EXPECT_EQ(getError(makeSmallProblem(), goal),
            "no assignment keeps time at most 50: the least possible is 90; size at most 150: the least possible is 200");
  goal.maxSize = goal.maxTime = 200;
  goal.maxLoss = 0.2;
  EXPECT_EQ(getError(makeSmallProblem(), goal), "no assignment keeps all bounds together");
}

TEST(Solver, HandsOutWhatItFinds) {
  Goal goal;
  goal.minimize = Quantity::Time;
  std::vector<double> times;
  auto keep = [&](const Solution &solution) {
    times.push_back(solution.totals.time);
    return llvm::Error::success();
  };
  Solution solution = llvm::cantFail(solve(makeSmallProblem(), goal, seconds, keep));
  ASSERT_FALSE(times.empty());
  EXPECT_EQ(times.back(), solution.totals.time);
  auto refuse = [](const Solution &) { return llvm::createStringError("disk full"); };
  EXPECT_EQ(llvm::toString(solve(makeSmallProblem(), goal, seconds, refuse).takeError()), "disk full");
}
