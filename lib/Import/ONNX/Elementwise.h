//===- Elementwise.h - functions of the elements of tensors ------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_ELEMENTWISE_H
#define NIBBLE_LIB_IMPORT_ONNX_ELEMENTWISE_H

#include "Emit.h"
#include "Scalar.h"
#include "SmallElements.h"

namespace nibble::onnx_import {

using UnaryFunction = llvm::function_ref<Scalar(Scalar)>;
/// Gets one element of each input.
using Function = llvm::function_ref<Scalar(llvm::ArrayRef<Scalar>)>;

inline ElementType getElementType(const Tensor &tensor) {
  return {tensor.getElementType(), tensor.isUnsigned, tensor.codec};
}
/// `tensor` with elements that stand for what `element` says.
inline Tensor makeTensor(Tensor tensor, ElementType element) {
  tensor.isUnsigned = element.isUnsigned;
  tensor.codec = element.codec;
  return tensor;
}
inline bool isFloat(const Tensor &tensor) { return mlir::isa<mlir::FloatType>(tensor.getElementType()); }
inline bool isBoolean(const Tensor &tensor) { return tensor.getElementType().isInteger(1); }

/// A body for Emit.h that calls `function` with scalars of the inputs' signs.
Scalar apply(mlir::ImplicitLocOpBuilder &builder, mlir::ValueRange arguments, llvm::ArrayRef<Tensor> inputs,
             Function function);

/// `function` of the elements of the inputs, broadcast to each other; it returns numbers of type `result`, by default that
/// of the first input.
Tensor compute(Node &node, llvm::ArrayRef<Tensor> inputs, ElementType result, Function function);
Tensor compute(Node &node, llvm::ArrayRef<Tensor> inputs, Function function);
Tensor compute(Node &node, const Tensor &input, UnaryFunction function);

/// The same for functions of several steps: f16 and bf16 are computed in f32, integers in f64, and the result is converted to
/// the type of the first input once, at the end.
Tensor computeWide(Node &node, llvm::ArrayRef<Tensor> inputs, Function function);
Tensor computeWide(Node &node, const Tensor &input, UnaryFunction function);
/// The type of those steps.
ElementType getWideType(const Tensor &tensor);

/// The elements as another type.
Tensor convert(Node &node, const Tensor &input, ElementType type, CastMode mode = {});

// Checks of the inputs that are present; an error of the node otherwise.
mlir::LogicalResult checkSameType(Node &node);
/// Floats of one type.
mlir::LogicalResult checkFloats(Node &node);
/// Floats or integers of one type, no booleans.
mlir::LogicalResult checkNumbers(Node &node);
mlir::LogicalResult checkNumInputs(Node &node, size_t count);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_ELEMENTWISE_H
