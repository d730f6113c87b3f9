//===- EncodeWeights.cpp - constant weights as codes of any scheme -----------------------------------===//

#include "EncodeWeights.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace nibble;
using reference::StoredParameters;
using reference::Tensor;

std::optional<std::string> nibble::findWeightObstacle(QuantizableOpInterface op) {
  std::optional<QuantizableOperand> weight = op.getWeight();
  std::optional<SmallVector<float>> values = weight ? getConstantFloats(weight->operand->get()) : std::nullopt;
  if (!values)
    return "its filter is computed at run time";
  if (!llvm::all_of(*values, [](float value) { return std::isfinite(value); }))
    return "its filter holds NaN or infinity";
  return std::nullopt;
}

static Tensor getWeightTensor(QuantizableOpInterface op) {
  ElementsAttr elements;
  matchPattern(op.getWeight()->operand->get(), m_Constant(&elements));
  return *Tensor::get(elements);
}

FailureOr<StoredParameters> nibble::chooseWeightParameters(QuantizableOpInterface op, const AssignedSchemes &schemes) {
  return reference::chooseParameters(op, schemes.filter, getWeightTensor(op), schemes.scaleBy);
}

LogicalResult nibble::encodeWeights(OpBuilder &builder, QuantizableOpInterface op, const AssignedSchemes &schemes) {
  OpOperand *weight = op.getWeight()->operand;
  Tensor values = getWeightTensor(op);
  FailureOr<StoredParameters> parameters = chooseWeightParameters(op, schemes);
  if (failed(parameters))
    return failure();
  FailureOr<Tensor> codes = reference::encode(op, schemes.filter, values, *parameters);
  if (failed(codes))
    return failure();
  builder.setInsertionPoint(op);
  Location loc = weight->get().getLoc();
  auto create = [&](const Tensor &tensor) -> Value {
    TypedAttr elements = cast<TypedAttr>(tensor.toAttribute());
    // Bytes keep the name of the op, which tells weights apart in text.
    if (tensor.getElementType().isInteger(8))
      elements = createByteElements(tensor.getType(), tensor.getElements<int8_t>(), getUserName(op));
    return arith::ConstantOp::create(builder, loc, elements);
  };
  Value codesValue = create(*codes);
  auto scales = llvm::map_to_vector(parameters->scales, create);
  Value zeroPoint = parameters->zeroPoint ? create(*parameters->zeroPoint) : Value();
  weight->set(DequantizeOp::create(builder, loc, weight->get().getType(), codesValue, scales, zeroPoint, schemes.filter));
  return success();
}
