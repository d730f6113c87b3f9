//===- LowerConcat.cpp - concatenation as writes to slices of one tensor ---------------------------===//

#include "Destination.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {
#define GEN_PASS_DEF_LOWERCONCATPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

/// Creates the result in front of all producers and inserts the operands where `concat` stands.
static void lowerConcat(tensor::ConcatOp concat) {
  IRRewriter rewriter(concat);
  RankedTensorType type = concat.getResultType();
  if (Operation *point = nibble::getDestinationPoint(concat.getInputs()))
    rewriter.setInsertionPoint(point);
  Value result = tensor::EmptyOp::create(rewriter, concat.getLoc(), type.getShape(), type.getElementType());
  rewriter.setInsertionPoint(concat);
  SmallVector<OpFoldResult> offsets(type.getRank(), rewriter.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(type.getRank(), rewriter.getIndexAttr(1));
  int64_t offset = 0;
  for (Value input : concat.getInputs()) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(input.getType()).getShape();
    // Nothing to insert; behind the last element tensor.insert_slice refuses even that.
    if (llvm::is_contained(shape, 0))
      continue;
    offsets[concat.getDim()] = rewriter.getIndexAttr(offset);
    result = tensor::InsertSliceOp::create(rewriter, concat.getLoc(), input, result, offsets,
                                           getAsIndexOpFoldResult(rewriter.getContext(), shape), strides);
    offset += shape[concat.getDim()];
  }
  rewriter.replaceOp(concat, result);
}

namespace {
struct LowerConcatPass : public nibble::WithModels<nibble::impl::LowerConcatPassBase<LowerConcatPass>> {
  void runOnOperation() override {
    SmallVector<tensor::ConcatOp> ops;
    getOperation().walk([&](tensor::ConcatOp concat) {
      if (concat.getResultType().hasStaticShape())
        ops.push_back(concat);
    });
    llvm::for_each(ops, lowerConcat);
  }
};
} // namespace
