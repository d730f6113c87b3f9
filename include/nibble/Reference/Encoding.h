//===- Encoding.h - tensors of floats to codes of any scheme, and back -------------------------------===//
//
// What nibble.choose_params, nibble.quantize and nibble.dequantize compute, for passes that encode constants.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_REFERENCE_ENCODING_H
#define NIBBLE_REFERENCE_ENCODING_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Reference/Tensor.h"
#include <memory>

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

/// Gives the elements of a tensor their codes in any order.
class ElementEncoder {
public:
  /// Declarations are looked up from `op`, at which errors are emitted.
  static mlir::FailureOr<ElementEncoder> create(mlir::Operation *op, SchemeAttr scheme, llvm::ArrayRef<int64_t> shape,
                                                const StoredParameters &parameters);
  ElementEncoder(ElementEncoder &&);
  ~ElementEncoder();

  /// Encodes `values[i]` for the element numbered `elements[i]` in row-major order, and replaces it by what its code stands for.
  mlir::LogicalResult encode(llvm::ArrayRef<int64_t> elements, llvm::MutableArrayRef<float> values);
  /// All codes, stored as the scheme says; 0 where none was given.
  const Tensor &getCodes() const;

private:
  struct State;
  explicit ElementEncoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

/// The numbers that codes stand for, in the element type and of the logical shape.
mlir::FailureOr<Tensor> decode(mlir::Operation *op, SchemeAttr scheme, const Tensor &codes,
                               const StoredParameters &parameters, mlir::RankedTensorType type);

} // namespace nibble::reference

#endif // NIBBLE_REFERENCE_ENCODING_H
