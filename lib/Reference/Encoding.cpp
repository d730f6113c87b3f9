//===- Encoding.cpp - tensors of floats to codes of any scheme, and back -----------------------------===//

#include "nibble/Reference/Encoding.h"
#include "ElementCoder.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include <cstring>

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

static FailureOr<Tensor> createTensor(Operation *op, Type elementType, ArrayRef<int64_t> shape) {
  FailureOr<Tensor> tensor = Tensor::create(elementType, shape);
  if (failed(tensor))
    return op->emitOpError() << "has a result of [" << shape << "] x " << elementType
                             << ", which the reference interpreter cannot hold";
  return tensor;
}

static FailureOr<BlockParameters> decodeParameters(Operation *op, SchemeAttr scheme, const StoredParameters &parameters) {
  return BlockParameters::get(op, scheme, parameters.scales, parameters.zeroPoint ? &*parameters.zeroPoint : nullptr);
}

FailureOr<Tensor> nibble::reference::encode(Operation *op, SchemeAttr scheme, const Tensor &values,
                                            const StoredParameters &stored) {
  FailureOr<std::unique_ptr<ElementCoder>> coder = ElementCoder::create(op, scheme);
  FailureOr<BlockParameters> parameters = decodeParameters(op, scheme, stored);
  FailureOr<Tensor> codes =
      createTensor(op, scheme.getStorageElementType(), scheme.getStorageShape(values.getShape()));
  if (failed(coder) || failed(parameters) || failed(codes))
    return failure();
  // Bits that no code has are 0.
  std::memset(codes->getMutableData(), 0, codes->getSizeInBytes());
  SchemeStorage storage(scheme, values.getShape());
  LogicalResult encoded = forEachLanes(scheme, values.getShape(), *parameters, [&](Lanes &lanes, int64_t first) {
    for (int64_t i = 0; i < lanes.size; ++i)
      lanes.values[i] = static_cast<float>(values.getFloat(first + i));
    LogicalResult result = (*coder)->encode(lanes);
    for (int64_t i = 0; i < lanes.size; ++i)
      storage.write(codes->getMutableData(), first + i, lanes.codes[i]);
    return result;
  });
  return failed(encoded) ? FailureOr<Tensor>(failure()) : codes;
}

FailureOr<Tensor> nibble::reference::decode(Operation *op, SchemeAttr scheme, const Tensor &codes,
                                            const StoredParameters &stored, RankedTensorType type) {
  FailureOr<std::unique_ptr<ElementCoder>> coder = ElementCoder::create(op, scheme);
  FailureOr<BlockParameters> parameters = decodeParameters(op, scheme, stored);
  FailureOr<Tensor> values = createTensor(op, type.getElementType(), type.getShape());
  if (failed(coder) || failed(parameters) || failed(values))
    return failure();
  SchemeStorage storage(scheme, type.getShape());
  LogicalResult decoded = forEachLanes(scheme, type.getShape(), *parameters, [&](Lanes &lanes, int64_t first) {
    for (int64_t i = 0; i < lanes.size; ++i) {
      lanes.codes[i] = storage.read(codes.getData(), first + i);
      if (scheme.getTable() && lanes.codes[i] > scheme.getMaxCode())
        return LogicalResult(op->emitOpError() << "expected codes of a table of " << scheme.getTable().size()
                                               << " values, got " << lanes.codes[i]);
    }
    LogicalResult result = (*coder)->decode(lanes);
    for (int64_t i = 0; i < lanes.size; ++i)
      values->setFloat(first + i, lanes.values[i]);
    return result;
  });
  return failed(decoded) ? FailureOr<Tensor>(failure()) : values;
}
