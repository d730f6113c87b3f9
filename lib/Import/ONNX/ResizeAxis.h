//===- ResizeAxis.h - which elements of an input a resized dimension takes ---------------------------===//
//
// Resize works along one dimension after the other. Here is the arithmetic of one dimension, as
// https://onnx.ai/onnx/operators/onnx__Resize.html defines it.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_RESIZEAXIS_H
#define NIBBLE_LIB_IMPORT_ONNX_RESIZEAXIS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace nibble::onnx_import {

/// coordinate_transformation_mode.
enum class Coordinates {
  HalfPixel,
  HalfPixelSymmetric,
  PytorchHalfPixel,
  AlignCorners,
  Asymmetric,
  TfHalfPixelForNn,
  TfCropAndResize,
};
std::optional<Coordinates> parseCoordinates(llvm::StringRef name);

/// nearest_mode.
enum class Nearest { RoundPreferFloor, RoundPreferCeil, Floor, Ceil };
std::optional<Nearest> parseNearest(llvm::StringRef name);

/// One dimension, which need not change its size.
struct ResizeAxis {
  int64_t axis, inputSize, outputSize;
  /// The wanted quotient of output and input size, of which the output size may be a rounding.
  double scale;
  /// Part of the input that is taken by TfCropAndResize: 0 is the first element, 1 the last.
  double cropStart = 0, cropEnd = 1;

  /// The position in the input of element `index` of the result; may lie outside.
  double getSource(int64_t index, Coordinates coordinates) const;
};

/// The element that each element of the result is a copy of.
llvm::SmallVector<int64_t> getNearest(const ResizeAxis &axis, Coordinates coordinates, Nearest nearest);

/// How elements between those of the input are computed.
struct Interpolation {
  bool isCubic = false;
  /// The parameter of the cubic: -0.75, or -0.5.
  double cubicCoefficient = -0.75;
  /// Whether the filter is widened where the result is smaller than the input.
  bool antialias = false;
  /// Whether elements outside of the input are left out; else they equal those at its border.
  bool excludeOutside = false;
};

/// Element i of the result is the sum of `count` products of an element and a weight: entries i * count and following.
struct Taps {
  int64_t count = 0;
  llvm::SmallVector<int64_t> positions;
  llvm::SmallVector<double> weights;
  /// Whether the result is the input.
  bool isIdentity(int64_t inputSize) const;
};
Taps getTaps(const ResizeAxis &axis, Coordinates coordinates, const Interpolation &interpolation);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_RESIZEAXIS_H
