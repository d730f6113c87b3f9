//===- Lookup.h - codes that are replaced by those of a table ---------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_LOOKUP_H
#define NIBBLE_LIB_TRANSFORMS_LOOKUP_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace nibble {

/// Codes of 8 bits, each replaced by the element of `table` at its bits as an unsigned number: a `linalg.generic` whose body
/// reads the table, a constant tensor<256xi8>.
mlir::Value createLookup(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value codes,
                         mlir::DenseIntElementsAttr table);

/// Whether `op` is such a lookup.
bool isLookup(mlir::Operation *op);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_LOOKUP_H
