//===- Faults.cpp - what a wrong compiler could do ----------------------------------------------------===//

#include "Faults.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Reference/Tensor.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include <algorithm>

using namespace mlir;
using namespace nibble;
using namespace nibble::difffuzz;
using reference::Tensor;

//===----------------------------------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------------------------------===//

/// Gives an operand that is a constant other elements; false when it is none with at least two.
static bool changeConstant(OpOperand &operand, function_ref<void(Tensor &)> change) {
  ElementsAttr elements;
  if (!matchPattern(operand.get(), m_Constant(&elements)) || elements.getNumElements() < 2)
    return false;
  FailureOr<Tensor> read = Tensor::get(elements), tensor = failure();
  if (succeeded(read))
    tensor = read->clone();
  if (failed(tensor))
    return false;
  change(*tensor);
  OpBuilder builder(operand.getOwner());
  operand.set(arith::ConstantOp::create(builder, operand.getOwner()->getLoc(), cast<TypedAttr>(tensor->toAttribute())));
  return true;
}

/// Each element becomes its neighbour.
static void rotate(Tensor &tensor) {
  int64_t size = tensor.getSizeInBytes();
  std::rotate(tensor.getMutableData(), tensor.getMutableData() + size / tensor.getNumElements(), tensor.getMutableData() + size);
}

/// The least change of the number in the first element.
static void nudge(Tensor &tensor) { tensor.getMutableData()[0] ^= 1; }

//===----------------------------------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------------------------------===//

/// Changes a constant operand of a contraction on codes; `get` returns the operand, or null.
template <typename Get> static bool changeOperand(Operation *op, Get get, function_ref<void(Tensor &)> change) {
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  Value value = contraction && contraction.getInputSchemeAttr() ? get(contraction) : Value();
  if (!value)
    return false;
  for (OpOperand &operand : op->getOpOperands())
    if (operand.get() == value)
      return changeConstant(operand, change);
  return false;
}

static Value getFilter(ContractionOpInterface op) { return op.getFilter(); }
static Value getBias(ContractionOpInterface op) { return op.getBias(); }
/// The multipliers of an op whose result shows all their bits.
static Value getMultipliers(ContractionOpInterface op) {
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(op.getInit().getType()));
  return isFloat && !op.getEpilogueOperands().empty() ? op.getEpilogueOperands().front() : Value();
}

static bool changeInputZeroPoint(Operation *op) {
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  IntegerAttr zero;
  if (!contraction || !contraction.getInputZeroPoint() || !matchPattern(contraction.getInputZeroPoint(), m_Constant(&zero)))
    return false;
  OpBuilder builder(op);
  int64_t other = zero.getInt() == 0 ? 1 : zero.getInt() - 1;
  Value changed = arith::ConstantOp::create(builder, op->getLoc(), builder.getI32IntegerAttr(other));
  op->replaceUsesOfWith(contraction.getInputZeroPoint(), changed);
  return true;
}

static bool exchangePadding(Operation *op) {
  auto conv = dyn_cast<ConvOp>(op);
  if (!conv || conv.getPadding()[0] == conv.getPadding()[1])
    return false;
  SmallVector<int64_t> padding(conv.getPadding());
  std::swap(padding[0], padding[1]);
  conv.setPadding(padding);
  return true;
}

static bool changeInputSign(Operation *op) {
  auto scheme = op->getAttrOfType<SchemeAttr>("inputScheme");
  if (!scheme || !isa<ContractionOpInterface>(op))
    return false;
  op->setAttr("inputScheme",
              SchemeAttr::getInt8(op->getContext(), !scheme.isSigned(), /*narrowRange=*/false, scheme.getBlock(), scheme.getZeroPoint()));
  return true;
}

//===----------------------------------------------------------------------------------------------===//
// Scalar steps of epilogues and elementwise ops
//===----------------------------------------------------------------------------------------------===//

/// The result becomes that of another op on the first operand, or the operand itself.
template <typename From, typename To> static bool exchange(Operation *op) {
  if (!isa<From>(op) || isa<ShapedType>(op->getResult(0).getType()))
    return false;
  OpBuilder builder(op);
  Value changed = op->getOperand(0);
  if constexpr (!std::is_void_v<To>)
    changed = To::create(builder, op->getLoc(), op->getResult(0).getType(), changed);
  op->getResult(0).replaceAllUsesWith(changed);
  return true;
}

static bool saturateEarly(Operation *op) {
  auto minimum = dyn_cast<arith::MinNumFOp>(op);
  FloatAttr bound;
  if (!minimum || !matchPattern(minimum.getRhs(), m_Constant(&bound)))
    return false;
  OpBuilder builder(op);
  minimum.setOperand(1, arith::ConstantOp::create(builder, op->getLoc(), builder.getF32FloatAttr(bound.getValue().convertToFloat() - 1)));
  return true;
}

static bool leaveResidualOut(Operation *op) {
  auto sum = dyn_cast<arith::AddFOp>(op);
  if (!sum || !isa<ContractionOpInterface>(op->getParentOp()))
    return false;
  Value accumulator = sum.getRhs().getDefiningOp<arith::MulFOp>() ? sum.getRhs() : sum.getLhs();
  sum.replaceAllUsesWith(accumulator);
  return true;
}

static bool takeNeighboursScale(Operation *op) {
  auto dequantize = dyn_cast<DequantizeOp>(op);
  return dequantize && !dequantize.getScheme().isPerTensor() && changeConstant(op->getOpOperand(1), rotate);
}

ArrayRef<Fault> nibble::difffuzz::getFaults() {
  static constexpr Fault faults[] = {
      {"filter read one element too far", [](Operation *op) { return changeOperand(op, getFilter, rotate); }},
      {"last bit of a weight lost", [](Operation *op) { return changeOperand(op, getFilter, nudge); }},
      {"bias of the neighbouring channel", [](Operation *op) { return changeOperand(op, getBias, rotate); }},
      {"multiplier of the neighbouring channel", [](Operation *op) { return changeOperand(op, getMultipliers, rotate); }},
      {"last bit of a multiplier lost", [](Operation *op) { return changeOperand(op, getMultipliers, nudge); }},
      {"input zero point off by one", changeInputZeroPoint},
      {"padding before and behind exchanged", exchangePadding},
      {"unsigned codes taken for signed ones, and signed ones for unsigned", changeInputSign},
      {"rounded down", exchange<math::RoundEvenOp, math::FloorOp>},
      {"cut instead of rounded", exchange<math::RoundEvenOp, math::TruncOp>},
      {"not saturated above", exchange<arith::MinNumFOp, void>},
      {"not saturated below", exchange<arith::MaxNumFOp, void>},
      {"saturated one code early", saturateEarly},
      {"residual left out", leaveResidualOut},
      {"residual of the other sign", exchange<arith::ExtUIOp, arith::ExtSIOp>},
      {"scale of the neighbouring block", takeNeighboursScale},
  };
  return faults;
}
