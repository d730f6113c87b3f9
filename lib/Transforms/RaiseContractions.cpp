//===- RaiseContractions.cpp - linalg contractions to nibble.conv and nibble.contract ---------------===//
//
// Convolutions are in RaiseConvolutions.cpp; here are matrix products, pooling and the pass.
//
//===-----------------------------------------------------------------------------------------------===//

#include "Layout.h"
#include "RaiseContractions.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_RAISECONTRACTIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

FailureOr<Value> nibble::matchContractionStart(Value init, int64_t channelDim) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  Value start = fill ? fill.getInputs()[0] : init;
  if (matchPattern(start, m_AnyZeroFloat()) || matchPattern(start, m_Zero()))
    return Value();
  auto broadcast = init.getDefiningOp<linalg::BroadcastOp>();
  if (!broadcast || cast<ShapedType>(broadcast.getInput().getType()).getRank() != 1 ||
      llvm::is_contained(broadcast.getDimensions(), channelDim))
    return failure();
  return broadcast.getInput();
}

namespace {

/// The dimensions that the results of a projected permutation name, in order.
SmallVector<unsigned> resultDims(AffineMap map) {
  return llvm::map_to_vector(map.getResults(), [](AffineExpr expr) { return cast<AffineDimExpr>(expr).getPosition(); });
}

/// The permutation that brings dimensions named `from` into the order `to`; nothing when the names differ.
std::optional<SmallVector<int64_t>> permutationTo(ArrayRef<unsigned> from, ArrayRef<unsigned> to) {
  if (from.size() != to.size())
    return std::nullopt;
  SmallVector<int64_t> permutation;
  for (unsigned dim : to) {
    const auto *found = llvm::find(from, dim);
    if (found == from.end())
      return std::nullopt;
    permutation.push_back(found - from.begin());
  }
  return permutation;
}

/// linalg.matmul, batch_matmul, contract and their like with any indexing maps: one row of products per result channel.
struct RaiseMatrixProduct : public OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (!linalg::isaContractionOpInterface(op) || !op.hasPureTensorSemantics() || op.hasDynamicShape() ||
        !llvm::all_of(op->getOperands(), [](Value value) { return getElementTypeOrSelf(value).isF32(); }))
      return rewriter.notifyMatchFailure(op, "expected an f32 contraction of static tensors");
    FailureOr<linalg::ContractionDimensions> dims = linalg::inferContractionDims(op);
    if (failed(dims) || dims->n.size() != 1 || dims->k.size() != 1 || dims->m.empty())
      return rewriter.notifyMatchFailure(op, "expected one dimension of N and K and at least one of M");
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    unsigned n = dims->n[0], k = dims->k[0];
    SmallVector<unsigned> resultOrder = resultDims(maps[2]);
    if (resultOrder.back() != n)
      return rewriter.notifyMatchFailure(op, "expected N to be the last dimension of the result");
    ArrayRef<unsigned> rows = ArrayRef(resultOrder).drop_back();
    bool hasBatchedFilter = !dims->batch.empty();
    if (hasBatchedFilter && (dims->m.size() != 1 || rows.back() != dims->m[0]))
      return rewriter.notifyMatchFailure(op, "expected batch dimensions in front of M");

    SmallVector<unsigned> inputOrder(rows), filterOrder;
    inputOrder.push_back(k);
    if (hasBatchedFilter)
      llvm::append_range(filterOrder, rows.drop_back());
    SmallVector<unsigned> exchangedOrder(filterOrder);
    llvm::append_values(filterOrder, k, n);
    llvm::append_values(exchangedOrder, n, k);

    auto inputPermutation = permutationTo(resultDims(maps[0]), inputOrder);
    auto filterPermutation = permutationTo(resultDims(maps[1]), filterOrder);
    auto exchangedPermutation = permutationTo(resultDims(maps[1]), exchangedOrder);
    if (!inputPermutation || !filterPermutation)
      return rewriter.notifyMatchFailure(op, "expected M and K in the input, K and N in the filter");
    FailureOr<Value> bias = matchContractionStart(op.getDpsInits()[0], rows.size());
    if (failed(bias))
      return rewriter.notifyMatchFailure(op, "expected the sum to start from zero or from a bias");

