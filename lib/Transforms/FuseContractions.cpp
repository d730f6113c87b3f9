//===- FuseContractions.cpp - contractions with everything behind them in one op --------------------===//

#include "AssignedSchemes.h"
#include "Epilogue.h"
#include "FusedOperands.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nibble {
#define GEN_PASS_DEF_FUSECONTRACTIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Rewrites one group.
class GroupFuser {
public:
  GroupFuser(IRRewriter &rewriter, const FusionGroup &group)
      : rewriter(rewriter), group(group), op(cast<ContractionOpInterface>(group.root)), loc(op.getLoc()) {}

  /// Whether the group became an integer op.
  bool run() {
    std::string obstacle;
    std::optional<FusedOperands> operands = matchFusedOperands(op, obstacle);
    if (!obstacle.empty())
      leaveFloat(op, obstacle);
    if (!operands && group.chain.empty())
      return false;
    EpilogueSpec spec{&group, {}, {}, std::nullopt};
    Operation *last = group.getResult().getDefiningOp();
    if (operands && operands->isInteger()) {
      spec.accumulatorScales = operands->accumulatorScales;
      spec.isIntegerSum = !operands->isScaled;
      spec.bias = operands->epilogueBias;
      spec.rowScales = operands->rowScales;
      if (QuantizeOp quantize = findResultQuantize(group)) {
        spec.result = matchQuantize(quantize);
        last = quantize;
      }
    }
    rewriter.setInsertionPoint(last);
    Operation *fused = create(spec, operands);
    bool endsWithQuantize = last != group.getResult().getDefiningOp();
    rewriter.replaceOp(last, fused->getResults());
    eraseGroup(rewriter, group, /*includingLast=*/endsWithQuantize);
    return operands && operands->isInteger();
  }

private:
  Operation *create(const EpilogueSpec &spec, const std::optional<FusedOperands> &operands) {
    Region epilogue;
    SmallVector<Value> epilogueOperands = buildEpilogue(rewriter, loc, spec, epilogue);
    Type element = spec.result ? spec.result->scheme.getStorageElementType() : Type(rewriter.getF32Type());
    auto type = cast<RankedTensorType>(op->getResult(0).getType()).clone(element);
    Value init = tensor::EmptyOp::create(rewriter, loc, type.getShape(), element);

    // Everything of the op but its operands stays.
    Operation *fused = rewriter.clone(*op);
    llvm::TypeSwitch<Operation *>(fused).Case<ConvOp, ContractOp>([&](auto typed) {
      typed.getEpilogueOperandsMutable().assign(epilogueOperands);
      typed.getInitMutable().assign(init);
    });
    cast<ContractionOpInterface>(fused).getEpilogue().takeBody(epilogue);
    fused->getResult(0).setType(type);
    if (!operands)
      return fused;
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(fused);
    setFusedOperands(rewriter, cast<ContractionOpInterface>(fused), *operands);
    if (operands->isInteger()) {
      fused->removeAttr(schemesAttrName);
      fused->removeAttr(inCodesAttrName);
    }
    return fused;
  }

  IRRewriter &rewriter;
  const FusionGroup &group;
  ContractionOpInterface op;
  Location loc;
};

struct FuseContractionsPass : public WithModels<nibble::impl::FuseContractionsPassBase<FuseContractionsPass>> {
  void runOnOperation() override {
    FusionGroups groups(getOperation());
    IRRewriter rewriter(&getContext());
    // The ops of a group read nothing that a later group makes: any order is right.
    for (const auto &group : groups.getGroups()) {
      if (!isa<ContractionOpInterface>(group->root))
        continue;
      bool isInteger = GroupFuser(rewriter, *group).run();
      numInteger += isInteger;
      numFloat += !isInteger;
    }
  }
};

} // namespace
