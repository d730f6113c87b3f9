//===- NibbleToLinalg.cpp - nibble ops on tensors to upstream dialects ---------------------------------===//
//
// Contractions are in LowerContractions.cpp; the other ops have patterns in Transforms. Here is what is said of ops that have none.
//
//===--------------------------------------------------------------------------------------------------===//

#include "LowerContractions.h"
#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Patterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nibble {
#define GEN_PASS_DEF_CONVERTNIBBLETOLINALGPASS
#include "nibble/Conversion/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

/// Says why a contraction is left.
template <typename ContractionOp>
static void explainContraction(ContractionOp op) {
  auto contraction = cast<ContractionOpInterface>(*op);
  if (contraction.isFilterInTargetOrder())
    op.emitOpError("has a filter in a target's own order; expected one in the logical order");
  else if (isa<MemRefType>(op.getInit().getType()))
    op.emitOpError("is on buffers; expected tensors");
  else
    op.emitOpError() << "multiplies " << op.getInput().getType() << " by " << op.getFilter().getType() << " into "
                     << op.getAccumulatorType() << "; expected i8, i16 or, into a float, floats, and an accumulator of "
                     << "i32, i64 or float";
}

template <typename QuantizeLikeOp>
static void explainScheme(QuantizeLikeOp op, std::initializer_list<SchemeAttr> schemes) {
  InFlightDiagnostic error = op.emitOpError() << "cannot be expressed in upstream dialects: its scheme is ";
  llvm::interleave(schemes, error, [&](SchemeAttr scheme) { error << scheme; }, " to ");
}

static void explainChooseParams(ChooseParamsOp op) {
  ArrayRef<int64_t> shape = cast<ShapedType>(op.getInput().getType()).getShape();
  bool isUnknown = llvm::any_of(llvm::zip(shape, op.getScheme().getBlock()), [](auto extentAndSize) {
    return ShapedType::isDynamic(std::get<0>(extentAndSize)) && std::get<1>(extentAndSize) > 1;
  });
  if (isUnknown)
    op.emitOpError("has groups along a dimension of unknown size");
  else
    explainScheme(op, {op.getScheme()});
}

/// Says why an op of the dialect is left; returns whether it may be.
static bool explain(Operation *op) {
  bool isLeft = true;
  llvm::TypeSwitch<Operation *>(op)
      .Case<ConvOp, ContractOp>([](auto contraction) { explainContraction(contraction); })
      .Case([](ChooseParamsOp op) { explainChooseParams(op); })
      .Case<QuantizeOp, DequantizeOp>([](auto op) { explainScheme(op, {op.getScheme()}); })
      .Case([](RequantizeOp op) { explainScheme(op, {op.getInputScheme(), op.getResultScheme()}); })
      .Case([](LaunchOp op) { op.emitOpError("runs a kernel of a lowered program; expected ops on tensors"); })
      .Default([&](Operation *) { isLeft = false; });
  return !isLeft;
}

namespace {
struct ConvertNibbleToLinalgPass : public WithModels<nibble::impl::ConvertNibbleToLinalgPassBase<ConvertNibbleToLinalgPass>> {
  void runOnOperation() override {
    // In this order: what is decoded for a contraction is lowered with the other ops.
    RewritePatternSet contractions(&getContext()), others(&getContext());
    populateLowerContractionsPatterns(contractions);
    populateLowerQuantizeOpsPatterns(others);
    walkAndApplyPatterns(getOperation(), std::move(contractions));
    walkAndApplyPatterns(getOperation(), std::move(others));
    bool isComplete = true;
    getOperation().walk([&](Operation *op) { isComplete &= explain(op); });
    if (!isComplete)
      signalPassFailure();
  }
};
} // namespace
