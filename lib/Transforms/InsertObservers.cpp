//===- InsertObservers.cpp - probes on the values that quantization may need ------------------------===//

#include "RecipeOps.h"
#include "RowOrder.h"
#include "StorageForms.h"
#include "nibble/Analysis/FusionGroups.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSet.h"

namespace nibble {
#define GEN_PASS_DEF_INSERTOBSERVERSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Float tensors that exist in memory and that a quantized op may read or write.
SetVector<Value> gatherObservedValues(func::FuncOp function) {
  SetVector<Value> values;
  auto insert = [&](Value value) {
    // What maximum pooling ignores says nothing of the range: what is padded does.
    if (Operation *def = value.getDefiningOp(); def && isNeutralPadding(def))
      value = cast<tensor::PadOp>(def).getSource();
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (type && type.getElementType().isF32() && !isKnownValue(value))
      values.insert(value);
  };
  FusionGroups groups(function);
  for (const auto &group : groups.getGroups()) {
    for (Value input : group->getInputs())
      insert(input);
    insert(group->getResult());
  }
  function.walk([&](SameScaleOpInterface op) {
    SmallVector<OpOperand *> operands = op.getSameScaleOperands();
    if (operands.empty() || groups.getGroupOf(op))
      return;
    for (OpOperand *operand : operands)
      insert(operand->get());
    for (Value result : op->getResults())
      insert(result);
  });
  // Observing an observed value again says nothing new.
  values.remove_if([](Value value) {
    return value.getDefiningOp<ObserveOp>() ||
           llvm::any_of(value.getUsers(), [](Operation *user) { return isa<ObserveOp>(user); });
  });
  return values;
}

/// The patches of the inputs of contractions whose Gram matrices a recipe needs.
llvm::DenseMap<Value, SetVector<Attribute>> gatherPatches(func::FuncOp function, const Recipe &recipe) {
  llvm::DenseMap<Value, SetVector<Attribute>> patches;
  for (auto &[op, description] : describeOps(function)) {
    auto contraction = dyn_cast<ContractionOpInterface>(op);
    PatchesAttr read = contraction ? getPatches(contraction) : PatchesAttr();
    if (read && recipe.decide(description).needsGramMatrix())
      patches[contraction.getInput()].insert(read);
  }
  return patches;
}

/// The name that the model's author knows: of the argument, or of the node that made the value.
std::string getGivenName(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    auto name = function ? function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "nibble.name") : StringAttr();
    return name ? name.str() : "argument" + std::to_string(argument.getArgNumber());
  }
  if (auto location = value.getLoc()->findInstanceOf<NameLoc>())
    return location.getName().str();
  return value.getDefiningOp()->getName().stripDialect().str();
}

struct InsertObserversPass : public WithModels<nibble::impl::InsertObserversPassBase<InsertObserversPass>> {
  using WithModels::WithModels;

  void runOnOperation() override {
    llvm::DenseMap<Value, SetVector<Attribute>> patches;
    if (!recipe.empty()) {
      llvm::Expected<Recipe> loaded = Recipe::load(recipe);
      if (!loaded) {
        getOperation().emitError() << llvm::toString(loaded.takeError());
        return signalPassFailure();
      }
      patches = gatherPatches(getOperation(), *loaded);
    }
    llvm::StringSet<> taken;
    getOperation().walk([&](ObserveOp op) { taken.insert(op.getName()); });
    OpBuilder builder(&getContext());
    for (Value value : gatherObservedValues(getOperation())) {
      std::string given = getGivenName(value), name = given;
      for (unsigned number = 1; !taken.insert(name).second; ++number)
        name = given + "_" + std::to_string(number);
      builder.setInsertionPointAfterValue(value);
      auto found = patches.find(value);
      ArrayAttr read = found == patches.end() ? ArrayAttr() : builder.getArrayAttr(found->second.getArrayRef());
      auto observe = ObserveOp::create(builder, value.getLoc(), value, name, read);
      value.replaceAllUsesExcept(observe->getResult(0), observe);
      ++numObserved;
    }
  }
};

} // namespace
