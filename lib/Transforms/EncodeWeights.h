//===- EncodeWeights.h - constant weights as codes of any scheme -------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_ENCODEWEIGHTS_H
#define NIBBLE_LIB_TRANSFORMS_ENCODEWEIGHTS_H

#include "AssignedSchemes.h"
#include "nibble/Reference/Encoding.h"
#include "mlir/IR/Builders.h"

namespace nibble {

/// What keeps the weight of an op from being codes, worded for a user; nothing when it is a constant of finite numbers.
std::optional<std::string> findWeightObstacle(QuantizableOpInterface op);

/// Scales, and what else the filter's scheme has, for the weight of an op without an obstacle. Errors are emitted at the op.
mlir::FailureOr<reference::StoredParameters> chooseWeightParameters(QuantizableOpInterface op, const AssignedSchemes &schemes);

/// Replaces the weight of an op by nibble.dequantize of constant codes and parameters.
void setEncodedWeight(mlir::OpBuilder &builder, QuantizableOpInterface op, const AssignedSchemes &schemes,
                      const reference::Tensor &codes, const reference::StoredParameters &parameters);

/// Replaces the weight of an op by the nearest codes.
mlir::LogicalResult encodeWeights(mlir::OpBuilder &builder, QuantizableOpInterface op, const AssignedSchemes &schemes);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_ENCODEWEIGHTS_H
