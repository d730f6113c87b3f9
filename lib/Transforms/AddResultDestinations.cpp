//===- AddResultDestinations.cpp - results in memory of the caller ----------------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "llvm/ADT/BitVector.h"

namespace nibble {
#define GEN_PASS_DEF_ADDRESULTDESTINATIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

namespace {
struct AddResultDestinationsPass : public nibble::WithModels<nibble::impl::AddResultDestinationsPassBase<AddResultDestinationsPass>> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    OpBuilder builder(func.getContext());
    StringRef writable = bufferization::BufferizationDialect::kWritableAttrName;
    for (unsigned number = 0, e = func.getNumArguments(); number != e; ++number) {
      func.setArgAttr(number, "nibble.role", builder.getStringAttr("input"));
      func.setArgAttr(number, writable, builder.getBoolAttr(false));
    }
    Operation *terminator = func.getBody().front().getTerminator();
    for (OpOperand &result : terminator->getOpOperands()) {
      NamedAttrList attributes = func.getResultAttrDict(result.getOperandNumber());
      attributes.set("nibble.role", builder.getStringAttr("output"));
      auto tensorType = cast<RankedTensorType>(result.get().getType());
      auto type = MemRefType::get(tensorType.getShape(), tensorType.getElementType());
      unsigned number = func.getNumArguments();
      if (failed(func.insertArgument(number, type, attributes.getDictionary(func.getContext()), func.getLoc())))
        return signalPassFailure();
      builder.setInsertionPoint(terminator);
      bufferization::MaterializeInDestinationOp::create(builder, func.getLoc(), /*result=*/Type(), result.get(),
                                                        func.getArgument(number), /*restrict=*/true,
                                                        /*writable=*/true);
    }
    builder.setInsertionPoint(terminator);
    func::ReturnOp::create(builder, terminator->getLoc());
    terminator->erase();
    BitVector all(func.getNumResults(), true);
    if (failed(func.eraseResults(all)))
      signalPassFailure();
  }
};
} // namespace
