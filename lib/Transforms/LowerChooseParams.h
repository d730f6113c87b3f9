//===- LowerChooseParams.h - part of nibble-lower-quantize-ops ---------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_LOWERCHOOSEPARAMS_H
#define NIBBLE_LIB_TRANSFORMS_LOWERCHOOSEPARAMS_H

#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// nibble.choose_params to a reduction and an elementwise op.
void populateLowerChooseParamsPatterns(mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_LOWERCHOOSEPARAMS_H
