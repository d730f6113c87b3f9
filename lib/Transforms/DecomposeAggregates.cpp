//===- DecomposeAggregates.cpp - split ops that are made of several loops ----------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {
#define GEN_PASS_DEF_DECOMPOSEAGGREGATESPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

namespace {
struct DecomposeAggregatesPass : public nibble::WithModels<nibble::impl::DecomposeAggregatesPassBase<DecomposeAggregatesPass>> {
  void runOnOperation() override {
    SmallVector<linalg::AggregatedOpInterface> ops;
    getOperation().walk([&](linalg::AggregatedOpInterface op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (linalg::AggregatedOpInterface op : ops) {
      rewriter.setInsertionPoint(op);
      FailureOr<SmallVector<Value>> parts = op.decomposeOperation(rewriter);
      if (failed(parts)) {
        op->emitOpError("can not be split into loops");
        return signalPassFailure();
      }
      rewriter.replaceOp(op, *parts);
    }
  }
};
} // namespace
