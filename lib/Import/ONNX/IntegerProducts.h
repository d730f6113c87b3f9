//===- IntegerProducts.h - exact products of codes ---------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_INTEGERPRODUCTS_H
#define NIBBLE_LIB_IMPORT_ONNX_INTEGERPRODUCTS_H

#include "Convolve.h"
#include "Elementwise.h"

namespace nibble::onnx_import {

/// Codes of 8 bits and the i32 that is subtracted from them: null for 0, one element, or a tensor that broadcasts to the codes.
struct Codes {
  Tensor codes, zeroPoint;
};

/// The i32 product of numpy's matmul. With a filter known at compile time it is a nibble.contract on bytes, where the right side
/// less its zero point fits signed ones and no sum can overflow; else one of numbers of 32 bits.
Tensor multiplyCodes(Node &node, const Codes &lhs, const Codes &rhs);

/// A filter known at compile time as signed bytes less its zero point; null where it is not known or does not fit.
Tensor toSignedBytes(Node &node, const Codes &filter);

/// The i32 convolution of codes [N, C, spatial…] with a filter [F, C / groups, spatial…], padding done with the zero point: a
/// nibble.conv under the same conditions, with two spatial dimensions and a zero point of the input known at compile time.
Tensor convolveCodes(Node &node, const Codes &input, const Codes &filter, int64_t groups, const Window &window);

/// `float(sum) * (a * b)` in f32: a sum of products of codes with the scales of both sides, which broadcast to it.
Tensor scaleSum(Node &node, const Tensor &sum, const Tensor &a, const Tensor &b);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_INTEGERPRODUCTS_H
