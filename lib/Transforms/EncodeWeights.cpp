//===- EncodeWeights.cpp - constant weights as codes of any scheme -----------------------------------===//

#include "EncodeWeights.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

namespace nibble {
#define GEN_PASS_DEF_ENCODEWEIGHTSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

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

void nibble::setEncodedWeight(OpBuilder &builder, QuantizableOpInterface op, const AssignedSchemes &schemes, const Tensor &codes,
                              const StoredParameters &parameters) {
  OpOperand *weight = op.getWeight()->operand;
  builder.setInsertionPoint(op);
  Location loc = weight->get().getLoc();
  auto create = [&](const Tensor &tensor) -> Value {
    TypedAttr elements = cast<TypedAttr>(tensor.toAttribute());
    // Bytes keep the name of the op, which tells weights apart in text.
    if (tensor.getElementType().isInteger(8))
      elements = createByteElements(tensor.getType(), tensor.getElements<int8_t>(), getUserName(op));
    return arith::ConstantOp::create(builder, loc, elements);
  };
  Value codesValue = create(codes);
  auto scales = llvm::map_to_vector(parameters.scales, create);
  Value zeroPoint = parameters.zeroPoint ? create(*parameters.zeroPoint) : Value();
  weight->set(DequantizeOp::create(builder, loc, weight->get().getType(), codesValue, scales, zeroPoint, schemes.filter));
}

LogicalResult nibble::encodeWeights(OpBuilder &builder, QuantizableOpInterface op, const AssignedSchemes &schemes) {
  FailureOr<StoredParameters> parameters = chooseWeightParameters(op, schemes);
  if (failed(parameters))
    return failure();
  FailureOr<Tensor> codes = reference::encode(op, schemes.filter, getWeightTensor(op), *parameters);
  if (succeeded(codes))
    setEncodedWeight(builder, op, schemes, *codes, *parameters);
  return success(succeeded(codes));
}

namespace {
struct EncodeWeightsPass : public WithModels<nibble::impl::EncodeWeightsPassBase<EncodeWeightsPass>> {
  void runOnOperation() override {
    OpBuilder builder(&getContext());
    WalkResult result = getOperation().walk([&](QuantizableOpInterface op) {
      auto schemes = AssignedSchemes::get(op);
      if (!schemes || !schemes->filter || findWeightObstacle(op))
        return WalkResult::advance();
      ++numEncoded;
      return failed(encodeWeights(builder, op, *schemes)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
