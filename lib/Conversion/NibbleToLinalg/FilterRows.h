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

/// The filter as `[F, length of a row]`: codes in i16 (S60), or f32 where it is scaled (S62).
mlir::Value createDecodedRows(mlir::OpBuilder &builder, ContractionOpInterface op);

/// Whether the sums of integers of each block can be taken: the op is a product with one scale of a float type for each block.
bool hasLoweredBlocks(ContractOp op);

/// The sums of (S61), starting from `start`.
mlir::Value createSumOfBlocks(mlir::OpBuilder &builder, ContractOp op, mlir::Value start);

} // namespace nibble

#endif // NIBBLE_LIB_CONVERSION_NIBBLETOLINALG_FILTERROWS_H
