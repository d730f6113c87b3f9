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

/// Codes in which no bit is set.
static FailureOr<Tensor> createCodes(Operation *op, SchemeAttr scheme, ArrayRef<int64_t> shape) {
  FailureOr<Tensor> codes = createTensor(op, scheme.getStorageElementType(), scheme.getStorageShape(shape));
  if (succeeded(codes))
    std::memset(codes->getMutableData(), 0, codes->getSizeInBytes());
  return codes;
}

FailureOr<Tensor> nibble::reference::encode(Operation *op, SchemeAttr scheme, const Tensor &values,
                                            const StoredParameters &stored) {
  FailureOr<std::unique_ptr<ElementCoder>> coder = ElementCoder::create(op, scheme);
  FailureOr<BlockParameters> parameters = decodeParameters(op, scheme, stored);
  FailureOr<Tensor> codes = createCodes(op, scheme, values.getShape());
  if (failed(coder) || failed(parameters) || failed(codes))
    return failure();
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

struct ElementEncoder::State {
  SchemeAttr scheme;
  SmallVector<int64_t> shape;
  std::unique_ptr<ElementCoder> coder;
  BlockParameters parameters;
  SchemeStorage storage;
  Tensor codes;
  Lanes lanes = {};
};

ElementEncoder::ElementEncoder(std::unique_ptr<State> state) : state(std::move(state)) {}
ElementEncoder::ElementEncoder(ElementEncoder &&) = default;
ElementEncoder::~ElementEncoder() = default;
const Tensor &ElementEncoder::getCodes() const { return state->codes; }

FailureOr<ElementEncoder> ElementEncoder::create(Operation *op, SchemeAttr scheme, ArrayRef<int64_t> shape,
                                                 const StoredParameters &stored) {
  FailureOr<std::unique_ptr<ElementCoder>> coder = ElementCoder::create(op, scheme);
  FailureOr<BlockParameters> parameters = decodeParameters(op, scheme, stored);
  FailureOr<Tensor> codes = createCodes(op, scheme, shape);
  if (failed(coder) || failed(parameters) || failed(codes))
    return failure();
  return ElementEncoder(std::unique_ptr<State>(new State{scheme, SmallVector<int64_t>(shape), std::move(*coder),
                                                         std::move(*parameters), SchemeStorage(scheme, shape), std::move(*codes)}));
}

LogicalResult ElementEncoder::encode(ArrayRef<int64_t> elements, MutableArrayRef<float> values) {
  Lanes &lanes = state->lanes;
  for (size_t first = 0; first < elements.size(); first += lanes.size) {
    lanes.size = 0;
    for (int64_t element : elements.drop_front(first).take_front(maxLanes)) {
      lanes.values[lanes.size] = values[first + lanes.size];
      lanes.push(state->parameters, getBlockOfElement(state->scheme.getBlock(), state->shape, element),
                 getBlockOfElement(state->scheme.getOuterBlock(), state->shape, element));
    }
    if (failed(state->coder->encode(lanes)) || failed(state->coder->decode(lanes)))
      return failure();
    for (int64_t i = 0; i < lanes.size; ++i) {
      values[first + i] = lanes.values[i];
      state->storage.write(state->codes.getMutableData(), elements[first + i], lanes.codes[i]);
    }
  }
  return success();
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
        return LogicalResult(op->emitOpError() << "expected codes of a table of " << scheme.getTableSize()
                                               << " values, got " << lanes.codes[i]);
    }
    LogicalResult result = (*coder)->decode(lanes);
    for (int64_t i = 0; i < lanes.size; ++i)
      values->setFloat(first + i, lanes.values[i]);
    return result;
  });
  return failed(decoded) ? FailureOr<Tensor>(failure()) : values;
}
