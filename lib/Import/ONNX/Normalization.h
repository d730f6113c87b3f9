//===- Normalization.h - parts of the normalizing operators ------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_NORMALIZATION_H
#define NIBBLE_LIB_IMPORT_ONNX_NORMALIZATION_H

#include "Reductions.h"

namespace nibble::onnx_import {

/// Of the elements along some axes, which both keep with size 1; in the type that sums are made in (getWideType).
struct Moments {
  /// Null when it counts as 0.
  Tensor mean;
  /// 1 / sqrt(mean of (x - mean)^2 + epsilon).
  Tensor inverseDeviation;
};

enum class Center { Mean, Zero };
Moments computeMoments(Node &node, const Tensor &input, llvm::ArrayRef<int64_t> axes, double epsilon, Center center);

/// (x - mean) * inverseDeviation * scale + bias, each step in the wide type, rounded once. Scale and bias broadcast to the
/// input, either may be null.
Tensor normalize(Node &node, const Tensor &input, const Moments &moments, const Tensor &scale, const Tensor &bias);

/// One number for each channel, dimension 1 of `input`, in a shape that broadcasts to it.
Tensor alongChannels(Node &node, const Tensor &parameter, const Tensor &input);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_NORMALIZATION_H
