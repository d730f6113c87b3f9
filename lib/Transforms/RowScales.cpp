//===- RowScales.cpp - activations with a scale for each row of sums --------------------------------===//

#include "RowScales.h"

using namespace mlir;
using namespace nibble;

std::optional<SmallVector<int64_t>> nibble::getRowBlock(Operation *op, OpOperand &activation) {
  bool isInput = activation.getOperandNumber() == 0;
  // Sums of a convolution overlap: only those of two images have no element in common.
  if (isa<ConvOp>(op) && isInput)
    return SmallVector<int64_t>{1, 0, 0, 0};
  auto contract = dyn_cast<ContractOp>(op);
  if (!contract)
    return std::nullopt;
  int64_t rank = cast<RankedTensorType>(activation.get().getType()).getRank();
  SmallVector<int64_t> block(rank, 1);
  block[isInput || contract.getTransposeFilter() ? rank - 1 : rank - 2] = 0;
  return block;
}

/// The shape of an operand's scales beside the result. Those of a filter run along the last dimension, whichever theirs is.
static SmallVector<int64_t> getShapeBesideResult(ContractionOpInterface op, OpOperand &operand, RankedTensorType scales) {
  if (scales.getRank() == 0)
    return {};
  SmallVector<int64_t> shape(scales.getShape());
  if (operand.getOperandNumber() == 0)
    return shape;
  int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
  shape.pop_back_n(2);
  shape.insert(shape.begin(), rank - 2 - shape.size(), 1);
  shape.append({1, op.getNumChannels()});
  return shape;
}

std::optional<QuantizedTensor> nibble::matchRows(ContractionOpInterface op, OpOperand &operand,
                                                 SmallVectorImpl<RowScales> &rowScales) {
  auto dequantize = operand.get().getDefiningOp<DequantizeOp>();
  if (!dequantize)
    return std::nullopt;
  SchemeAttr scheme = dequantize.getScheme();
  bool isSymmetric = scheme.isInteger() && scheme.getNumBits() == 8 && scheme.getNumScaleLevels() == 1 &&
                     scheme.getScale().front().isF32() && scheme.getZeroPoint() == ZeroPointKind::None;
  if (!isSymmetric || !(scheme.isPerTensor() || getRowBlock(op, operand) == SmallVector<int64_t>(scheme.getBlock())))
    return std::nullopt;
  Value scales = dequantize.getScale();
  rowScales.push_back({scales, getShapeBesideResult(op, operand, cast<RankedTensorType>(scales.getType()))});
  return QuantizedTensor{dequantize.getInput(), scheme.withBlock({}), {1.0f}, /*zeroPoint=*/0};
}
