//===- Pool.h - a window moved over an input ---------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_POOL_H
#define NIBBLE_LIB_IMPORT_ONNX_POOL_H

#include "Emit.h"
#include "Window.h"

namespace nibble::onnx_import {

enum class PoolKind { Max, Sum };

/// The window of a pooling operator, or an error of the node.
std::optional<Window> resolvePool(Node &node, const Tensor &input);
/// The window that covers the whole input of floats.
std::optional<Window> resolveGlobalPool(Node &node, const Tensor &input);
/// The input with padding of `value`, that of ceil_mode included.
Tensor padWindow(Node &node, const Tensor &input, const Window &window, mlir::TypedAttr value);

/// AveragePool of floats by the attributes of the node, and the average of all spatial elements.
Tensor averagePool(Node &node, const Tensor &input);
Tensor globalAveragePool(Node &node, const Tensor &input);

/// Maximum (of any numbers) or sum (of floats) of each window of a padded input [N, C, spatial…]. Named ops of linalg where
/// there are some.
Tensor pool(Node &node, const Tensor &padded, const Window &window, PoolKind kind);
/// The same with any body, of the element, those of `others` (tensors of the shape of the result), and the result so far.
Tensor reduceWindows(Node &node, const Tensor &padded, const Window &window, mlir::TypedAttr init,
                     llvm::ArrayRef<Tensor> others, Body body);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_POOL_H
