//===- FoldConstants.cpp - computing with constants at compile time ---------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Reference/ConstantEvaluation.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

namespace nibble {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// The bytes of static tensors of numbers; nothing when one of the types is anything else.
std::optional<int64_t> getSizeInBytes(TypeRange types) {
  int64_t size = 0;
  for (Type type : types) {
    auto tensorType = dyn_cast<RankedTensorType>(type);
    if (!tensorType || !tensorType.hasStaticShape() || !tensorType.getElementType().isIntOrFloat())
      return std::nullopt;
    size += tensorType.getNumElements() * llvm::divideCeil(tensorType.getElementTypeBitWidth(), 8);
  }
  return size;
}

/// Whether the results are static tensors that need not much more memory than the constants they come from.
bool isInProportion(Operation *op, int64_t maxGrowthInBytes) {
  SmallVector<Type> constants;
  for (Value operand : op->getOperands())
    if (isa<RankedTensorType>(operand.getType()) && matchPattern(operand, m_Constant()))
      constants.push_back(operand.getType());
  std::optional<int64_t> before = getSizeInBytes(constants), after = getSizeInBytes(op->getResultTypes());
  return !constants.empty() && before && after && *after - *before <= maxGrowthInBytes;
}

struct FoldConstantsPass : public WithModels<nibble::impl::FoldConstantsPassBase<FoldConstantsPass>> {
  using WithModels::WithModels;

  void runOnOperation() override {
    // In program order, so that chains fold in one go.
    for (Block &block : getOperation().getBody())
      for (Operation &op : llvm::make_early_inc_range(block))
        // Weights that came in codes stay in codes.
        if (!isa<DequantizeOp>(op) && isInProportion(&op, maxGrowthInBytes))
          fold(&op);
  }

private:
  void fold(Operation *op) {
    FailureOr<SmallVector<TypedAttr>> values = reference::evaluateConstant(op, maxSteps);
    if (failed(values))
      return;
    OpBuilder builder(op);
    for (auto [result, value] : llvm::zip_equal(op->getResults(), *values))
      result.replaceAllUsesWith(arith::ConstantOp::create(builder, op->getLoc(), value));
    op->erase();
    ++numFolded;
  }
};

} // namespace
