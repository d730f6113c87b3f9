//===- Indices.h - indices that are tensors of the file ----------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_INDICES_H
#define NIBBLE_LIB_IMPORT_ONNX_INDICES_H

#include "Node.h"

namespace nibble::onnx_import {

/// An index of the file as one of a dimension: negative ones count from the end.
mlir::Value normalizeIndex(mlir::ImplicitLocOpBuilder &b, mlir::Value index, int64_t size);

/// Known indices with negative ones counted from the end.
llvm::SmallVector<int64_t> normalizeIndices(llvm::ArrayRef<int64_t> indices, int64_t size);

/// Checks that indices are integers, and those that are known are in range; others must be in range at run time.
mlir::LogicalResult checkIndices(Node &node, const Tensor &indices, int64_t size);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_INDICES_H
