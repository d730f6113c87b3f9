//===- ScaleHomogeneity.cpp - elementwise ops that commute with a change of scale -------------------===//

#include "ScaleHomogeneity.h"
#include "QuantizedTensor.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

ScaleBehavior nibble::getScaleBehavior(Operation *op) {
  if (isa<arith::AddFOp, arith::SubFOp, arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp,
          arith::CmpFOp, arith::SelectOp, arith::NegFOp, math::AbsFOp>(op))
    return ScaleBehavior::SameUnit;
  if (isa<arith::MulFOp, arith::DivFOp>(op))
    return ScaleBehavior::Factor;
  return ScaleBehavior::Opaque;
}

std::optional<SmallVector<float>> nibble::getConstantOperand(linalg::GenericOp op, OpOperand &operand) {
  DenseElementsAttr splat;
  if (matchPattern(operand.get(), m_Constant(&splat)) && splat.isSplat() && splat.getElementType().isF32())
    return SmallVector<float>{splat.getSplatValue<float>()};
  OperandExtent extent = getOperandExtent(op, operand);
  if (extent != OperandExtent::Scalar && extent != OperandExtent::PerChannel)
    return std::nullopt;
  return getConstantFloats(operand.get());
}

std::optional<float> nibble::getConstantScalar(Value value) {
  APFloat constant(0.0f);
  if (!value.getType().isF32() || !matchPattern(value, m_ConstantFloat(&constant)))
    return std::nullopt;
  return constant.convertToFloat();
}

namespace {

/// Follows which scalars of a group are multiples of the scale.
class HomogeneityCheck {
public:
  bool run(const FusionGroup &group) {
    multiples.insert(group.root->getResult(0));
    for (linalg::GenericOp op : group.chain)
      if (!bindArguments(op) || !llvm::all_of(op.getBody()->without_terminator(),
                                              [&](Operation &scalarOp) { return visit(&scalarOp); }))
        return false;
      else if (!passResult(op))
        return false;
    return true;
  }

private:
  bool bindArguments(linalg::GenericOp op) {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      Value argument = op.getMatchingBlockArgument(operand);
      if (multiples.contains(operand->get())) {
        multiples.insert(argument);
      } else if (getConstantOperand(op, *operand)) {
        constants.insert(argument);
      } else {
        std::optional<QuantizedTensor> codes = matchDequantized(operand->get());
        if (!codes || !codes->scheme.isPerTensor() || getOperandExtent(op, *operand) != OperandExtent::Full)
          return false;
        multiples.insert(argument);
      }
    }
    return true;
  }

  bool passResult(linalg::GenericOp op) {
    if (!multiples.contains(op.getBody()->getTerminator()->getOperand(0)))
      return false;
    multiples.insert(op->getResult(0));
    return true;
  }

  bool isConstant(Value value) { return constants.contains(value) || getConstantScalar(value); }

  bool visit(Operation *op) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return true;
    if (op->getNumResults() != 1)
      return false;
    Value result = op->getResult(0);
    switch (getScaleBehavior(op)) {
    case ScaleBehavior::Opaque:
      return false;
    case ScaleBehavior::Factor:
      multiples.insert(result);
      return multiples.contains(op->getOperand(0)) ? isConstant(op->getOperand(1))
                                                   : isa<arith::MulFOp>(op) && isConstant(op->getOperand(0)) &&
                                                         multiples.contains(op->getOperand(1));
    case ScaleBehavior::SameUnit:
      (isa<arith::CmpFOp>(op) ? flags : multiples).insert(result);
      return llvm::all_of(op->getOperands(), [&](Value operand) {
               return multiples.contains(operand) || isConstant(operand) || flags.contains(operand);
             }) &&
             llvm::any_of(op->getOperands(), [&](Value operand) { return multiples.contains(operand); });
    }
    return false;
  }

  /// Tensors and scalars that are multiples of the scale; scalars that are known; results of comparisons.
  llvm::DenseSet<Value> multiples, constants, flags;
};

} // namespace

bool nibble::isScaleHomogeneous(const FusionGroup &group) { return HomogeneityCheck().run(group); }
