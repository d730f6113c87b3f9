//===- PropagateLayout.h - parts of nibble-propagate-layout ----------------------------------------===//
//
// Every pattern moves transposes from the operands of an op to its result: `op(transpose(x))` becomes `transpose(op'(x))`.
//
//===-----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_PROPAGATELAYOUT_H
#define NIBBLE_LIB_TRANSFORMS_PROPAGATELAYOUT_H

#include "mlir/IR/PatternMatch.h"
#include <optional>

namespace nibble {

using Permutation = llvm::SmallVector<int64_t>;

/// The permutation of the transpose that makes `value`; nothing for constants, whose transposes cost nothing at run time.
std::optional<Permutation> getTranspose(mlir::Value value);

/// Whether `value` has users and all of them transpose it by the inverse of `permutation`.
bool isUndoneByAllUsers(mlir::Value value, llvm::ArrayRef<int64_t> permutation);

/// The permutation that an op with these operands and this result should move from operands to result, or nothing where
/// that would not pay. It pays when the operands that lose their transpose have more elements than the others, which gain
/// the inverse one; or as many when every user of the result undoes the transpose. Either way fewer elements are moved in
/// all, or the same number further down, so the patterns come to an end.
std::optional<Permutation> chooseTransposeToSink(llvm::ArrayRef<mlir::Value> operands, mlir::Value result);

/// `value` without a transpose by `permutation` at its end: its source where there is such a transpose, else transposed by
/// the inverse.
mlir::Value undoTranspose(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                          llvm::ArrayRef<int64_t> permutation);

/// linalg.generic: elementwise with any broadcasts, resampling, reductions.
void populateSinkThroughGenericPatterns(mlir::RewritePatternSet &patterns);
/// Ops of tensor that keep the rank, linalg.softmax and linalg.reduce.
void populateSinkThroughStructuralPatterns(mlir::RewritePatternSet &patterns);
/// nibble.quantize and nibble.dequantize; reshapes and transposes of weights in codes.
void populateSinkThroughConversionPatterns(mlir::RewritePatternSet &patterns);
/// Reshapes, also the one in front of a matrix product with a constant filter.
void populateSinkThroughReshapePatterns(mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_PROPAGATELAYOUT_H
