//===- AssignSchemes.cpp - a scheme for every quantizable op, or the reason why not -----------------===//

#include "AssignedSchemes.h"
#include "nibble/Transforms/Passes.h"

namespace nibble {
#define GEN_PASS_DEF_ASSIGNSCHEMESPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Signed symmetric 8-bit codes with a scale for each index of `axis`, for a weight of this rank.
SchemeAttr getPerChannelScheme(MLIRContext *context, int64_t rank, int64_t axis) {
  SmallVector<int64_t> block(rank, 0);
  block[axis] = 1;
  return SchemeAttr::getInt8(context, /*isSigned=*/true, /*narrowRange=*/true, block, ZeroPointKind::None);
}

struct AssignSchemesPass : public nibble::impl::AssignSchemesPassBase<AssignSchemesPass> {
  using AssignSchemesPassBase::AssignSchemesPassBase;

  void runOnOperation() override {
    if (recipe != "w8a8" && recipe != "float32") {
      getOperation().emitError() << "unknown recipe '" << recipe << "', expected w8a8 or float32";
      return signalPassFailure();
    }
    getOperation().walk([&](QuantizableOpInterface op) {
      if (recipe == "float32")
        leaveFloat(op, "recipe 'float32' quantizes nothing");
      else
        assign(op);
    });
  }

private:
  void assign(QuantizableOpInterface op) {
    MLIRContext *context = &getContext();
    AssignedSchemes schemes;
    schemes.input = SchemeAttr::getInt8(context, /*isSigned=*/false, /*narrowRange=*/false, {}, ZeroPointKind::Integer);
    schemes.calibrator = StringAttr::get(context, "min-max");
    for (const QuantizableOperand &operand : op.getQuantizableOperands())
      if (operand.role == OperandRole::Weight)
        schemes.filter = getPerChannelScheme(
            context, cast<ShapedType>(operand.operand->get().getType()).getRank(), operand.channelAxis);
    schemes.set(op);
    ++numAssigned;
  }
};

} // namespace
