//===- LocalizeDestinations.cpp - a destination of its own for every op ----------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace nibble {
#define GEN_PASS_DEF_LOCALIZEDESTINATIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

/// Clones what `Source` makes in front of each op whose destination it is.
template <typename Source>
static void localize(func::FuncOp function) {
  function.walk([](DestinationStyleOpInterface op) {
    OpBuilder builder(op);
    for (OpOperand &init : op.getDpsInitsMutable())
      if (auto source = init.get().getDefiningOp<Source>())
        init.set(builder.clone(*source)->getResult(0));
  });
  function.walk([](Source source) {
    if (source->use_empty())
      source->erase();
  });
}

namespace {
struct LocalizeDestinationsPass : public nibble::WithModels<nibble::impl::LocalizeDestinationsPassBase<LocalizeDestinationsPass>> {
  void runOnOperation() override {
    localize<linalg::FillOp>(getOperation());
    localize<tensor::EmptyOp>(getOperation());
  }
};
} // namespace
