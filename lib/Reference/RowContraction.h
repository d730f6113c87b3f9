//===- RowContraction.h - contractions whose filter is in rows --------------------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_ROWCONTRACTION_H
#define NIBBLE_LIB_REFERENCE_ROWCONTRACTION_H

#include "Evaluators.h"

namespace nibble::reference {

/// A contraction whose filter has a row of codes for each output channel, scaled or not: docs/Spec.md, "Filters in rows".
LogicalResult contractRows(ConvOp op, Frame &frame);
LogicalResult contractRows(ContractOp op, Frame &frame);

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_ROWCONTRACTION_H
