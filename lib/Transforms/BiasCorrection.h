//===- BiasCorrection.h - what rounded weights add to the mean of a contraction's results -----------===//

#ifndef NIBBLE_LIB_TRANSFORMS_BIASCORRECTION_H
#define NIBBLE_LIB_TRANSFORMS_BIASCORRECTION_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

namespace nibble {

/// For each element of the filter of a contraction, the mean over all outputs of the input elements that it is multiplied with,
/// padding included. `channelMeans` has the mean of each channel of the input, taken as the same everywhere in a feature map.
/// Empty when the means have another number of channels, and for filters that differ from batch to batch.
llvm::SmallVector<double> getMeanFactors(ContractionOpInterface op, llvm::ArrayRef<float> channelMeans);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_BIASCORRECTION_H
