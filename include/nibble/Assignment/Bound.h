//===- Bound.h - bounds as users write them ----------------------------------------------------------------------------===//

#ifndef NIBBLE_ASSIGNMENT_BOUND_H
#define NIBBLE_ASSIGNMENT_BOUND_H

#include "nibble/Assignment/Problem.h"
#include "llvm/Support/Error.h"

namespace nibble::assignment {

/// What a bound is given in.
enum class BoundUnit {
  /// As the quantity itself: nanoseconds, bytes; losses have no unit.
  Absolute,
  /// Times what the float program takes.
  OfFloat,
  /// Bits of the whole program's constants for each weight.
  BitsPerWeight,
};

struct Bound {
  double value = 0;
  BoundUnit unit = BoundUnit::Absolute;

  /// Reads `0.7x` for time and size, `12us` (ns, us, ms, s) for time, `1.5MB` (B, kB, MB, GB, KiB, MiB, GiB) and `4.5bits` for size, a
  /// plain number for loss. Errors say what was expected.
  static llvm::Expected<Bound> parse(Quantity quantity, llvm::StringRef text);

  /// In nanoseconds, bytes or loss, for a model that takes `floating` in float and has so many weights.
  double get(Quantity quantity, const Totals &floating, int64_t numWeights) const;
};

} // namespace nibble::assignment

#endif // NIBBLE_ASSIGNMENT_BOUND_H
