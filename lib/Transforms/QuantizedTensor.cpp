//===- QuantizedTensor.cpp - dequantized values with known parameters -------------------------------===//

#include "QuantizedTensor.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

template <typename Op>
static std::optional<QuantizedTensor> matchParams(Op op, Value codes) {
  SchemeAttr scheme = op.getScheme();
  if (!scheme.isInteger() || scheme.isPacked() || scheme.getNumScaleLevels() != 1 ||
      scheme.getZeroPoint() == ZeroPointKind::Minimum)
    return std::nullopt;
  std::optional<SmallVector<float>> scales = getConstantFloats(op.getScale());
  if (!scales)
    return std::nullopt;
  int32_t zeroPoint = 0;
  if (Value value = op.getZeroPoint()) {
    DenseElementsAttr zeroPoints;
    if (!matchPattern(value, m_Constant(&zeroPoints)) || !zeroPoints.isSplat())
      return std::nullopt;
    zeroPoint = zeroPoints.getSplatValue<int32_t>();
  }
  return QuantizedTensor{codes, scheme, std::move(*scales), zeroPoint};
}

std::optional<QuantizedTensor> nibble::matchDequantized(Value value) {
  auto op = value.getDefiningOp<DequantizeOp>();
  return op ? matchParams(op, op.getInput()) : std::nullopt;
}

std::optional<QuantizedTensor> nibble::matchQuantize(QuantizeOp op) { return matchParams(op, op.getResult()); }

std::pair<Value, Value> nibble::createParams(OpBuilder &builder, Location loc, SchemeAttr scheme,
                                             ArrayRef<int64_t> shape, ArrayRef<float> scales, int32_t zeroPoint) {
  SmallVector<int64_t> paramShape = scheme.getScaleShape(shape);
  auto scaleType = RankedTensorType::get(paramShape, builder.getF32Type());
  Value scale = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(scaleType, scales));
  if (scheme.getZeroPoint() == ZeroPointKind::None)
    return {scale, Value()};
  auto zeroPointType = RankedTensorType::get(paramShape, builder.getI32Type());
  return {scale, arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(zeroPointType, zeroPoint))};
}
