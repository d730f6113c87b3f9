//===- Bufferization.h - how nibble ops turn from tensors to buffers -------------------------------===//

#ifndef NIBBLE_INTERFACEMODELS_BUFFERIZATION_H
#define NIBBLE_INTERFACEMODELS_BUFFERIZATION_H

#include "mlir/IR/DialectRegistry.h"

namespace nibble {

/// Attaches BufferizableOpInterface to the ops of the nibble dialect. A contraction reads its operands and writes its
/// destination without reading it; an observer reads.
void registerBufferizationModels(mlir::DialectRegistry &registry);

} // namespace nibble

#endif // NIBBLE_INTERFACEMODELS_BUFFERIZATION_H
