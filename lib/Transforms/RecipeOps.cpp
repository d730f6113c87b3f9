//===- RecipeOps.cpp - the ops of a function as recipes see them ------------------------------------===//

#include "RecipeOps.h"
#include "AssignedSchemes.h"

using namespace mlir;
using namespace nibble;

SmallVector<std::pair<Operation *, OpDescription>> nibble::describeOps(func::FuncOp function) {
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