    Location loc = op.getLoc();
    bool isExchanged = isIdentityPermutation(*exchangedPermutation);
    Value input = createTranspose(rewriter, loc, op->getOperand(0), *inputPermutation);
    Value filter =
        isExchanged ? op->getOperand(1) : createTranspose(rewriter, loc, op->getOperand(1), *filterPermutation);
    Type type = op->getResult(0).getType();
    auto contract =
        ContractOp::create(rewriter, loc, type, input, filter, *bias, Value(), Value(), mlir::ValueRange(), Value(), mlir::ValueRange(),
                           createEmpty(rewriter, loc, type), SchemeAttr(), SchemeAttr(), DenseI64ArrayAttr(), isExchanged);
    rewriter.replaceOp(op, contract->getResults());
    return success();
  }
};

/// A filter that is transposed at run time or by an ONNX Transpose is read the other way round instead.
struct FoldFilterTranspose : public OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getFilter().getDefiningOp<linalg::TransposeOp>();
    if (!transpose || op.getPackedFilterShape())
      return failure();
    SmallVector<int64_t> permutation(transpose.getPermutation());
    std::swap(permutation.back(), permutation[permutation.size() - 2]);
    if (!isIdentityPermutation(permutation))
      return rewriter.notifyMatchFailure(op, "expected a transpose of the last two dimensions");
    rewriter.modifyOpInPlace(op, [&] {
      op.getFilterMutable().assign(transpose.getInput());
      op.setTransposeFilter(!op.getTransposeFilter());
    });
    return success();
  }
};

/// All batches multiply with one filter that was broadcast to them.
struct FoldFilterBroadcast : public OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getFilter().getDefiningOp<linalg::BroadcastOp>();
    if (!broadcast || cast<ShapedType>(broadcast.getInput().getType()).getRank() != 2)
      return failure();
    for (auto [i, dim] : llvm::enumerate(broadcast.getDimensions()))
      if (static_cast<int64_t>(i) != dim)
        return rewriter.notifyMatchFailure(op, "expected a broadcast of the batch dimensions");
    rewriter.modifyOpInPlace(op, [&] { op.getFilterMutable().assign(broadcast.getInput()); });
    return success();
  }
};

/// NCHW pooling to NHWC pooling between transposes.
template <typename NchwOp, typename NhwcOp>
struct RaisePooling : public OpRewritePattern<NchwOp> {
  using OpRewritePattern<NchwOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(NchwOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.hasDynamicShape())
      return rewriter.notifyMatchFailure(op, "expected static tensors");
    const int64_t toNhwc[] = {0, 2, 3, 1}, toNchw[] = {0, 3, 1, 2};
    Location loc = op.getLoc();
    Value input = createTranspose(rewriter, loc, op.getDpsInputs()[0], toNhwc);
    Value init = op.getDpsInits()[0];
    if (auto fill = init.template getDefiningOp<linalg::FillOp>()) {
      Value empty = createEmpty(rewriter, loc, permuteType(cast<RankedTensorType>(init.getType()), toNhwc));
      init = linalg::FillOp::create(rewriter, loc, fill.getInputs()[0], empty).getResult(0);
    } else {
      init = createTranspose(rewriter, loc, init, toNhwc);
    }
    auto pooling = NhwcOp::create(rewriter, loc, init.getType(), mlir::ValueRange{input, op.getDpsInputs()[1]}, init,
                                  op.getStridesAttr(), op.getDilationsAttr());
    rewriter.replaceOp(op, createTranspose(rewriter, loc, pooling.getResult(0), toNchw));
    return success();
  }
};

struct RaiseContractionsPass : public WithModels<nibble::impl::RaiseContractionsPassBase<RaiseContractionsPass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateRaiseConvolutionPatterns(patterns);
    patterns.add<FoldFilterBroadcast, FoldFilterTranspose, RaiseMatrixProduct,
                 RaisePooling<linalg::PoolingNchwMaxOp, linalg::PoolingNhwcMaxOp>,
                 RaisePooling<linalg::PoolingNchwSumOp, linalg::PoolingNhwcSumOp>>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
