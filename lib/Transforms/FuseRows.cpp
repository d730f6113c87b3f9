//===- FuseRows.cpp - reductions of rows and what belongs to them, row by row -----------------------===//

#include "RowGroup.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace nibble {
#define GEN_PASS_DEF_FUSEROWSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Makes a loop over the rows of a group.
class RowLoop {
public:
  explicit RowLoop(const RowGroup &group)
      : group(group), last(group.members.back().first), builder(last), loc(last->getLoc()) {}

  void emit() {
    SmallVector<Value> outputs;
    for (Operation *member : llvm::make_first_range(group.members))
      if (isReadOutside(member)) {
        escaping.push_back(member);
        outputs.push_back(createOutput(member));
      }
    loop = scf::ForallOp::create(builder, loc, getAsIndexOpFoldResult(builder.getContext(), group.extents), outputs,
                                 /*mapping=*/std::nullopt);
    builder.setInsertionPoint(loop.getTerminator());
    for (const auto &[member, loops] : group.members)
      emitRow(member, loops);
    moveUsersBehind();
    for (auto [member, result] : llvm::zip_equal(escaping, loop.getResults()))
      member->getResult(0).replaceAllUsesWith(result);
    for (Operation *member : llvm::reverse(llvm::make_first_range(group.members)))
      member->erase();
  }

private:
  bool isReadOutside(Operation *member) {
    return !llvm::all_of(member->getUsers(), [&](Operation *user) { return group.members.contains(user); });
  }

  /// What a member starts from is data, and not a number for all elements or nothing.
  static bool startsFromData(linalg::LinalgOp member) {
    OpOperand *init = member.getDpsInitOperand(0);
    return member.payloadUsesValueFromOperand(init) && !init->get().getDefiningOp<linalg::FillOp>();
  }

  Value createOutput(Operation *member) {
    Value init = member->getOperands().back();
    if (startsFromData(cast<linalg::LinalgOp>(member)))
      return init;
    auto type = cast<RankedTensorType>(init.getType());
    return tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  }

  /// The part of what a member starts from; of the loop's output where the result is read outside.
  Value emitInit(linalg::LinalgOp member, const linalg::SliceParameters &slice) {
    Value init = member.getDpsInitOperand(0)->get();
    const auto *output = llvm::find(escaping, member.getOperation());
    Value start;
    if (output != escaping.end() || startsFromData(member)) {
      Value whole = output == escaping.end() ? init : loop.getRegionIterArgs()[output - escaping.begin()];
      start = tensor::ExtractSliceOp::create(builder, member.getLoc(), whole, slice.offsets, slice.sizes, slice.strides);
    } else {
      start = tensor::EmptyOp::create(builder, member.getLoc(), slice.sizes,
                                      cast<RankedTensorType>(init.getType()).getElementType());
    }
    auto fill = init.getDefiningOp<linalg::FillOp>();
    bool isFilled = fill && member.payloadUsesValueFromOperand(member.getDpsInitOperand(0));
    return isFilled ? linalg::FillOp::create(builder, fill.getLoc(), fill.value(), start).getResult(0) : start;
  }

  void emitRow(Operation *op, ArrayRef<unsigned> rowLoops) {
    auto member = cast<linalg::LinalgOp>(op);
    SmallVector<OpFoldResult> places(member.getNumLoops()), sizes(member.getNumLoops(), builder.getIndexAttr(0));
    for (auto [rowLoop, place] : llvm::zip_equal(rowLoops, loop.getInductionVars())) {
      places[rowLoop] = place;
      sizes[rowLoop] = builder.getIndexAttr(1);
    }
    llvm::erase_if(places, [](OpFoldResult place) { return !place; });
    SmallVector<OpFoldResult> bounds = getAsIndexOpFoldResult(builder.getContext(), member.getStaticLoopRanges());
    auto slices = linalg::computeAllSliceParameters(builder, op->getLoc(), member, op->getOperands(), places, sizes, bounds,
                                                    /*omitPartialTileCheck=*/true);
    SmallVector<Value> operands;
    for (auto [operand, slice] : llvm::zip_equal(op->getOpOperands(), slices)) {
      if (Value row = rows.lookupOrNull(operand.get()))
        operands.push_back(row);
      else if (member.isDpsInit(&operand))
        operands.push_back(emitInit(member, *slice));
      else if (slice)
        operands.push_back(tensor::ExtractSliceOp::create(builder, op->getLoc(), operand.get(), slice->offsets, slice->sizes,
                                                          slice->strides));
      else
        operands.push_back(operand.get());
    }
    Value row = clone(builder, op, operands.back().getType(), operands)->getResult(0);
    rows.map(op->getResult(0), row);
    if (const auto *output = llvm::find(escaping, op); output != escaping.end())
      emitInsertion(row, output - escaping.begin(), *slices.back());
  }

  void emitInsertion(Value row, unsigned output, const linalg::SliceParameters &slice) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(loop.getTerminator().getBody());
    tensor::ParallelInsertSliceOp::create(builder, loc, row, loop.getRegionIterArgs()[output], slice.offsets, slice.sizes,
                                          slice.strides);
  }

  /// Brings what needs the results from between the members, none of which needs it, behind the loop.
  void moveUsersBehind() {
    Operation *behind = loop;
    for (Operation *user : group.users)
      if (user->isBeforeInBlock(loop)) {
        user->moveAfter(behind);
        behind = user;
      }
  }

  const RowGroup &group;
  Operation *last;
  OpBuilder builder;
  Location loc;
  scf::ForallOp loop;
  SmallVector<Operation *> escaping;
  IRMapping rows;
};

struct FuseRowsPass : public WithModels<nibble::impl::FuseRowsPassBase<FuseRowsPass>> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> reductions;
    for (Block &block : getOperation().getBody())
      for (auto op : block.getOps<linalg::LinalgOp>())
        if (op.getNumReductionLoops())
          reductions.push_back(op);
    llvm::SmallPtrSet<Operation *, 16> fused;
    for (linalg::LinalgOp reduction : reductions) {
      if (fused.contains(reduction))
        continue;
      RowGroup group = findRowGroup(reduction);
      if (group.members.size() < 2)
        continue;
      fused.insert_range(llvm::make_first_range(group.members));
      RowLoop(group).emit();
      ++numFused;
    }
    eraseUnused();
  }

private:
  /// Erases fills and empty tensors that the rows have of their own now.
  void eraseUnused() {
    for (Block &block : getOperation().getBody())
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
        if (isOpTriviallyDead(&op))
          op.erase();
  }
};

} // namespace
