//===- AddResultDestinations.cpp - results in memory of the caller ----------------------------------===//

#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"

namespace nibble {
#define GEN_PASS_DEF_ADDRESULTDESTINATIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

namespace {
struct AddResultDestinationsPass : public nibble::impl::AddResultDestinationsPassBase<AddResultDestinationsPass> {
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
      attributes.set(writable, builder.getBoolAttr(true));
      unsigned number = func.getNumArguments();
      if (failed(func.insertArgument(number, result.get().getType(), attributes.getDictionary(func.getContext()),
                                     func.getLoc())))
        return signalPassFailure();
      func.setResultAttrs(result.getOperandNumber(), builder.getDictionaryAttr({}));
      builder.setInsertionPoint(terminator);
      result.set(bufferization::MaterializeInDestinationOp::create(builder, func.getLoc(), result.get().getType(),
                                                                   result.get(), func.getArgument(number))
                     ->getResult(0));
    }
  }
};
} // namespace
