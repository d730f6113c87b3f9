//===- Solver.h - the best scheme for each layer -----------------------------------------------------------------------===//

#ifndef NIBBLE_ASSIGNMENT_SOLVER_H
#define NIBBLE_ASSIGNMENT_SOLVER_H

#include "nibble/Assignment/Problem.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <array>

namespace nibble::assignment {

/// What to minimise, under bounds on any quantities. Bounds are kept to one part in a million, which is what the linear programs
/// are solved to.
struct Goal {
  Quantity minimize = Quantity::Loss;
  std::optional<double> maxLoss, maxTime, maxSize;

  std::optional<double> getBound(Quantity quantity) const {
    return quantity == Quantity::Loss ? maxLoss : quantity == Quantity::Time ? maxTime : maxSize;
  }
  void setBound(Quantity quantity, double bound) {
    (quantity == Quantity::Loss ? maxLoss : quantity == Quantity::Time ? maxTime : maxSize) = bound;
  }
};

struct Solution {
  Selection selection;
  Totals totals;
  /// Whether no other selection is better.
  bool isOptimal = false;
};

/// Loss, time, size.
extern const std::array<Quantity, 3> allQuantities;

/// "loss", "time" or "size".
const char *getName(Quantity quantity);

/// Whether a selection is allowed and keeps the bounds.
bool keeps(const Problem &problem, const Goal &goal, const Selection &selection);

/// The best selection, and among equally good ones the one with the least loss, then time, then size. `improved` gets each
/// solution that is better than those before, and an error of it ends the search. After `seconds` the best one so far is
/// returned. Errors say which bound cannot be kept, and what the least possible is.
llvm::Expected<Solution> solve(const Problem &problem, const Goal &goal, double seconds,
                               llvm::function_ref<llvm::Error(const Solution &)> improved = nullptr);

} // namespace nibble::assignment

#endif // NIBBLE_ASSIGNMENT_SOLVER_H
