//===- QuantizationPlan.cpp - which values are stored in codes, and with which parameters -----------===//

#include "QuantizationPlan.h"
#include "AssignedSchemes.h"
#include "StorageForms.h"

using namespace mlir;
using namespace nibble;

QuantizationPlan::QuantizationPlan(func::FuncOp function, const FusionGroups &groups,
                                   const ValueStatistics &statistics)
    : function(function), groups(groups), statistics(statistics) {
  function.walk([&](QuantizableOpInterface op) {
    if (auto schemes = AssignedSchemes::get(op); schemes && schemes->needsRange())
      integerContractions.insert(op);
  });
  // Every round leaves a contraction float or a value unstored, so that this ends.
  while (true) {
    findIntegerValues();
    collectDemands();
    extendForward();
    llvm::SetVector<Value> unknown = classes.chooseParams(statistics);
    if (unknown.empty())
      break;
    giveUp(unknown);
  }
  gatherResults();
}

void QuantizationPlan::findIntegerValues() {
  integerValues.clear();
  for (Operation &op : function.getBody().front()) {
    const FusionGroup *group = groups.getGroupOf(&op);
    bool isInteger = false;
    if (group && group->kind == FusionGroup::Kind::Contraction)
      isInteger = integerContractions.contains(group->root);
    else if (group)
      isInteger = llvm::any_of(group->getInputs(), [&](Value input) { return integerValues.contains(input); });
    else
      isInteger = llvm::any_of(getStorageOperands(&op),
                               [&](OpOperand *operand) { return integerValues.contains(operand->get()); });
    if (isInteger)
      integerValues.insert_range(op.getResults());
  }
}

void QuantizationPlan::collectGroupDemands(const FusionGroup &group) {
  std::optional<StorageDemand> demand;
  if (integerContractions.contains(group.root)) {
    AssignedSchemes schemes = *AssignedSchemes::get(group.root);
    demand = StorageDemand{schemes.input, schemes.calibrator};
    for (const QuantizableOperand &input : getActivations(cast<QuantizableOpInterface>(group.root)))
      classes.addDemand(input.operand->get(), *demand);
  } else if (group.kind != FusionGroup::Kind::Contraction && classes.contains(group.getResult())) {
    demand = classes.getMainDemand(group.getResult());
  }
  if (!demand)
    return;
  for (Value input : group.getInputs())
    if (integerValues.contains(input) && !classes.contains(input) && !withoutRange.contains(input))
      classes.addDemand(input, *demand);
}

void QuantizationPlan::collectDemands() {
  classes.clear();
  opsOnCodes.clear();
  // Backwards: all consumers of a value come before its producer.
  for (Operation &op : llvm::reverse(function.getBody().front())) {
    if (const FusionGroup *group = groups.getGroupOf(&op)) {
      if (group->getResult().getDefiningOp() == &op)
        collectGroupDemands(*group);
      continue;
    }
    SmallVector<OpOperand *> operands = getStorageOperands(&op);
    auto isStored = [&](Value result) { return classes.contains(result); };
    if (operands.empty() || llvm::none_of(op.getResults(), isStored))
      continue;
    opsOnCodes.insert(&op);
    StorageDemand demand = classes.getMainDemand(*llvm::find_if(op.getResults(), isStored));
    for (Value result : op.getResults())
      if (!classes.contains(result))
        classes.addDemand(result, demand);
    for (OpOperand *operand : operands)
      classes.addDemand(operand->get(), demand);
    for (Value value : op.getResults())
      classes.unite(value, operands.front()->get());
    for (OpOperand *operand : operands)
      classes.unite(operand->get(), operands.front()->get());
  }
}

void QuantizationPlan::extendForward() {
  for (Operation &op : function.getBody().front()) {
    SmallVector<OpOperand *> operands = getStorageOperands(&op);
    if (operands.size() != 1 || op.getNumResults() != 1 || opsOnCodes.contains(&op) || groups.getGroupOf(&op))
      continue;
    Value operand = operands.front()->get(), result = op.getResult(0);
    if (!classes.contains(operand) || existsAsFloat(operand))
      continue;
    opsOnCodes.insert(&op);
    classes.addDemand(result, classes.getMainDemand(operand));
    classes.unite(result, operand);
  }
}

bool QuantizationPlan::existsAsFloat(Value value) const {
  Operation *def = value.getDefiningOp();
  if (!def)
    return true;
  if (const FusionGroup *group = groups.getGroupOf(def))
    return group->kind == FusionGroup::Kind::Contraction && !integerContractions.contains(group->root);
  return !opsOnCodes.contains(def);
}

bool QuantizationPlan::readsCodes(Operation *consumer, Value value) const {
  if (!existsAsFloat(value) || opsOnCodes.contains(consumer))
    return true;
  const FusionGroup *group = groups.getGroupOf(consumer);
  if (!group)
    return false;
  return group->kind == FusionGroup::Kind::Contraction ? integerContractions.contains(group->root)
                                                       : classes.contains(group->getResult());
}

void QuantizationPlan::giveUp(const llvm::SetVector<Value> &unknown) {
  llvm::SmallPtrSet<Operation *, 4> given;
  for (Operation *op : integerContractions) {
    if (llvm::none_of(getActivations(cast<QuantizableOpInterface>(op)), [&](const QuantizableOperand &input) {
          return unknown.contains(classes.getRepresentative(input.operand->get()));
        }))
      continue;
    leaveFloat(op, "there are no statistics of its input");
    given.insert(op);
  }
  integerContractions.remove_if([&](Operation *op) { return given.contains(op); });
  // Nothing but a value that an elementwise group would like in codes is left as the reason of an unknown class.
  for (Value value : classes.getValues())
    if (given.empty() && unknown.contains(classes.getRepresentative(value)))
      withoutRange.insert(value);
}

void QuantizationPlan::gatherResults() {
  Block &body = function.getBody().front();
  auto isStored = [&](Value value) { return classes.contains(value); };
  llvm::copy_if(body.getArguments(), std::back_inserter(stored), isStored);
  for (Operation &op : body) {
    llvm::copy_if(op.getResults(), std::back_inserter(stored), isStored);
    bool readsInteger = llvm::any_of(op.getOperands(), [&](Value operand) { return integerValues.contains(operand); });
    if (readsInteger && !groups.getGroupOf(&op) && !opsOnCodes.contains(&op) && llvm::any_of(op.getResults(), isStored))
      floatOpsBetween.push_back(&op);
  }
}
