//===- IntegerProgram.h - linear programs over choices -----------------------------------------------------------------===//

#ifndef NIBBLE_LIB_ASSIGNMENT_INTEGERPROGRAM_H
#define NIBBLE_LIB_ASSIGNMENT_INTEGERPROGRAM_H

#include <cstddef>
#include <vector>

namespace nibble::assignment {

/// A linear program over numbers from 0 to 1, some of them whole. Solved by CBC, which this hides.
class IntegerProgram {
public:
  struct Term {
    size_t column;
    double factor;
  };
  enum class Sense : char { Equal = 'E', AtMost = 'L' };

  /// What is known of a program after some time.
  struct Result {
    enum class State { Optimal, Feasible, Infeasible, Unknown };

    State state = State::Unknown;
    /// The best solution so far: a value for each column; empty without one.
    std::vector<double> values;
  };

  /// A number that is 0 or 1, and one that may lie between; returns its column.
  size_t addBinary() { return addColumn(true); }
  size_t addShare() { return addColumn(false); }

  void addRow(std::vector<Term> terms, Sense sense, double right) { rows.push_back({std::move(terms), sense, right}); }

  /// What is to be minimised: a factor for each column. At best of a size such that 1e-5 of the value does not count.
  void setObjective(std::vector<double> factors) { objective = std::move(factors); }

  /// Solves the program within `seconds`, from the solution `start` on when that is not empty.
  Result solve(double seconds, const std::vector<double> &start = {}) const;

private:
  struct Row {
    std::vector<Term> terms;
    Sense sense;
    double right;
  };

  size_t addColumn(bool isWhole) {
    columns.push_back(isWhole);
    return columns.size() - 1;
  }

  /// Whether each column is whole.
  std::vector<bool> columns;
  std::vector<Row> rows;
  std::vector<double> objective;
};

} // namespace nibble::assignment

#endif // NIBBLE_LIB_ASSIGNMENT_INTEGERPROGRAM_H
