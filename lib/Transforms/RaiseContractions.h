//===- RaiseContractions.h - parts of the passes that raise contractions ----------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_RAISECONTRACTIONS_H
#define NIBBLE_LIB_TRANSFORMS_RAISECONTRACTIONS_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// What a contraction op says of an operand of signed codes: nothing, or a scheme, and a zero point unless that is the constant 0.
struct SignedCodes {
  SignedCodes() = default;
  SignedCodes(mlir::Value codes, mlir::Value zeroPoint);

  SchemeAttr scheme;
  mlir::Value zeroPoint;
};

/// Whether a linalg contraction multiplies codes of 8 or 16 bits into sums of i32.
bool isSumOfCodes(mlir::Operation *op);

/// What a linalg contraction's sum starts from: null for zero, or the bias with one element for each index of `channelDim`.
/// Fails for anything else.
mlir::FailureOr<mlir::Value> matchContractionStart(mlir::Value init, int64_t channelDim);

/// linalg's two-dimensional convolutions to nibble.conv, and tensor.pad with zeros into its padding.
void populateRaiseConvolutionPatterns(mlir::RewritePatternSet &patterns);

/// Those of codes, with zero points (`linalg.conv_2d_nhwc_hwcf_q` and its like).
void populateRaiseQuantizedConvolutionPatterns(mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_RAISECONTRACTIONS_H
