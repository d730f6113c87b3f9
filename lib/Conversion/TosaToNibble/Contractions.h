//===- Contractions.h - TOSA's convolutions and matrix products of codes -------------------------------===//

#ifndef NIBBLE_LIB_CONVERSION_TOSATONIBBLE_CONTRACTIONS_H
#define NIBBLE_LIB_CONVERSION_TOSATONIBBLE_CONTRACTIONS_H

#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// Replaces a tosa.conv2d, depthwise_conv2d or matmul of codes by nibble.conv or nibble.contract, with the rescalings and clamps behind
/// it in the epilogue. Returns the reason when it does not, "" otherwise or for other ops.
llvm::StringRef convertContraction(mlir::RewriterBase &rewriter, mlir::Operation *op);

} // namespace nibble

#endif // NIBBLE_LIB_CONVERSION_TOSATONIBBLE_CONTRACTIONS_H
