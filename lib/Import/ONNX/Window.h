//===- Window.h - the window of a convolution or pooling ---------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_WINDOW_H
#define NIBBLE_LIB_IMPORT_ONNX_WINDOW_H

#include "Node.h"

namespace nibble::onnx_import {

/// Sizes along each spatial dimension.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations;
  /// Elements added before and after the input, by the file's pads or auto_pad.
  llvm::SmallVector<int64_t> low, high;
  /// Elements that ceil_mode adds after those, so that the last window is whole.
  llvm::SmallVector<int64_t> extra;
  llvm::SmallVector<int64_t> outputSizes;
};

/// Reads strides, dilations, pads, auto_pad and ceil_mode, and checks them. `inputSizes` and `kernel` are the spatial sizes.
std::optional<Window> resolveWindow(Node &node, llvm::ArrayRef<int64_t> inputSizes, llvm::ArrayRef<int64_t> kernel);

/// An attribute with one value per spatial dimension, each at least `minimum`; `defaultValue` everywhere when absent.
llvm::SmallVector<int64_t> getSpatialAttribute(Node &node, llvm::StringRef name, size_t count, int64_t defaultValue,
                                               int64_t minimum);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_WINDOW_H
