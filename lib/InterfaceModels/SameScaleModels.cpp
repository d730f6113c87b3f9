//===- SameScaleModels.cpp - ops that only move elements or choose among them -----------------------===//

#include "nibble/InterfaceModels/InterfaceModels.h"
#include "nibble/Interfaces/QuantizationInterfaces.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

namespace {

/// All tensor operands.
template <typename OpTy>
struct MovesAll : public SameScaleOpInterface::ExternalModel<MovesAll<OpTy>, OpTy> {
  SmallVector<OpOperand *> getSameScaleOperands(Operation *op) const {
    SmallVector<OpOperand *> operands;
    for (OpOperand &operand : op->getOpOperands())
      if (isa<RankedTensorType>(operand.get().getType()))
        operands.push_back(&operand);
    return operands;
  }
};

/// The first operand; others are shapes, windows and destinations.
template <typename OpTy>
struct MovesFirst : public SameScaleOpInterface::ExternalModel<MovesFirst<OpTy>, OpTy> {
  SmallVector<OpOperand *> getSameScaleOperands(Operation *op) const { return {&op->getOpOperand(0)}; }
};

bool isZero(Value value) { return matchPattern(value, m_AnyZeroFloat()) || matchPattern(value, m_Zero()); }

/// Padding with zero; padding with minus infinity where nothing but maximum pooling reads it, because there the lowest code
/// does the same.
struct PadModel : public SameScaleOpInterface::ExternalModel<PadModel, tensor::PadOp> {
  SmallVector<OpOperand *> getSameScaleOperands(Operation *op) const {
    auto pad = cast<tensor::PadOp>(op);
    Value padding = pad.getConstantPaddingValue();
    if (!padding || (!isZero(padding) && !isLowestForPooling(pad, padding)))
      return {};
    return {&op->getOpOperand(0)};
  }

private:
  static bool isLowestForPooling(tensor::PadOp pad, Value padding) {
    return matchPattern(padding, m_NegInfFloat()) && !pad->use_empty() && llvm::all_of(pad->getUsers(), [](Operation *user) {
      return isa<linalg::PoolingNchwMaxOp, linalg::PoolingNhwcMaxOp>(user);
    });
  }
};

/// Collects the block arguments that `value` may be an element of; false when it may be anything else than them and zero.
bool collectChoices(Value value, Block *body, SmallPtrSetImpl<Value> &arguments) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    arguments.insert(argument);
    return argument.getOwner() == body;
  }
  if (isZero(value))
    return true;
  Operation *def = value.getDefiningOp();
  if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp, arith::MinNumFOp, arith::MaxSIOp, arith::MaxUIOp,
          arith::MinSIOp, arith::MinUIOp>(def))
    return collectChoices(def->getOperand(0), body, arguments) && collectChoices(def->getOperand(1), body, arguments);
  // A select on the order of two elements, which codes have too.
  if (auto select = dyn_cast<arith::SelectOp>(def)) {
    auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
    return compare && collectChoices(compare.getLhs(), body, arguments) &&
           collectChoices(compare.getRhs(), body, arguments) && collectChoices(select.getTrueValue(), body, arguments) &&
           collectChoices(select.getFalseValue(), body, arguments);
  }
  return false;
}

/// The read by index that a body yields, of a tensor outside of it: a table or a computation says where an element is copied
/// from.
tensor::ExtractOp getYieldedRead(Block *body) {
  Operation *terminator = body->getTerminator();
  auto read = terminator->getNumOperands() == 1 ? terminator->getOperand(0).getDefiningOp<tensor::ExtractOp>() : nullptr;
  return read && read->getBlock() == body && read.getTensor().getParentBlock() != body ? read : nullptr;
}

/// A region that yields one of its arguments, the largest or the smallest of some, zero, or what it reads by index: copies,
/// relu, maximum, gather.
template <typename OpTy>
struct ChoosingRegionModel : public SameScaleOpInterface::ExternalModel<ChoosingRegionModel<OpTy>, OpTy> {
  SmallVector<OpOperand *> getSameScaleOperands(Operation *op) const {
    auto linalgOp = cast<linalg::LinalgOp>(op);
    Block *body = linalgOp.getBlock();
    if (tensor::ExtractOp read = getYieldedRead(body))
      return {&read.getTensorMutable()};
    SmallPtrSet<Value, 4> arguments;
    for (Value value : body->getTerminator()->getOperands())
      if (!collectChoices(value, body, arguments))
        return {};
    SmallVector<OpOperand *> operands;
    for (OpOperand &operand : op->getOpOperands())
      if (arguments.contains(linalgOp.getMatchingBlockArgument(&operand)) &&
          !operand.get().template getDefiningOp<linalg::FillOp>())
        operands.push_back(&operand);
    return operands;
  }
};

} // namespace

void nibble::registerSameScaleModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    tensor::CastOp::attachInterface<MovesFirst<tensor::CastOp>>(*context);
    tensor::CollapseShapeOp::attachInterface<MovesFirst<tensor::CollapseShapeOp>>(*context);
    tensor::ConcatOp::attachInterface<MovesAll<tensor::ConcatOp>>(*context);
    tensor::ExpandShapeOp::attachInterface<MovesFirst<tensor::ExpandShapeOp>>(*context);
    tensor::ExtractSliceOp::attachInterface<MovesFirst<tensor::ExtractSliceOp>>(*context);
    tensor::InsertSliceOp::attachInterface<MovesAll<tensor::InsertSliceOp>>(*context);
    tensor::PadOp::attachInterface<PadModel>(*context);
    tensor::ReshapeOp::attachInterface<MovesFirst<tensor::ReshapeOp>>(*context);
  });
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    linalg::BroadcastOp::attachInterface<MovesFirst<linalg::BroadcastOp>>(*context);
    linalg::GenericOp::attachInterface<ChoosingRegionModel<linalg::GenericOp>>(*context);
    linalg::PoolingNchwMaxOp::attachInterface<MovesFirst<linalg::PoolingNchwMaxOp>>(*context);
    linalg::PoolingNhwcMaxOp::attachInterface<MovesFirst<linalg::PoolingNhwcMaxOp>>(*context);
    linalg::PoolingNhwcMinOp::attachInterface<MovesFirst<linalg::PoolingNhwcMinOp>>(*context);
    linalg::ReduceOp::attachInterface<ChoosingRegionModel<linalg::ReduceOp>>(*context);
    linalg::TransposeOp::attachInterface<MovesFirst<linalg::TransposeOp>>(*context);
  });
}
