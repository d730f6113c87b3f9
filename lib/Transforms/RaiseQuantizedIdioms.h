//===- RaiseQuantizedIdioms.h - part of nibble-raise-quantized-idioms --------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_RAISEQUANTIZEDIDIOMS_H
#define NIBBLE_LIB_TRANSFORMS_RAISEQUANTIZEDIDIOMS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// Replaces an elementwise op that dequantizes by nibble.dequantize. Fails when it is none; where it is one that has no such form the
/// reason is written to `obstacle`.
mlir::LogicalResult raiseDequantize(mlir::PatternRewriter &rewriter, mlir::linalg::GenericOp op, llvm::StringRef &obstacle);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_RAISEQUANTIZEDIDIOMS_H
