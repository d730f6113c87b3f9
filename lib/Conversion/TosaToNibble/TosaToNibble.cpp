//===- TosaToNibble.cpp - quantized TOSA programs to nibble and linalg ---------------------------------===//
//
// Contractions and tosa.rescale are this folder's; for everything else upstream's patterns are exact.
//
//===---------------------------------------------------------------------------------------------------===//

#include "Contractions.h"
#include "Rescale.h"
#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "mlir/Conversion/TosaToArith/TosaToArith.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Conversion/TosaToTensor/TosaToTensor.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/DialectConversion.h"

namespace nibble {
#define GEN_PASS_DEF_CONVERTTOSATONIBBLEPASS
#include "nibble/Conversion/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Whether the op has a type that arithmetic of `arith` does not take: ui8 instead of i8 and a flag.
bool hasUnsignedTypes(Operation *op) {
  return llvm::any_of(llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()),
                      [](Type type) { return getElementTypeOrSelf(type).isUnsignedInteger(); });
}

struct ConvertTosaToNibblePass : public WithModels<nibble::impl::ConvertTosaToNibblePassBase<ConvertTosaToNibblePass>> {
  void runOnOperation() override {
    reasons.clear();
    convertContractions();
    eraseDeadConstants();
    if (failed(convertOthers()))
      return signalPassFailure();
    eraseDeadConstants();
    getOperation().walk([&](Operation *op) {
      if (isa_and_present<tosa::TosaDialect>(op->getDialect()))
        remarkLeft(op, hasUnsignedTypes(op) ? "it has unsigned types; expected signless ones"
                       : reasons.contains(op) ? reasons.lookup(op)
                                              : "no pattern takes it");
    });
  }

private:
  /// The largest op first: what is behind a contraction goes into its epilogue.
  void convertContractions() {
    SmallVector<Operation *> contractions;
    getOperation().walk([&](Operation *op) {
      if (isa<tosa::Conv2DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp>(op) && !hasUnsignedTypes(op) &&
          getElementTypeOrSelf(op->getOperand(0)).isSignlessInteger())
        contractions.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (Operation *op : contractions) {
      StringRef reason = convertContraction(rewriter, op);
      if (reason.empty())
        ++numContractions;
      else
        reasons[op] = reason;
    }
  }

  /// Left as they are: contractions of codes that have no form here, so that nobody takes them for other ones.
  LogicalResult convertOthers() {
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    RewritePatternSet patterns(&getContext());
    populateRescalePatterns(converter, patterns);
    tosa::populateTosaToLinalgConversionPatterns(converter, &patterns);
    tosa::populateTosaToLinalgNamedConversionPatterns(converter, &patterns, {});
    tosa::populateTosaToTensorConversionPatterns(converter, &patterns);
    tosa::populateTosaToArithConversionPatterns(&patterns);
    tosa::populateTosaRescaleToArithConversionPatterns(&patterns, /*include32Bit=*/false);
    ConversionTarget target(getContext());
    target.markUnknownOpDynamicallyLegal([&](Operation *op) -> std::optional<bool> {
      bool isTosa = isa_and_present<tosa::TosaDialect>(op->getDialect());
      if (!isTosa || hasUnsignedTypes(op) || reasons.contains(op))
        return true;
      return std::nullopt; // legal when no pattern takes it
    });
    return applyPartialConversion(getOperation(), target, std::move(patterns));
  }

  /// Constants whose readers were converted.
  void eraseDeadConstants() {
    SmallVector<Operation *> constants;
    getOperation().walk([&](Operation *op) {
      if (isa<tosa::ConstOp, tosa::ConstShapeOp>(op) && op->use_empty())
        constants.push_back(op);
    });
    for (Operation *constant : constants)
      constant->erase();
  }

  static void remarkLeft(Operation *op, StringRef reason) {
    remark::missed(op->getLoc(), remark::RemarkOpts::name("tosa").category("nibble-convert"))
        << "'" + op->getName().getStringRef().str() + "' is left" << remark::reason("{0}", reason);
  }

  llvm::DenseMap<Operation *, StringRef> reasons;
};

} // namespace
