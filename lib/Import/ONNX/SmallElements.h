//===- SmallElements.h - integers below 8 bits and small floats --------------------------------------===//
//
// Element types of ONNX that MLIR's tensors do not have. A tensor of them has codes, each in an i8 of its own (Tensor::codec),
// so that moving elements needs to know nothing of them. Here they become numbers and numbers become codes, in scalar
// arithmetic that folds, fuses and vectorizes like any other; what it computes is that of Numerics/FloatFormat.h.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_SMALLELEMENTS_H
#define NIBBLE_LIB_IMPORT_ONNX_SMALLELEMENTS_H

#include "Node.h"
#include "TensorReader.h"
#include "nibble/Numerics/FloatFormat.h"

namespace nibble::onnx_import {

struct SmallElement {
  /// The number of the type in TensorProto::DataType; the distribution's onnx.proto knows only some of them by name.
  int32_t dataType;
  /// The name in Codecs.def, and that in ONNX.
  llvm::StringLiteral codec, name;
  unsigned numBits;
  bool isUnsigned;

  bool isFloat() const { return codec.front() == 'f'; }
};

/// Null for other types.
const SmallElement *findSmallElement(int32_t dataType);
const SmallElement *findSmallElement(llvm::StringRef codec);

/// How numbers become codes of small floats (attributes of Cast and QuantizeLinear).
struct CastMode {
  numerics::Overflow overflow = numerics::Overflow::Saturate;
  /// Of float8e8m0 alone.
  numerics::PowerRounding rounding = numerics::PowerRounding::Up;
};

/// Numbers for the codes of a tensor with a codec: f32 for floats, i8 for integers.
Tensor decodeElements(Node &node, const Tensor &codes);
/// Codes of a small type for numbers; integers keep the low bits.
Tensor encodeElements(Node &node, const Tensor &numbers, ElementType type, CastMode mode);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_SMALLELEMENTS_H
