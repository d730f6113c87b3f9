//===- StatisticsConversion.h - statistics in the IR ---------------------------------------------------------===//

#ifndef NIBBLE_CALIBRATION_STATISTICSCONVERSION_H
#define NIBBLE_CALIBRATION_STATISTICSCONVERSION_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Numerics/Statistics.h"

namespace nibble::calibration {

/// The attribute that holds `statistics`. NaNs and infinities are not counted in it. `channelSums` (may be empty) has the sum
/// of the elements of each channel.
StatisticsAttr convertToAttribute(mlir::MLIRContext *context, const numerics::Statistics &statistics,
                                  llvm::ArrayRef<float> channelSums = {});

/// The statistics that an attribute holds; fails when a part of it was elided in printing, or a bin is none.
mlir::FailureOr<numerics::Statistics> convertFromAttribute(StatisticsAttr attribute);

} // namespace nibble::calibration

#endif // NIBBLE_CALIBRATION_STATISTICSCONVERSION_H
