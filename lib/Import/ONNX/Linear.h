//===- Linear.h - matrix products --------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_LINEAR_H
#define NIBBLE_LIB_IMPORT_ONNX_LINEAR_H

#include "Node.h"

namespace nibble::onnx_import {

/// linalg.matmul of [M, K] and [K, N], or linalg.batch_matmul of [B, M, K] and [B, K, N]; of one element type. f16 and
/// bf16 are multiplied and summed in f32.
Tensor multiplyMatrices(Node &node, const Tensor &lhs, const Tensor &rhs);

/// The product of numpy's matmul, with its treatment of vectors and batches, of two tensors of one element type. An error of the
/// node where shapes do not fit.
Tensor multiplyTensors(Node &node, const Tensor &lhs, const Tensor &rhs);

/// The number of elements of a shape.
int64_t product(llvm::ArrayRef<int64_t> sizes);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_LINEAR_H
