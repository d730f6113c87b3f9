//===- ContractionOperands.h - the operands of a contraction as numbers -----------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_CONTRACTIONOPERANDS_H
#define NIBBLE_LIB_REFERENCE_CONTRACTIONOPERANDS_H

#include "Evaluators.h"
#include "nibble/Numerics/SmallFloat.h"
#include "llvm/ADT/STLExtras.h"
#include <vector>

namespace nibble::reference {

namespace detail {
template <typename Number, typename Stored>
void convert(const std::vector<char> &bytes, int32_t zeroPoint, std::vector<Number> &numbers) {
  const auto *stored = reinterpret_cast<const Stored *>(bytes.data());
  for (auto [i, number] : llvm::enumerate(numbers))
    number = static_cast<Number>(stored[i]) - static_cast<Number>(zeroPoint);
}

template <typename Number, float (*widen)(uint16_t)>
void convertSmallFloat(const std::vector<char> &bytes, std::vector<Number> &numbers) {
  const auto *stored = reinterpret_cast<const uint16_t *>(bytes.data());
  for (auto [i, number] : llvm::enumerate(numbers))
    number = static_cast<Number>(widen(stored[i]));
}
} // namespace detail

/// All elements in row-major order, less the zero point. Codes of an unsigned scheme are zero-extended.
template <typename Number>
std::vector<Number> readOperand(const View &view, SchemeAttr scheme, int32_t zeroPoint) {
  View packed = view;
  packed.strides = getRowMajorStrides(view.shape);
  std::vector<char> bytes(view.getNumElements() * getSizeInBytes(view.kind));
  packed.data = bytes.data();
  copyElements(view, packed);

  std::vector<Number> numbers(view.getNumElements());
  bool isUnsigned = scheme && !scheme.isSigned();
  switch (view.kind) {
  case ElementKind::I8:
    isUnsigned ? detail::convert<Number, uint8_t>(bytes, zeroPoint, numbers)
               : detail::convert<Number, int8_t>(bytes, zeroPoint, numbers);
    break;
  case ElementKind::I16:
    isUnsigned ? detail::convert<Number, uint16_t>(bytes, zeroPoint, numbers)
               : detail::convert<Number, int16_t>(bytes, zeroPoint, numbers);
    break;
  case ElementKind::F16:
    detail::convertSmallFloat<Number, numerics::halfToFloat>(bytes, numbers);
    break;
  case ElementKind::BF16:
    detail::convertSmallFloat<Number, numerics::bfloatToFloat>(bytes, numbers);
    break;
  case ElementKind::F32:
    detail::convert<Number, float>(bytes, 0, numbers);
    break;
  case ElementKind::F64:
    detail::convert<Number, double>(bytes, 0, numbers);
    break;
  default:
    llvm_unreachable("checkOperands lets no other kind through");
  }
  return numbers;
}

/// A zero point given as a scalar operand; 0 without one. One that is no code is an error at the op.
FailureOr<int32_t> getZeroPoint(Operation *op, Value value, const Frame &frame);

/// The bias as sums, or zeros.
template <typename Sum>
std::vector<Sum> readBias(ContractionOpInterface op, int64_t numChannels, const Frame &frame) {
  std::vector<Sum> sums(numChannels, Sum(0));
  if (!op.getBias())
    return sums;
  const View bias = frame.getView(op.getBias());
  FailureOr<Tensor> row = Tensor::create(op.getAccumulatorType(), bias.shape);
  copyElements(bias, row->getView());
  for (auto [channel, sum] : llvm::enumerate(sums))
    sum = std::is_floating_point_v<Sum> ? static_cast<Sum>(row->getFloat(channel))
                                        : static_cast<Sum>(row->getInteger(channel));
  return sums;
}

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_CONTRACTIONOPERANDS_H
