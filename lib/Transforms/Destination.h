//===- Destination.h - where a tensor must exist so that producers write into it -------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_DESTINATION_H
#define NIBBLE_LIB_TRANSFORMS_DESTINATION_H

#include "mlir/IR/Value.h"

namespace nibble {

/// The op in front of which a destination has to be created for the producers of all `values` to write into slices of it
/// after bufferization (upstream's empty tensor elimination): the first of their own destinations, looking through values
/// that are put together from parts. Null when no value has a producer.
mlir::Operation *getDestinationPoint(mlir::ValueRange values);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_DESTINATION_H
