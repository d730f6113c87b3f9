//===- Bound.cpp - bounds as users write them --------------------------------------------------------------------------===//

#include "nibble/Assignment/Bound.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace nibble::assignment;

namespace {
struct Unit {
  llvm::StringLiteral name;
  Quantity quantity;
  BoundUnit unit;
  double factor;
};
} // namespace

/// No name may be the end of one behind it.
static constexpr Unit units[] = {
    {"x", Quantity::Time, BoundUnit::OfFloat, 1},           {"x", Quantity::Size, BoundUnit::OfFloat, 1},
    {"ns", Quantity::Time, BoundUnit::Absolute, 1},         {"us", Quantity::Time, BoundUnit::Absolute, 1e3},
    {"ms", Quantity::Time, BoundUnit::Absolute, 1e6},       {"s", Quantity::Time, BoundUnit::Absolute, 1e9},
    {"bits", Quantity::Size, BoundUnit::BitsPerWeight, 1},  {"KiB", Quantity::Size, BoundUnit::Absolute, 1 << 10},
    {"MiB", Quantity::Size, BoundUnit::Absolute, 1 << 20},  {"GiB", Quantity::Size, BoundUnit::Absolute, 1 << 30},
    {"kB", Quantity::Size, BoundUnit::Absolute, 1e3},       {"MB", Quantity::Size, BoundUnit::Absolute, 1e6},
    {"GB", Quantity::Size, BoundUnit::Absolute, 1e9},       {"B", Quantity::Size, BoundUnit::Absolute, 1},
    {"", Quantity::Loss, BoundUnit::Absolute, 1},
};

static const char *getExpectation(Quantity quantity) {
  switch (quantity) {
  case Quantity::Loss:
    return "a number, for example 0.01";
  case Quantity::Time:
    return "a time (12us; ns, us, ms or s) or a part of float32's (0.7x)";
  case Quantity::Size:
    return "a size (1.5MB; B, kB, MB, GB, KiB, MiB or GiB), a part of float32's (0.2x) or an average for each weight (4.5bits)";
  }
  llvm_unreachable("all quantities are named");
}

llvm::Expected<Bound> Bound::parse(Quantity quantity, llvm::StringRef text) {
  const Unit *unit = llvm::find_if(units, [&](const Unit &unit) { return unit.quantity == quantity && text.ends_with(unit.name); });
  double value = 0;
  bool isNumber = unit != std::end(units) && !text.drop_back(unit->name.size()).trim().getAsDouble(value);
  if (!isNumber || !std::isfinite(value) || value < 0)
    return llvm::createStringError(llvm::Twine("expected ") + getExpectation(quantity) + ", got '" + text + "'");
  return Bound{value * unit->factor, unit->unit};
}

double Bound::get(Quantity quantity, const Totals &floating, int64_t numWeights) const {
  switch (unit) {
  case BoundUnit::Absolute:
    return value;
  case BoundUnit::OfFloat:
    return value * floating.get(quantity);
  case BoundUnit::BitsPerWeight:
    return value * static_cast<double>(numWeights) / 8;
  }
  llvm_unreachable("all units are named");
}
