//===- BlockParameters.cpp - scales, zero points and minima of the blocks of a tensor ----------------===//

#include "BlockParameters.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

uint32_t nibble::reference::readScaleBits(const Tensor &tensor, int64_t index) {
  switch (getSizeInBytes(tensor.getKind())) {
  case 1:
    return tensor.getElements<uint8_t>()[index];
  case 2:
    return tensor.getElements<uint16_t>()[index];
  default:
    return tensor.getElements<uint32_t>()[index];
  }
}

void nibble::reference::writeScaleBits(Tensor &tensor, int64_t index, uint32_t bits) {
  switch (getSizeInBytes(tensor.getKind())) {
  case 1:
    tensor.getMutableElements<uint8_t>()[index] = static_cast<uint8_t>(bits);
    return;
  case 2:
    tensor.getMutableElements<uint16_t>()[index] = static_cast<uint16_t>(bits);
    return;
  default:
    tensor.getMutableElements<uint32_t>()[index] = bits;
  }
}

FailureOr<int32_t> nibble::reference::readZeroPoint(Operation *op, SchemeAttr scheme, const Tensor &zeroPoints,
                                                    int64_t index) {
  int64_t value = zeroPoints.getInteger(index);
  if (value < scheme.getMinCode() || value > scheme.getMaxCode())
    return op->emitOpError() << "expected a zero point in [" << scheme.getMinCode() << ", " << scheme.getMaxCode()
                             << "], got " << value;
  return static_cast<int32_t>(value);
}

static SmallVector<float, 1> decodeScales(const ScaleCodec &codec, const Tensor &tensor) {
  SmallVector<float, 1> values;
  for (int64_t index = 0; index < tensor.getNumElements(); ++index)
    values.push_back(codec.decode(readScaleBits(tensor, index)));
  return values;
}

FailureOr<BlockParameters> BlockParameters::get(Operation *op, SchemeAttr scheme, ArrayRef<Tensor> scales,
                                                const Tensor *zeroPoint) {
  BlockParameters result;
  for (auto [level, tensor] : llvm::enumerate(scales))
    result.scales[level] = decodeScales(ScaleCodec(scheme.getScale()[level]), tensor);
  if (scheme.getZeroPoint() == ZeroPointKind::Minimum)
    result.minima = decodeScales(ScaleCodec(scheme.getScale().back()), *zeroPoint);
  for (int64_t block = 0; scheme.getZeroPoint() == ZeroPointKind::Integer && block < zeroPoint->getNumElements(); ++block) {
    FailureOr<int32_t> value = readZeroPoint(op, scheme, *zeroPoint, block);
    if (failed(value))
      return failure();
    result.zeroPoints.push_back(*value);
  }
  return result;
}
