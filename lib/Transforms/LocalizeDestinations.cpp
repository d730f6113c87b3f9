//===- LocalizeDestinations.cpp - a destination of its own for every op ----------------------------===//

#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace nibble {
#define GEN_PASS_DEF_LOCALIZEDESTINATIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

namespace {
struct LocalizeDestinationsPass : public nibble::impl::LocalizeDestinationsPassBase<LocalizeDestinationsPass> {
  void runOnOperation() override {
    getOperation().walk([](DestinationStyleOpInterface op) {
      OpBuilder builder(op);
      for (OpOperand &init : op.getDpsInitsMutable())
        if (auto empty = init.get().getDefiningOp<tensor::EmptyOp>())
          init.set(builder.clone(*empty)->getResult(0));
    });
    getOperation().walk([](tensor::EmptyOp empty) {
      if (empty->use_empty())
        empty->erase();
    });
  }
};
} // namespace
