//===- VerifyInteger.cpp - everything that was assigned an integer form has one ---------------------===//

#include "AssignedSchemes.h"
#include "nibble/Transforms/Passes.h"

namespace nibble {
#define GEN_PASS_DEF_VERIFYINTEGERPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

struct VerifyIntegerPass : public nibble::impl::VerifyIntegerPassBase<VerifyIntegerPass> {
  void runOnOperation() override {
    getOperation().walk([&](QuantizableOpInterface op) {
      if (!op->hasAttr(schemesAttrName))
        return;
      auto rule = op->getAttrOfType<StringAttr>(floatAttrName);
      op->emitError() << "'" << getUserName(op) << "' was assigned an integer scheme and stayed float: "
                      << (rule ? rule.getValue() : "its operands are not dequantized codes");
      signalPassFailure();
    });
    markAllAnalysesPreserved();
  }
};

} // namespace
