//===- Encoding.h - tensors of floats to codes of any scheme, and back -------------------------------===//
//
// What nibble.choose_params, nibble.quantize and nibble.dequantize compute, for passes that encode constants.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_REFERENCE_ENCODING_H
#define NIBBLE_REFERENCE_ENCODING_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Reference/Tensor.h"

namespace nibble::reference {

/// The stored parameters of the blocks of a tensor, in the order of the operands of nibble.quantize.
struct StoredParameters {
  llvm::SmallVector<Tensor, 2> scales;
  std::optional<Tensor> zeroPoint;
};

/// Parameters for a tensor of floats. A declared scheme has its own way to choose them; others take `choice`: docs/Spec.md,
/// "choose_params". Declarations are looked up from `op`, at which errors are emitted.
mlir::FailureOr<StoredParameters> chooseParameters(mlir::Operation *op, SchemeAttr scheme, const Tensor &values,
                                                   ParameterChoice choice);

/// The codes of a tensor of floats, stored as the scheme says.
mlir::FailureOr<Tensor> encode(mlir::Operation *op, SchemeAttr scheme, const Tensor &values,
                               const StoredParameters &parameters);

/// The numbers that codes stand for, in the element type and of the logical shape.
mlir::FailureOr<Tensor> decode(mlir::Operation *op, SchemeAttr scheme, const Tensor &codes,
                               const StoredParameters &parameters, mlir::RankedTensorType type);

} // namespace nibble::reference

#endif // NIBBLE_REFERENCE_ENCODING_H
