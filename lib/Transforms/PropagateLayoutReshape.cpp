//===- PropagateLayoutReshape.cpp - transposes through reshapes ------------------------------------===//

#include "Layout.h"
#include "PropagateLayout.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace nibble;

namespace {

/// Dimensions split in place, whatever their order.
struct SinkThroughExpand : public OpRewritePattern<tensor::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExpandShapeOp op, PatternRewriter &rewriter) const override {
    std::optional<Permutation> permutation = chooseTransposeToSink(op.getSrc(), op.getResult());
    ShapedType type = op.getResultType();
    if (!permutation || !type.hasStaticShape())
      return failure();
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices(), newGroups;
    SmallVector<int64_t> order; // of the result: new dimension i is old dimension order[i]
    for (int64_t dim : invertPermutationVector(*permutation)) {
      newGroups.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(order.size(), order.size() + groups[dim].size())));
      llvm::append_range(order, groups[dim]);
    }
    Location loc = op.getLoc();
    Value source = undoTranspose(rewriter, loc, op.getSrc(), *permutation);
    auto expanded = tensor::ExpandShapeOp::create(
        rewriter, loc, permuteType(cast<RankedTensorType>(type), order), source, newGroups);
    rewriter.replaceOp(op, createTranspose(rewriter, loc, expanded, invertPermutationVector(order)));
    return success();
  }
};

/// Where the dimensions of every group are neighbours and in the same order before the transpose too (dimensions of size 1
/// do not count), the groups can be collapsed first and transposed then. Where they are not, as in a channel shuffle, they
/// are brought together, if that leaves a transpose behind the collapse which all users undo.
struct SinkThroughCollapse : public OpRewritePattern<tensor::CollapseShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::CollapseShapeOp op, PatternRewriter &rewriter) const override {
    std::optional<Permutation> permutation = chooseTransposeToSink(op.getSrc(), op.getResult());
    ShapedType type = op.getResultType();
    if (!permutation || !type.hasStaticShape())
      return failure();
    // Groups sorted by the first of their dimensions in the source.
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank())), firstDims;
    SmallVector<SmallVector<int64_t>> sourceDims;
    for (const ReassociationIndices &group : op.getReassociationIndices()) {
      sourceDims.push_back({});
      for (int64_t dim : group)
        if (op.getSrcType().getDimSize(dim) != 1)
          sourceDims.back().push_back((*permutation)[dim]);
      firstDims.push_back(sourceDims.back().empty() ? (*permutation)[group.front()] : sourceDims.back().front());
    }
    llvm::sort(order, [&](int64_t a, int64_t b) { return firstDims[a] < firstDims[b]; });
    SmallVector<int64_t> allDims;
    for (int64_t group : order)
      llvm::append_range(allDims, sourceDims[group]);
    Permutation after = invertPermutationVector(order);
    bool isApart = !llvm::is_sorted(allDims);
    if (isApart && (isIdentityPermutation(after) || !isUndoneByAllUsers(op.getResult(), after)))
      return rewriter.notifyMatchFailure(op, "the transpose takes a group apart");

    Location loc = op.getLoc();
    Value source = undoTranspose(rewriter, loc, op.getSrc(), *permutation);
    if (isApart)
      source = createTranspose(rewriter, loc, source, bringTogether(op, order, *permutation));
    Value collapsed = createReshape(rewriter, loc, source, applyPermutation(type.getShape(), order));
    rewriter.replaceOp(op, createTranspose(rewriter, loc, collapsed, after));
    return success();
  }

private:
  /// The permutation of the source that puts the dimensions of each group side by side, the groups in this order.
  static Permutation bringTogether(tensor::CollapseShapeOp op, ArrayRef<int64_t> order, ArrayRef<int64_t> permutation) {
    Permutation together;
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    for (int64_t group : order)
      for (int64_t dim : groups[group])
        together.push_back(permutation[dim]);
    return together;
  }
};

/// A reshape that goes through fewer dimensions than it could (importers flatten everything) goes through as many as there
/// can be, so that transposes pass.
struct RefineReshape : public OpRewritePattern<tensor::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExpandShapeOp op, PatternRewriter &rewriter) const override {
    auto collapse = op.getSrc().getDefiningOp<tensor::CollapseShapeOp>();
    if (!collapse || !collapse.getSrcType().hasStaticShape() || !op.getResultType().hasStaticShape())
      return failure();
    ArrayRef<int64_t> from = collapse.getSrcType().getShape(), to = op.getResultType().getShape();
    if (getFinestMiddleRank(from, to) <= collapse.getResultType().getRank())
      return failure();
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), collapse.getSrc(), to));
    return success();
  }
};

/// Flatten in front of a matrix product: the rows of the constant filter are permuted instead of the input.
struct PermuteFilterRows : public OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    auto collapse = op.getInput().getDefiningOp<tensor::CollapseShapeOp>();
    std::optional<Permutation> permutation = collapse ? getTranspose(collapse.getSrc()) : std::nullopt;
    if (!permutation || !isConstantLike(op.getFilter()) || op.getFilterShape().size() != 2 || op.getPackedFilterShape())
      return failure();
    // Only the dimensions that become K may move.
    ReassociationIndices group = collapse.getReassociationIndices().back();
    int64_t first = group.front();
    for (auto [i, dim] : llvm::enumerate(ArrayRef(*permutation).take_front(first)))
      if (static_cast<int64_t>(i) != dim)
        return rewriter.notifyMatchFailure(op, "the transpose moves dimensions of M");
    SmallVector<int64_t> order, rowShape; // filter row dimension i, of those before the transpose, is order[i] after it
    SmallVector<int64_t> inverse = invertPermutationVector(*permutation);
    for (int64_t dim : ArrayRef(inverse).drop_front(first))
      order.push_back(dim - first);
    for (int64_t dim : group)
      rowShape.push_back(collapse.getSrcType().getDimSize(dim));

    Location loc = op.getLoc();
    Value filter = op.getFilter();
    SmallVector<int64_t> shape(op.getFilterShape()), expandedShape(rowShape);
    if (op.getTransposeFilter()) {
      expandedShape.insert(expandedShape.begin(), shape[0]);
      for (int64_t &dim : order)
        ++dim;
      order.insert(order.begin(), 0);
    } else {
      expandedShape.push_back(shape[1]);
      order.push_back(order.size());
    }
    Value expanded = createReshape(rewriter, loc, filter, expandedShape);
    Value permuted = createTranspose(rewriter, loc, expanded, order);
    Value rows = createReshape(rewriter, loc, permuted, shape);
    Value source = undoTranspose(rewriter, loc, collapse.getSrc(), *permutation);
    Value input = createReshape(rewriter, loc, source, collapse.getResultType().getShape());
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(input);
      op.getFilterMutable().assign(rows);
    });
    return success();
  }
};

} // namespace

void nibble::populateSinkThroughReshapePatterns(RewritePatternSet &patterns) {
  patterns.add<PermuteFilterRows, RefineReshape, SinkThroughCollapse, SinkThroughExpand>(patterns.getContext());
}
