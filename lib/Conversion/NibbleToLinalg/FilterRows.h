//===- FilterRows.h - part of nibble-convert-nibble-to-linalg ----------------------------------------===//
//
// Filters in rows (docs/Spec.md, "Filters in rows"), decoded. The ops made here are lowered by the other patterns of the pass.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_CONVERSION_NIBBLETOLINALG_FILTERROWS_H
#define NIBBLE_LIB_CONVERSION_NIBBLETOLINALG_FILTERROWS_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// Splits a dimension into (size / inner, inner). Sizes need not be known.
mlir::Value splitDim(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, int64_t dim, int64_t inner);

/// The filter as `[F, length of a row]`: codes in i16 (S60), or f32 where it is scaled (S62).
mlir::Value createDecodedRows(mlir::OpBuilder &builder, ContractionOpInterface op);

/// The sums of (S61), starting from `start`, of a shape that need not be known. `patches` are the codes that rows are multiplied with:
/// the result's shape without its channels, groups where there is more than one, and the elements of a row.
mlir::Value createSumOfBlocks(mlir::OpBuilder &builder, ContractionOpInterface op, mlir::Value patches, int64_t groups,
                              mlir::Value start);

} // namespace nibble

#endif // NIBBLE_LIB_CONVERSION_NIBBLETOLINALG_FILTERROWS_H
