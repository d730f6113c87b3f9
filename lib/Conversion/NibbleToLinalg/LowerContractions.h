//===- LowerContractions.h - part of nibble-convert-nibble-to-linalg ---------------------------------===//

#ifndef NIBBLE_LIB_CONVERSION_NIBBLETOLINALG_LOWERCONTRACTIONS_H
#define NIBBLE_LIB_CONVERSION_NIBBLETOLINALG_LOWERCONTRACTIONS_H

#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// nibble.conv and nibble.contract on tensors to a sum of products and an elementwise op.
void populateLowerContractionsPatterns(mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_LIB_CONVERSION_NIBBLETOLINALG_LOWERCONTRACTIONS_H
