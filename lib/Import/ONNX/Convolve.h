//===- Convolve.h - convolutions of one to three dimensions ------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_CONVOLVE_H
#define NIBBLE_LIB_IMPORT_ONNX_CONVOLVE_H

#include "Window.h"

namespace nibble::onnx_import {

/// A convolution with padding done: input [N, C, spatial…], filter [F, C / groups, spatial…].
struct ConvArguments {
  Tensor input, filter;
  int64_t groups;
  Window window;
};

/// Checks the shapes and attributes that all convolutions share; false with an error.
bool checkConvolution(Node &node, const Tensor &input, const Tensor &filter, int64_t groups);
/// The same, and that both are of one float type.
bool checkFloatConvolution(Node &node, const Tensor &input, const Tensor &filter, int64_t groups);
/// The window of a convolution with filter [F, C / groups, spatial…], its shapes checked; nothing with an error.
std::optional<Window> resolveConvolution(Node &node, const Tensor &input, const Tensor &filter, int64_t groups);

/// Pads (crops where negative) the dimensions behind the first two with zeros.
Tensor padSpatially(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high);

/// One to three spatial dimensions; sums of f16 and bf16 are made in f32. Of the window, kernel, strides, dilations and output sizes are read.
Tensor convolve(Node &node, const ConvArguments &conv);

/// Adds a bias of the size of dimension 1; none when it is absent.
Tensor addBias(Node &node, const Tensor &input, const Tensor &bias);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_CONVOLVE_H
