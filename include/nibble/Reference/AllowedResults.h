//===- AllowedResults.h - what a compiled program may compute ---------------------------------------===//
//
// docs/Spec.md, "Exactness": the result of most ops is exact; a sum of floats may be taken in any order, within (S13).
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_REFERENCE_ALLOWEDRESULTS_H
#define NIBBLE_REFERENCE_ALLOWEDRESULTS_H

#include "nibble/Reference/Tensor.h"
#include "mlir/IR/Operation.h"

namespace nibble::reference {

/// What the Spec says of the results of an op.
enum class Exactness {
  Exact,
  /// Sums of floats in any order.
  FloatSums,
  /// A function whose last bits are those of a C library, or sums with rounding after each step.
  Unspecified
};

/// Of one op, given its operands.
Exactness getExactness(mlir::Operation *op);

/// Whether a value depends on nothing but exact ops and the arguments of its function.
bool isExactFromArguments(mlir::Value value);

/// The results that are allowed for one op: each element lies between those of two tensors, both included. Integers are
/// between them as signed or as unsigned numbers, as what is expected is.
struct AllowedResults {
  llvm::SmallVector<Tensor> expected, lowest, highest;

  /// The first element of a result that is not allowed; nothing when all are. `actual` has the shape and type of `expected[result]`.
  std::optional<int64_t> findFirstWrong(unsigned result, const Tensor &actual, int64_t *numWrong = nullptr) const;
};

/// Evaluates an op (`reference::evaluate`), and for sums of floats what an error of `K * 2^-24 * sum of |x * w|` in either direction makes
/// of its results; the epilogue is taken for monotone between the two. Fails where the results are not specified.
mlir::FailureOr<AllowedResults> evaluateAllowed(mlir::Operation *op,
                                                llvm::ArrayRef<std::pair<mlir::Value, Tensor>> values);

} // namespace nibble::reference

#endif // NIBBLE_REFERENCE_ALLOWEDRESULTS_H
