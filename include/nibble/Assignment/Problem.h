//===- Problem.h - which scheme each layer gets, as numbers ------------------------------------------------------------===//
//
// Layers with choices, what each choice costs, and what it costs where two layers meet. Knows no model and no scheme.
//
//===-------------------------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_ASSIGNMENT_PROBLEM_H
#define NIBBLE_ASSIGNMENT_PROBLEM_H

#include <cstddef>
#include <optional>
#include <vector>

namespace nibble::assignment {

/// What is minimised and bounded.
enum class Quantity { Loss, Time, Size };

/// One value of each quantity. All are sums over the layers, and finite.
struct Totals {
  double loss = 0, time = 0, size = 0;

  double get(Quantity quantity) const {
    return quantity == Quantity::Loss ? loss : quantity == Quantity::Time ? time : size;
  }
  Totals &operator+=(const Totals &other) {
    loss += other.loss, time += other.time, size += other.size;
    return *this;
  }
};

/// A scheme that a layer may get. Choices of one form read their activations in the same way: as floats, or as codes of one scheme.
struct Choice {
  Totals costs;
  unsigned form = 0;
};

struct Layer {
  /// At least one.
  std::vector<Choice> choices;
  /// The only choice that is allowed.
  std::optional<size_t> pinned;
};

/// The time that it takes, beyond what the choices say, when the layer `from` whose result the layer `to` reads has the form
/// `fromForm` and `to` has `toForm`. May be negative; pairs that are not listed take none.
struct Border {
  struct Crossing {
    unsigned fromForm, toForm;
    double time;
  };

  size_t from, to;
  std::vector<Crossing> crossings;
};

struct Problem {
  std::vector<Layer> layers;
  std::vector<Border> borders;
  /// Layers that read one value: they get choices of one form, so that the value is stored once.
  std::vector<std::vector<size_t>> groups;
};

/// The number of a choice for each layer.
using Selection = std::vector<size_t>;

Totals evaluate(const Problem &problem, const Selection &selection);

/// Whether the layers of each group have one form, and pinned layers what they are pinned to.
bool isAllowed(const Problem &problem, const Selection &selection);

} // namespace nibble::assignment

#endif // NIBBLE_ASSIGNMENT_PROBLEM_H
