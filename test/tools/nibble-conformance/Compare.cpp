//===- Compare.cpp - is a result what was expected? ---------------------------------------------------===//

#include "Compare.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace nibble;
using namespace nibble::conformance;
using reference::ElementKind;

namespace {
/// Parts of an element's own magnitude, and of that of the largest element: where sums over elements of that size cancel, what is left
/// has their error.
struct Tolerance {
  double relative, ofLargest;
};
} // namespace

/// f16 and bf16: two units in the last place, since the expected results were rounded at other places. f32: functions are within a
/// few units (docs/Spec.md), and the sums of the cases have at most some hundred terms: 1e-5 is 84 units of 2^-23. ONNX's own runner
/// tolerates 1e-3.
static Tolerance getTolerance(ElementKind kind) {
  switch (kind) {
  case ElementKind::BF16:
    return {0x1p-7, 0};
  case ElementKind::F16:
    return {0x1p-10, 0};
  default:
    return {1e-5, 0x1p-22};
  }
}

static double getLargestMagnitude(const reference::Tensor &tensor) {
  double largest = 0;
  if (isFloat(tensor.getKind()))
    for (int64_t index = 0; index < tensor.getNumElements(); ++index)
      if (double magnitude = std::abs(tensor.getFloat(index)); std::isfinite(magnitude))
        largest = std::max(largest, magnitude);
  return largest;
}

/// The distance of two elements in units of what is tolerated.
static double getError(const reference::Tensor &expected, const reference::Tensor &actual, int64_t index, double largest) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!isFloat(expected.getKind()))
    return expected.getInteger(index) == actual.getInteger(index) ? 0 : infinity;
  double want = expected.getFloat(index), got = actual.getFloat(index);
  if (want == got || (std::isnan(want) && std::isnan(got)))
    return 0;
  if (!std::isfinite(want) || !std::isfinite(got))
    return infinity;
  Tolerance tolerance = getTolerance(expected.getKind());
  return std::abs(want - got) / (tolerance.ofLargest * largest + tolerance.relative * std::abs(want));
}

static int64_t findWorst(const reference::Tensor &expected, const reference::Tensor &actual) {
  int64_t worst = 0;
  double worstError = 0, largest = getLargestMagnitude(expected);
  for (int64_t index = 0; index < expected.getNumElements(); ++index)
    if (double error = getError(expected, actual, index, largest); error > worstError) {
      worst = index;
      worstError = error;
    }
  return worst;
}

double conformance::getWorstError(const reference::Tensor &expected, const reference::Tensor &actual) {
  return expected.getNumElements() == 0
             ? 0
             : getError(expected, actual, findWorst(expected, actual), getLargestMagnitude(expected));
}

static std::string describe(const CaseTensor &value) {
  std::string text;
  raw_string_ostream os(text);
  os << value.tensor.getType() << (value.isUnsigned ? " (unsigned)" : "");
  return text;
}

std::optional<std::string> conformance::findDifference(const CaseTensor &expected, const CaseTensor &actual) {
  if (expected.tensor.getType() != actual.tensor.getType() || expected.isUnsigned != actual.isUnsigned)
    return "expected " + describe(expected) + ", got " + describe(actual);
  double error = getWorstError(expected.tensor, actual.tensor);
  if (error <= 1)
    return std::nullopt;
  int64_t worst = findWorst(expected.tensor, actual.tensor);
  return formatv("element {0}: expected {1}, got {2}, {3:f1} times what is tolerated", worst,
                 formatElement(expected.tensor, worst), formatElement(actual.tensor, worst), error)
      .str();
}
