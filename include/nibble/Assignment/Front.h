//===- Front.h - the assignments between which a choice is a matter of taste -------------------------------------------===//

#ifndef NIBBLE_ASSIGNMENT_FRONT_H
#define NIBBLE_ASSIGNMENT_FRONT_H

#include "nibble/Assignment/Candidates.h"
#include "nibble/Assignment/Solver.h"

namespace nibble::assignment {

/// One assignment, in a file: `front`, `uniform` or `chosen`.
struct FrontPoint {
  std::string kind;
  Totals totals;
  /// Of each layer, in program order.
  std::vector<std::string> candidates;
};

/// Assignments that no other one beats in all of loss, time and size.
struct Front {
  std::vector<std::string> layers;
  std::vector<FrontPoint> points;

  /// Adds an assignment; of kind `front` only when none of that kind is as good in everything, and then removes those that it beats.
  void add(const NamedProblem &named, llvm::StringRef kind, const Selection &selection);

  /// Comma-separated values with a header: kind, loss, time_ns, size_bytes and the names of the layers. Least size first.
  std::string format() const;
  /// Reads the same; errors begin with `source` and the number of the line.
  static llvm::Expected<Front> parse(llvm::StringRef text, llvm::StringRef source);
};

/// Searches the front: the least losses under bounds on size, and under bounds on time, that lie at equal distances between what
/// is least and what loses nothing; within the bounds of `goal`. `seconds` are for each search. `added` is called after each new point, and an error
/// of it ends the search.
llvm::Error searchFront(const NamedProblem &named, const Goal &goal, double seconds, Front &front,
                        llvm::function_ref<llvm::Error(const Front &)> added);

} // namespace nibble::assignment

#endif // NIBBLE_ASSIGNMENT_FRONT_H
