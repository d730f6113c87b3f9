//===- Reductions.h - reductions over axes -----------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_REDUCTIONS_H
#define NIBBLE_LIB_IMPORT_ONNX_REDUCTIONS_H

#include "Elementwise.h"

namespace nibble::onnx_import {

/// A reduction of the inputs, which broadcast to the first, over `axes`, which the result keeps with size 1. `combine` gets
/// one element of each input, then the accumulator; the result has the type of `init`.
Tensor reduceKeepingAxes(Node &node, llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<int64_t> axes, mlir::TypedAttr init,
                         Function combine);
Tensor sumKeepingAxes(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> axes);
Tensor maxKeepingAxes(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> axes);
Tensor minKeepingAxes(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> axes);

/// The shape with `axes` of size 1.
llvm::SmallVector<int64_t> keepAxes(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes);
/// The shape without `axes`.
llvm::SmallVector<int64_t> dropAxes(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes);
/// How many elements are reduced to one.
double countReduced(const Tensor &input, llvm::ArrayRef<int64_t> axes);

/// Softmax and its like: `emit` works along the attribute's axis of floats. Before version 13 that is all dimensions from this axis
/// on, as one.
using AlongAxis = llvm::function_ref<Tensor(Node &, const Tensor &, int64_t)>;
Tensor alongAxis(Node &node, const Tensor &input, int64_t version, AlongAxis emit);
/// The same of the node's input, in the version of its operator set.
mlir::LogicalResult importAlongAxis(Node &node, AlongAxis emit);

Tensor softmax(Node &node, const Tensor &input, int64_t axis);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_REDUCTIONS_H
