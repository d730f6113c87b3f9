//===- Compare.h - is a result what was expected? -----------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_CONFORMANCE_COMPARE_H
#define NIBBLE_TEST_TOOLS_CONFORMANCE_COMPARE_H

#include "Case.h"

namespace nibble::conformance {

/// Compares shape, element type and elements. Nothing when they agree, else what is wrong with the first element that differs too
/// much and how far the worst one is off, in units of what is tolerated.
std::optional<std::string> findDifference(const CaseTensor &expected, const CaseTensor &actual);

/// The error of the worst element in units of what is tolerated, 0 for integers that are equal.
double getWorstError(const reference::Tensor &expected, const reference::Tensor &actual);

} // namespace nibble::conformance

#endif // NIBBLE_TEST_TOOLS_CONFORMANCE_COMPARE_H
