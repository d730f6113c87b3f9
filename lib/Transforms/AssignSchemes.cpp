//===- AssignSchemes.cpp - a scheme for every quantizable op, or the reason why not -----------------===//

#include "IntegerForm.h"
#include "nibble/Calibration/Calibrator.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Scheme/Recipe.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace nibble {
#define GEN_PASS_DEF_ASSIGNSCHEMESPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// The quantizable ops, in program order, as a recipe sees them.
SmallVector<std::pair<Operation *, OpDescription>> describeOps(func::FuncOp function) {
  SmallVector<std::pair<Operation *, OpDescription>> ops;
  function.walk([&](QuantizableOpInterface op) {
    if (isIntegerContraction(op))
      return;
    OpDescription description;
    description.name = getUserName(op);
    description.kind = op->getName().stripDialect().str();
    for (const QuantizableOperand &operand : op.getQuantizableOperands())
      if (operand.role == OperandRole::Weight)
        description.numWeights = cast<ShapedType>(operand.operand->get().getType()).getNumElements();
    ops.emplace_back(op, std::move(description));
  });
  if (!ops.empty()) {
    ops.front().second.isFirst = true;
    ops.back().second.isLast = true;
  }
  return ops;
}

struct AssignSchemesPass : public WithModels<nibble::impl::AssignSchemesPassBase<AssignSchemesPass>> {
  using WithModels::WithModels;

  void runOnOperation() override {
    getOperation().walk([](linalg::Conv3DNcdhwFcdhwOp op) {
      leaveFloat(op, "convolutions of three dimensions have no integer form");
    });
    llvm::Expected<Recipe> loaded = Recipe::load(recipe);
    if (!loaded) {
      getOperation().emitError() << llvm::toString(loaded.takeError());
      return signalPassFailure();
    }
    for (auto &[op, description] : describeOps(getOperation())) {
      if (comesInCodes(cast<QuantizableOpInterface>(op))) {
        op->setAttr(inCodesAttrName, UnitAttr::get(&getContext()));
        continue;
      }
      RecipeDecision decision = loaded->decide(description);
      if (decision.isFloat)
        leaveFloat(op, decision.reason);
      else if (failed(assign(cast<QuantizableOpInterface>(op), decision)))
        return signalPassFailure();
    }
  }

private:
  LogicalResult assign(QuantizableOpInterface op, const RecipeDecision &decision) {
    auto calibrator = calibration::createCalibrator(decision.calibrator);
    if (!calibrator)
      return op->emitError() << llvm::toString(calibrator.takeError());
    AssignedSchemes schemes;
    schemes.calibrator = StringAttr::get(&getContext(), decision.calibrator);
    for (const QuantizableOperand &operand : op.getQuantizableOperands()) {
      int64_t rank = cast<ShapedType>(operand.operand->get().getType()).getRank();
      std::optional<int64_t> axis;
      if (operand.channelAxis >= 0)
        axis = operand.channelAxis;
      if (operand.role == OperandRole::Weight)
        schemes.filter = decision.weights.get(&getContext(), rank, axis);
      else if (operand.role == OperandRole::Activation && !schemes.input)
        schemes.input = decision.activations.get(&getContext(), rank, std::nullopt);
    }
    if (!schemes.input) {
      leaveFloat(op, "it has no activation to quantize");
      return success();
    }
    // A recipe that nothing can follow is no reason to stay float without a word.
    if (std::optional<QuantizableOperand> weight = op.getWeight())
      if (auto obstacle = findSchemeObstacle(schemes, weight->channelAxis))
        return op.emitError() << decision.reason << " gives '" << getUserName(op) << "' schemes without kernels: " << *obstacle;
    schemes.set(op);
    ++numAssigned;
    return success();
  }
};

} // namespace
