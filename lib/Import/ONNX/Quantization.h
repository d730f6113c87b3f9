//===- Quantization.h - scales and zero points of a file's quantized tensors -------------------------===//
//
// What a file has quantized becomes nibble.quantize and nibble.dequantize with its codes and parameters as they are.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_QUANTIZATION_H
#define NIBBLE_LIB_IMPORT_ONNX_QUANTIZATION_H

#include "Elementwise.h"

namespace nibble::onnx_import {

/// Parameters in the form of nibble.quantize: a scale of f32 and a zero point of i32, null where it is 0, with an element
/// for each block of `block` (#nibble.scheme); one of rank 0 when that is empty.
struct QuantizationParams {
  Tensor scale, zeroPoint;
  llvm::SmallVector<int64_t> block;
};

/// Which elements of a tensor may have parameters of their own.
struct Granularity {
  /// The dimension along which a vector of scales has its elements; none where there is one scale.
  std::optional<int64_t> axis;
  /// How many elements along the axis share a scale of the tensor's rank; 0 where scales are vectors.
  int64_t blockSize = 0;
  /// Whether a scale of the tensor's rank that broadcasts to it is taken too.
  bool mayBroadcast = false;
  /// Whether one zero point may go with several scales.
  bool mayShareZeroPoint = false;
};

/// Whether a tensor has codes of int8 or uint8; an error of the node otherwise.
mlir::LogicalResult checkBytes(Node &node, ElementType codes);

/// The inputs `scaleIndex` and `zeroPointIndex` (which may be absent) as parameters of a tensor of that shape with codes of
/// type `codes`; nothing with an error of the node when they do not fit.
std::optional<QuantizationParams> readParams(Node &node, llvm::ArrayRef<int64_t> shape, ElementType codes,
                                             size_t scaleIndex, size_t zeroPointIndex, const Granularity &granularity);

/// The numbers of `shape` that packed codes stand for (`Packing.h`, low first, each row from a byte on), in f32. `codec` is one of
/// integers of at most 8 bits.
Tensor dequantizePacked(Node &node, const Tensor &codes, llvm::ArrayRef<int64_t> shape, llvm::StringRef codec,
                        const QuantizationParams &params);
/// The numbers that codes stand for, in f32.
Tensor dequantize(Node &node, const Tensor &codes, const QuantizationParams &params);
/// Codes of a type for numbers. `mode` is for codes of small floats.
Tensor quantize(Node &node, const Tensor &numbers, const QuantizationParams &params, ElementType codes,
                CastMode mode = {});

/// Input `index`, whose scale and zero point are the two inputs behind it, as numbers.
Tensor dequantizeInput(Node &node, size_t index, const Granularity &granularity = {});
/// Codes for numbers, whose one scale and zero point are the inputs `scaleIndex` and the one behind it. The type of the codes
/// is that of the zero point; `defaultType` when it is absent.
Tensor quantizeResult(Node &node, const Tensor &numbers, size_t scaleIndex, ElementType defaultType);

/// Codes and parameters of a tensor of numbers, chosen of these at run time as DynamicQuantizeLinear says: 8 bits without
/// sign, one scale.
struct DynamicCodes {
  Tensor codes;
  QuantizationParams params;
};
DynamicCodes quantizeDynamically(Node &node, const Tensor &numbers);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_QUANTIZATION_H
