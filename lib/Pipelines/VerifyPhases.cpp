//===- VerifyPhases.cpp ------------------------------------------------------------------------------------===//

#include "VerifyPhases.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace nibble;

/// Walks all ops; `check` returns what is wrong with one, or nothing.
static LogicalResult verifyOps(ModuleOp module, StringRef phase,
                               function_ref<std::optional<std::string>(Operation *)> check) {
  bool isValid = true;
  module.walk([&](Operation *op) {
    if (std::optional<std::string> problem = check(op)) {
      op->emitOpError() << *problem << " (after phase " << phase << ")";
      isValid = false;
    }
  });
  return success(isValid);
}

LogicalResult nibble::verifyNormalized(ModuleOp module) {
  return verifyOps(module, "normalize", [](Operation *op) -> std::optional<std::string> {
    bool isF32 = llvm::all_of(op->getOperands(), [](Value value) { return getElementTypeOrSelf(value).isF32(); });
    if (isF32 && isa<linalg::Conv2DNchwFchwOp, linalg::Conv2DNhwcHwcfOp, linalg::DepthwiseConv2DNchwChwOp,
         linalg::DepthwiseConv2DNhwcHwcOp, linalg::MatmulOp, linalg::BatchMatmulOp>(op))
      return "should have become nibble.conv or nibble.contract in nibble-raise-contractions";
    return std::nullopt;
  });
}

LogicalResult nibble::verifyAssigned(ModuleOp module) {
  return verifyOps(module, "assign", [](Operation *op) -> std::optional<std::string> {
    auto contraction = dyn_cast<ContractionOpInterface>(op);
    bool isDecided = op->hasAttr("nibble.schemes") || op->hasAttr("nibble.float") || op->hasAttr("nibble.in_codes") ||
                     (contraction && contraction.getInputSchemeAttr());
    if (isa<QuantizableOpInterface>(op) && !isDecided)
      return "has neither schemes nor a reason to stay float; nibble-assign-schemes gives one";
    return std::nullopt;
  });
}

LogicalResult nibble::verifyQuantized(ModuleOp module) {
  return verifyOps(module, "quantize", [](Operation *op) -> std::optional<std::string> {
    if (isa<ObserveOp>(op))
      return "should have been removed by nibble-quantize";
    return std::nullopt;
  });
}

LogicalResult nibble::verifyLowered(ModuleOp module) {
  return verifyOps(module, "lower", [](Operation *op) -> std::optional<std::string> {
    // A kernel may have a small buffer of its own (nibble-localize-reductions).
    bool isInMain = op->getParentOfType<func::FuncOp>() && op->getParentOfType<func::FuncOp>().getSymName() == "main";
    if (isa<memref::AllocOp, memref::GlobalOp>(op) || (isa<memref::AllocaOp>(op) && isInMain))
      return "memory outside of workspace and weights";
    if (llvm::any_of(op->getResultTypes(), llvm::IsaPred<TensorType>))
      return "tensor value";
    return std::nullopt;
  });
}
