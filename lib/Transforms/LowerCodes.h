//===- LowerCodes.h - part of nibble-lower-quantize-ops ----------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_LOWERCODES_H
#define NIBBLE_LIB_TRANSFORMS_LOWERCODES_H

#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// nibble.dequantize of all that is not a plain integer of 8 to 16 bits with an f32 scale: packed codes, floats, tables, declared
/// schemes, two levels of scales, minima.
void populateLowerCodesPatterns(mlir::RewritePatternSet &patterns);

/// Filters of contractions that no kernel reads as codes, decoded when compiling.
void populateDecodeFiltersPatterns(mlir::RewritePatternSet &patterns);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_LOWERCODES_H
