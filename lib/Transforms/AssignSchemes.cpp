//===- AssignSchemes.cpp - a scheme for every quantizable op, or the reason why not -----------------===//

#include "IntegerForm.h"
#include "RecipeOps.h"
#include "RowScales.h"
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

/// The dimension of a weight along which products are summed; none when it has one element, or is not known.
std::optional<int64_t> getSumAxis(Operation *op, const QuantizableOperand &weight) {
  ArrayRef<int64_t> shape = cast<ShapedType>(weight.operand->get().getType()).getShape();
  int64_t rank = shape.size(), axis = -1;
  if (isa<ConvOp>(op))
    axis = 2;
  else if (weight.channelAxis >= rank - 2 && rank >= 2)
    axis = 2 * rank - 3 - weight.channelAxis;
  return axis >= 0 && shape[axis] > 1 ? std::optional(axis) : std::nullopt;
}

SchemeOperand describe(Operation *op, const QuantizableOperand &operand) {
  SchemeOperand result{cast<ShapedType>(operand.operand->get().getType()).getRank()};
  if (operand.role == OperandRole::Activation)
    result.rowBlock = getRowBlock(op, *operand.operand).value_or(SmallVector<int64_t>());
  if (operand.role != OperandRole::Weight)
    return result;
  if (operand.channelAxis >= 0)
    result.channelAxis = operand.channelAxis;
  if (isa<ConvOp, ContractOp>(op) || result.rank == 2)
    result.sumAxis = getSumAxis(op, operand);
  return result;
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
      if (decision.isOpen) {
        op->emitError() << decision.reason << " leaves '" << description.name << "' to an assignment (nibble assign), which was not made";
        return signalPassFailure();
      }
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
    schemes.scaleBy = decision.scaleBy;
    schemes.roundBy = decision.roundBy;
    schemes.channelScaling = decision.channelScaling;
    for (const QuantizableOperand &operand : op.getQuantizableOperands()) {
      bool isWeight = operand.role == OperandRole::Weight;
      const RecipeScheme &recipeScheme = isWeight ? decision.weights : decision.activations;
      SchemeAttr &scheme = isWeight ? schemes.filter : schemes.input;
      if (operand.role == OperandRole::Bias || recipeScheme.isFloat || scheme)
        continue;
      FailureOr<SchemeAttr> found = getScheme(op, operand, recipeScheme, decision.reason);
      if (failed(found))
        return failure();
      // The op was left float.
      if (!*found)
        return success();
      scheme = *found;
    }
    if (!schemes.input && !schemes.filter) {
      leaveFloat(op, decision.activations.isFloat ? "it has no weights to quantize" : "it has no activation to quantize");
      return success();
    }
    // A recipe that nothing can follow is no reason to stay float without a word.
    if (schemes.input)
      if (auto obstacle = findInputSchemeObstacle(schemes.input))
        return op.emitError() << decision.reason << " gives '" << getUserName(op) << "' schemes without kernels: " << *obstacle;
    schemes.set(op);
    ++numAssigned;
    return success();
  }

  /// The scheme for an operand; null when the op was left float for want of one. An unknown declaration is an error.
  FailureOr<SchemeAttr> getScheme(QuantizableOpInterface op, const QuantizableOperand &operand, const RecipeScheme &scheme,
                                  StringRef reason) {
    SchemeOp declaration;
    if (!scheme.declaration.empty()) {
      auto name = FlatSymbolRefAttr::get(&getContext(), scheme.declaration);
      declaration = SymbolTable::lookupNearestSymbolFrom<SchemeOp>(op, name);
      if (!declaration)
        return op.emitError() << reason << " names " << name << ", and no file of --scheme and no part of the model declares it";
    }
    llvm::Expected<SchemeAttr> found = scheme.get(&getContext(), describe(op, operand), declaration);
    if (found)
      return *found;
    leaveFloat(op, llvm::toString(found.takeError()));
    return SchemeAttr();
  }
};

} // namespace
