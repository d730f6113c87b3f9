//===- RaiseContractions.h - parts of nibble-raise-contractions ------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_RAISECONTRACTIONS_H
#define NIBBLE_LIB_TRANSFORMS_RAISECONTRACTIONS_H

#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// What a linalg contraction's sum starts from: null for zero, or the bias with one element for each index of `channelDim`.
/// Fails for anything else.
mlir::FailureOr<mlir::Value> matchContractionStart(mlir::Value init, int64_t channelDim);

/// linalg's two-dimensional convolutions to nibble.conv, and tensor.pad with zeros into its padding.
void populateRaiseConvolutionPatterns(mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_RAISECONTRACTIONS_H
