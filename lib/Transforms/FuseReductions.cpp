//===- FuseReductions.cpp - sums of dequantized values as sums of codes -----------------------------===//

#include "AssignedSchemes.h"
#include "Epilogue.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include <limits>

namespace nibble {
#define GEN_PASS_DEF_FUSEREDUCTIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// A sum as a loop nest: the input and the result are indexed by maps of the loops; the innermost loop runs over channels.
struct SumNest {
  AffineMap input, result;
  SmallVector<utils::IteratorType> iterators;
  /// How many elements are added for one element of the result.
  int64_t numTerms = 1;
  /// The shape of a pooling window, which gives two loops their sizes; empty otherwise.
  SmallVector<int64_t> window;
  AffineMap windowMap;
};

SumNest describePooling(linalg::PoolingNhwcSumOp op) {
  MLIRContext *context = op.getContext();
  AffineExpr n, oh, ow, kh, kw, c;
  bindDims(context, n, oh, ow, kh, kw, c);
  auto strides = llvm::to_vector(op.getStrides().getValues<int64_t>());
  auto dilations = llvm::to_vector(op.getDilations().getValues<int64_t>());
  SumNest nest;
  nest.input =
      AffineMap::get(6, 0, {n, oh * strides[0] + kh * dilations[0], ow * strides[1] + kw * dilations[1], c}, context);
  nest.result = AffineMap::get(6, 0, {n, oh, ow, c}, context);
  nest.windowMap = AffineMap::get(6, 0, {kh, kw}, context);
  nest.window = llvm::to_vector(cast<RankedTensorType>(op.getInputs()[1].getType()).getShape());
  nest.numTerms = nest.window[0] * nest.window[1];
  auto parallel = utils::IteratorType::parallel, reduction = utils::IteratorType::reduction;
  nest.iterators = {parallel, parallel, parallel, reduction, reduction, parallel};
  return nest;
}

SumNest describe(linalg::LinalgOp op) {
  if (auto pooling = dyn_cast<linalg::PoolingNhwcSumOp>(op.getOperation()))
    return describePooling(pooling);
  SumNest nest;
  nest.input = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  nest.result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  nest.iterators = op.getIteratorTypesArray();
  for (auto [size, iterator] : llvm::zip_equal(op.getStaticLoopRanges(), nest.iterators))
    if (iterator == utils::IteratorType::reduction)
      nest.numTerms *= size;
  return nest;
}

bool startsFromZero(linalg::LinalgOp op) {
  auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  return fill && (matchPattern(fill.value(), m_PosZeroFloat()) || matchPattern(fill.value(), m_NegZeroFloat()));
}

/// sum of (code - zero point) in i32; the zero points are what the sum starts from.
Value createSum(IRRewriter &rewriter, Location loc, const QuantizedTensor &input, const SumNest &nest,
                ArrayRef<int64_t> resultShape) {
  Type i32 = rewriter.getI32Type();
  auto start = static_cast<int32_t>(-nest.numTerms * input.zeroPoint);
  Value init = linalg::FillOp::create(rewriter, loc,
                                      arith::ConstantOp::create(rewriter, loc, rewriter.getI32IntegerAttr(start)).getResult(),
                                      tensor::EmptyOp::create(rewriter, loc, resultShape, i32).getResult())
                   .getResult(0);
  SmallVector<Value> inputs = {input.codes};
  SmallVector<AffineMap> maps = {nest.input};
  if (!nest.window.empty()) {
    inputs.push_back(tensor::EmptyOp::create(rewriter, loc, nest.window, rewriter.getI8Type()));
    maps.push_back(nest.windowMap);
  }
  maps.push_back(nest.result);
  auto sum = linalg::GenericOp::create(
      rewriter, loc, init.getType(), inputs, init, maps, nest.iterators,
      [&](OpBuilder &body, Location bodyLoc, ValueRange arguments) {
        Value code = arguments.front();
        Value wide = input.scheme.isSigned() ? arith::ExtSIOp::create(body, bodyLoc, i32, code).getResult()
                                             : arith::ExtUIOp::create(body, bodyLoc, i32, code).getResult();
        linalg::YieldOp::create(body, bodyLoc,
                                arith::AddIOp::create(body, bodyLoc, arguments.back(), wide).getResult());
      });
  return sum.getResult(0);
}

/// The epilogue of a sum as an elementwise op over the sums.
Value createElementwise(IRRewriter &rewriter, Location loc, Value sum, const EpilogueSpec &spec) {
  Region epilogue;
  SmallVector<Value> inputs = {sum};
  llvm::append_range(inputs, buildEpilogue(rewriter, loc, spec, epilogue));
  auto sumType = cast<RankedTensorType>(sum.getType());
  int64_t rank = sumType.getRank();
  SmallVector<AffineMap> maps;
  for (Value input : inputs) {
    int64_t inputRank = cast<RankedTensorType>(input.getType()).getRank();
    AffineMap identity = rewriter.getMultiDimIdentityMap(rank);
    maps.push_back(inputRank == rank ? identity : identity.getMinorSubMap(inputRank));
  }
  maps.push_back(rewriter.getMultiDimIdentityMap(rank));
  Type element = spec.result ? spec.result->scheme.getStorageElementType() : Type(rewriter.getF32Type());
  Value init = tensor::EmptyOp::create(rewriter, loc, sumType.getShape(), element);
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(rewriter, loc, init.getType(), inputs, init, maps, iterators);
  generic.getRegion().takeBody(epilogue);
  Block &body = generic.getRegion().front();
  body.addArgument(element, loc);
  OpBuilder::InsertionGuard guard(rewriter);
  auto yield = cast<YieldOp>(body.getTerminator());
  rewriter.setInsertionPoint(yield);
  rewriter.replaceOpWithNewOp<linalg::YieldOp>(yield, yield.getValue());
  return generic.getResult(0);
}

/// Rewrites a group whose root adds up dequantized values. Returns whether it did.
bool fuseGroup(IRRewriter &rewriter, const FusionGroup &group) {
  auto root = cast<linalg::LinalgOp>(group.root);
  std::optional<QuantizedTensor> input = matchDequantized(group.root->getOperand(0));
  if (!input || !input->scheme.isPerTensor() || input->scheme.getNumBits() != 8 || !startsFromZero(root))
    return false;
  SumNest nest = describe(root);
  // Codes and zero points have 8 bits.
  if (nest.numTerms > std::numeric_limits<int32_t>::max() / 512)
    return false;
  EpilogueSpec spec{&group, {double(input->scales.front())}, {}, std::nullopt, /*isIntegerSum=*/true};
  Operation *last = group.getResult().getDefiningOp();
  QuantizeOp quantize = findResultQuantize(group);
  if (quantize) {
    spec.result = matchQuantize(quantize);
    last = quantize;
  }
  rewriter.setInsertionPoint(last);
  Location loc = group.root->getLoc();
  remark::missed(loc, remark::RemarkOpts::name("sums-apart").category("nibble-fuse"))
      << "'" + getUserName(group.root) + "' is a tensor of sums in i32 and an op that reads it"
      << remark::reason("a reduction has no epilogue; nibble-localize-reductions computes both tile by tile")
      << remark::metric("Bytes", 4 * cast<ShapedType>(group.root->getResult(0).getType()).getNumElements());
  Value sum = createSum(rewriter, loc, *input, nest,
                        cast<RankedTensorType>(group.root->getResult(0).getType()).getShape());
  rewriter.replaceOp(last, createElementwise(rewriter, loc, sum, spec));
  eraseGroup(rewriter, group, /*includingLast=*/static_cast<bool>(quantize));
  return true;
}

struct FuseReductionsPass : public WithModels<nibble::impl::FuseReductionsPassBase<FuseReductionsPass>> {
  void runOnOperation() override {
    FusionGroups groups(getOperation());
    IRRewriter rewriter(&getContext());
    for (const auto &group : groups.getGroups())
      if (group->kind == FusionGroup::Kind::Reduction && fuseGroup(rewriter, *group))
        ++numFused;
  }
};

} // namespace
