//===- Patterns.h - patterns of passes, for conversions that contain them -----------------------------===//

#ifndef NIBBLE_TRANSFORMS_PATTERNS_H
#define NIBBLE_TRANSFORMS_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// Those of `--nibble-lower-quantize-ops`: quantize, dequantize, requantize and choose_params on tensors to linalg, arith and math.
void populateLowerQuantizeOpsPatterns(mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_TRANSFORMS_PATTERNS_H
