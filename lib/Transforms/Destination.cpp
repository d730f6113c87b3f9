//===- Destination.cpp ------------------------------------------------------------------------------===//

#include "Destination.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ValueRange.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

Operation *nibble::getDestinationPoint(ValueRange values) {
  Operation *point = nullptr;
  SmallVector<Value> worklist(values);
  SmallPtrSet<Operation *, 8> visited;
  while (!worklist.empty()) {
    Operation *def = worklist.pop_back_val().getDefiningOp();
    if (!def || !visited.insert(def).second)
      continue;
    if (!point || (def->getBlock() == point->getBlock() && def->isBeforeInBlock(point)))
      point = def;
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(def)) {
      worklist.push_back(insert.getSource());
      worklist.push_back(insert.getDest());
    } else if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(def)) {
      llvm::append_range(worklist, destinationStyle.getDpsInits());
    } else if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(def)) {
      worklist.push_back(def->getOperand(0));
    }
  }
  return point;
}
