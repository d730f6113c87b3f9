//===- Emit.h - the ops that operators are made of ---------------------------------------------------===//
//
// Each function builds one or two ops of the form "After import" (docs/Architecture.md), or computes the result right away
// when its inputs are constants and the result is not much larger. A null input or an impossible shape gives a null tensor;
// the node has the error then.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_EMIT_H
#define NIBBLE_LIB_IMPORT_ONNX_EMIT_H

#include "Node.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace nibble::onnx_import {

/// Computes a scalar from scalars, one for each input.
using Body = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>;

/// A scalar constant of a float or integer type; `value` is converted to it.
mlir::Value scalar(mlir::ImplicitLocOpBuilder &b, mlir::Type type, double value);
mlir::TypedAttr scalarAttr(mlir::Type type, double value);
/// The least (greatest) value of a type: infinity for floats.
mlir::TypedAttr lowestAttr(mlir::Type type, bool isUnsigned);
mlir::TypedAttr highestAttr(mlir::Type type, bool isUnsigned);

/// The shape that shapes broadcast to by ONNX's (numpy's) rule; an error of the node when they do not.
std::optional<llvm::SmallVector<int64_t>> broadcastShapes(Node &node, llvm::ArrayRef<Tensor> inputs);

/// An operand of an op over `shape`, and the dimensions of it along which the operand varies. Sizes of 1 that are broadcast
/// are dropped, so that its indexing map is a projection; of constants all are, so that a bias looks the same whatever the
/// batch.
struct Projection {
  Tensor tensor;
  llvm::SmallVector<int64_t> dims;
};
/// The input, which broadcasts to `shape`, as an operand.
Projection project(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> shape);

/// One linalg.generic over all elements of the inputs, broadcast to `shape` (to each other when not given). One-element
/// constants are constants of the body.
Tensor elementwise(Node &node, llvm::ArrayRef<Tensor> inputs, mlir::Type resultElementType, Body body);
Tensor elementwise(Node &node, llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<int64_t> shape,
                   mlir::Type resultElementType, Body body);
/// The same where input i varies along the result's dimensions `dims[i]` only, in that order (a per-channel bias: {1}).
Tensor elementwiseAlong(Node &node, llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<llvm::SmallVector<int64_t>> dims,
                        llvm::ArrayRef<int64_t> shape, mlir::Type resultElementType, Body body);

/// linalg.reduce over `axes`, which the result lacks. `combine` gets an element and the accumulator. Of no elements the result
/// is `init`.
Tensor reduce(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> axes, mlir::TypedAttr init, Body combine);
/// A linalg.generic over a space of `sizes`: input i varies along `dims[i]` and the result, which starts as `init`, along
/// `resultDims`; all others are reduced. `combine` gets one element of each input, then the accumulator.
Tensor accumulate(Node &node, llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<llvm::SmallVector<int64_t>> dims,
                  llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> resultDims, mlir::TypedAttr init, Body combine);

/// As many elements in another shape, which must be possible and have the same number of elements.
Tensor reshape(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> shape);
/// Dimension i of the result is dimension `permutation[i]` of the input.
Tensor transpose(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> permutation);
/// Element i along an axis is element `offset + i * stride` of the input; strides may be negative.
Tensor slice(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> offsets, llvm::ArrayRef<int64_t> sizes,
             llvm::ArrayRef<int64_t> strides);
/// Inputs must agree but for the axis.
Tensor concat(Node &node, llvm::ArrayRef<Tensor> inputs, int64_t axis);
/// The same along attribute 'axis', with an error of the node where inputs do not agree. There is at least one.
Tensor concatByAttribute(Node &node, llvm::ArrayRef<Tensor> inputs);
/// Negative padding crops.
Tensor pad(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high,
           mlir::TypedAttr value);
/// A linalg.generic without inputs: `body` computes the element at an index of the result, of tensors around it.
Tensor generate(Node &node, llvm::ArrayRef<int64_t> shape, mlir::Type elementType, Body body);
/// A linalg.generic that reads, at each index of the result, the input where `source` says: affine indices of the input.
/// What is read must be inside it.
Tensor gather(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> shape,
              llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)> source);
/// A linalg.generic that copies: the element at an index of the result is the one at `source` of it.
Tensor copyFrom(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> shape, mlir::AffineMap source);
/// The elements at `positions` along an axis; positions must be inside it. Stays a copy, a slice or a concatenation of
/// slices where the positions are regular (a run, repeated elements, a few runs), which layout and codes pass through.
Tensor take(Node &node, const Tensor &input, int64_t axis, llvm::ArrayRef<int64_t> positions);
/// Lists of positions that are made up while importing are not longer than this.
constexpr int64_t maxTakenSize = 1 << 24;
/// A constant vector of i64.
Tensor integers(Node &node, llvm::ArrayRef<int64_t> values);
/// A tensor with one value everywhere.
Tensor splat(Node &node, llvm::ArrayRef<int64_t> shape, mlir::TypedAttr value, bool isUnsigned = false);

/// The destination of a reduction or contraction: linalg.fill of a tensor.empty. Null for a null type.
mlir::Value filled(Node &node, mlir::RankedTensorType type, mlir::TypedAttr value);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_EMIT_H
