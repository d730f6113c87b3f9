//===- VerifyInteger.cpp - everything that was assigned an integer form has one ---------------------===//

#include "AssignedSchemes.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"

namespace nibble {
#define GEN_PASS_DEF_VERIFYINTEGERPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

struct VerifyIntegerPass : public WithModels<nibble::impl::VerifyIntegerPassBase<VerifyIntegerPass>> {
  void runOnOperation() override {
    getOperation().walk([&](QuantizableOpInterface op) {
      bool isAssigned = op->hasAttr(schemesAttrName);
      if (!isAssigned && !op->hasAttr(inCodesAttrName))
        return;
      StringRef rule = isa<ContractionOpInterface>(op.getOperation()) ? "its operands are not dequantized codes"
                                                                      : "no pass of its dialect replaced it";
      if (auto known = op->getAttrOfType<StringAttr>(floatAttrName))
        rule = known.getValue();
      op->emitError() << "'" << getUserName(op) << "' "
                      << (isAssigned ? "was assigned an integer scheme" : "came quantized") << " and stayed float: " << rule;
      signalPassFailure();
    });
    markAllAnalysesPreserved();
  }
};

} // namespace
