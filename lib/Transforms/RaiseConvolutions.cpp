//===- RaiseConvolutions.cpp - linalg convolutions to nibble.conv -----------------------------------===//

#include "Layout.h"
#include "RaiseContractions.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

namespace {

/// The order of dimensions in a linalg convolution, one letter for each: n batch, h and w space, g group, c input channel
/// within its group, f output channel within its group. Where an operand has g but neither c nor f, a group has one channel.
struct ConvolutionLayout {
  StringLiteral opName, input, filter, result;
  /// Of codes, with the zero points of input and filter as further operands.
  bool isQuantized = false;
};

constexpr ConvolutionLayout convolutionLayouts[] = {
    {"linalg.conv_2d_nchw_fchw", "nchw", "fchw", "nfhw"},
    {"linalg.conv_2d_ngchw_fgchw", "ngchw", "fgchw", "ngfhw"},
    {"linalg.conv_2d_ngchw_gfchw", "ngchw", "gfchw", "ngfhw"},
    {"linalg.conv_2d_nhwc_fhwc", "nhwc", "fhwc", "nhwf"},
    {"linalg.conv_2d_nhwc_hwcf", "nhwc", "hwcf", "nhwf"},
    {"linalg.conv_2d_nhwgc_gfhwc", "nhwgc", "gfhwc", "nhwgf"},
    {"linalg.depthwise_conv_2d_nchw_chw", "nghw", "ghw", "nghw"},
    {"linalg.depthwise_conv_2d_nhwc_hwc", "nhwg", "hwg", "nhwg"},
    {"linalg.depthwise_conv_2d_nhwc_hwcm", "nhwg", "hwgf", "nhwgf"},
    {"linalg.conv_2d_nchw_fchw_q", "nchw", "fchw", "nfhw", true},
    {"linalg.conv_2d_ngchw_gfchw_q", "ngchw", "gfchw", "ngfhw", true},
    {"linalg.conv_2d_nhwc_fhwc_q", "nhwc", "fhwc", "nhwf", true},
    {"linalg.conv_2d_nhwc_hwcf_q", "nhwc", "hwcf", "nhwf", true},
    {"linalg.conv_2d_nhwgc_gfhwc_q", "nhwgc", "gfhwc", "nhwgf", true},
    {"linalg.depthwise_conv_2d_nhwc_hwc_q", "nhwg", "hwg", "nhwg", true},
    {"linalg.depthwise_conv_2d_nhwc_hwcm_q", "nhwg", "hwgf", "nhwgf", true},
};

const ConvolutionLayout *findConvolutionLayout(Operation *op, bool isQuantized) {
  const auto *found = llvm::find_if(convolutionLayouts, [&](const ConvolutionLayout &layout) {
    return layout.opName == op->getName().getStringRef() && layout.isQuantized == isQuantized;
  });
  return found == std::end(convolutionLayouts) ? nullptr : found;
}

/// A value whose dimensions have letters, while it is brought into another order.
class LetteredValue {
public:
  LetteredValue(OpBuilder &builder, Location loc, Value value, StringRef letters)
      : builder(builder), loc(loc), value(value), letters(letters) {}

  Value get() const { return value; }

  /// Makes one dimension `minor` of group and channel where they are neighbours; a lone group is renamed.
  void mergeGroup(char minor) {
    size_t group = letters.find('g');
    if (group == std::string::npos)
      return;
    if (letters.find(minor) == std::string::npos) {
      letters[group] = minor;
      return;
    }
    if (group + 1 == letters.size() || letters[group + 1] != minor)
      return;
    SmallVector<int64_t> shape(getShape());
    shape[group] *= shape[group + 1];
    shape.erase(shape.begin() + group + 1);
    value = createReshape(builder, loc, value, shape);
    letters.erase(group, 1);
  }

  /// The inverse of mergeGroup for a value that is to have the dimensions `goal` in this order.
  void splitGroup(StringRef goal, char minor, int64_t numGroups) {
    size_t group = goal.find('g');
    if (group == StringRef::npos)
      return;
    size_t channel = letters.find(minor);
    if (goal.contains(minor)) {
      SmallVector<int64_t> shape(getShape());
      shape[channel] /= numGroups;
      shape.insert(shape.begin() + channel, numGroups);
      value = createReshape(builder, loc, value, shape);
      letters.insert(channel, 1, 'g');
    } else {
      letters[channel] = 'g';
    }
  }

  /// Orders the dimensions as `goal` does; letters that the value lacks are skipped.
  void reorder(StringRef goal) {
    SmallVector<int64_t> permutation;
    std::string reordered;
    for (char letter : goal) {
      size_t position = letters.find(letter);
      if (position == std::string::npos)
        continue;
      permutation.push_back(position);
      reordered.push_back(letter);
    }
    value = createTranspose(builder, loc, value, permutation);
    letters = reordered;
  }

  /// Inserts a dimension of size 1 at `position` unless the value has that letter.
  void addUnitDim(char letter, size_t position) {
    if (letters.find(letter) != std::string::npos)
      return;
    SmallVector<int64_t> shape(getShape());
    shape.insert(shape.begin() + position, 1);
    value = createReshape(builder, loc, value, shape);
    letters.insert(position, 1, letter);
  }

private:
  ArrayRef<int64_t> getShape() const { return cast<RankedTensorType>(value.getType()).getShape(); }

  OpBuilder &builder;
  Location loc;
  Value value;
  std::string letters;
};

int64_t sizeOf(Value value, StringRef letters, char letter) {
  size_t position = letters.find(letter);
  return position == StringRef::npos ? 1 : cast<ShapedType>(value.getType()).getDimSize(position);
}

/// Float convolutions, or those of codes with sums of i32.
struct RaiseConvolution : public OpInterfaceRewritePattern<linalg::LinalgOp> {
  RaiseConvolution(MLIRContext *context, bool isQuantized) : OpInterfaceRewritePattern(context), isQuantized(isQuantized) {}

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    const ConvolutionLayout *layout = findConvolutionLayout(op, isQuantized);
    if (!layout)
      return failure();
    auto resultType = dyn_cast_if_present<RankedTensorType>(op->getNumResults() ? op->getResult(0).getType() : Type());
    if (!resultType || op.hasDynamicShape() ||
        (isQuantized ? !isSumOfCodes(op) : !isa<FloatType>(resultType.getElementType())))
      return rewriter.notifyMatchFailure(op, "expected a convolution of static tensors of floats or codes");
    // A bias of [groups, channels of a group] does not occur.
    size_t channelDim = layout->result.find(layout->result.contains('f') ? 'f' : 'g');
    FailureOr<Value> bias = matchContractionStart(op.getDpsInits()[0], channelDim);
    if (failed(bias) || (*bias && resultType.getRank() != 4))
      return rewriter.notifyMatchFailure(op, "expected the sum to start from zero or from a bias");
    int64_t groups = sizeOf(op->getOperand(0), layout->input, 'g');

    Location loc = op.getLoc();
    LetteredValue input(rewriter, loc, op->getOperand(0), layout->input);
    input.mergeGroup('c');
    input.reorder("nhwc");
    LetteredValue filter(rewriter, loc, op->getOperand(1), layout->filter);
    filter.mergeGroup('f');
    filter.reorder("hwcgf");
    filter.mergeGroup('f');
    filter.addUnitDim('c', 2);

    int64_t features = sizeOf(op->getResult(0), layout->result, 'g') * sizeOf(op->getResult(0), layout->result, 'f');
    auto convType = resultType.clone({sizeOf(op->getResult(0), layout->result, 'n'),
                                      sizeOf(op->getResult(0), layout->result, 'h'),
                                      sizeOf(op->getResult(0), layout->result, 'w'), features});
    SignedCodes inputCodes, filterCodes;
    if (isQuantized) {
      inputCodes = SignedCodes(op->getOperand(0), op->getOperand(2));
      filterCodes = SignedCodes(op->getOperand(1), op->getOperand(3));
    }
    auto conv = ConvOp::create(rewriter, loc, convType, input.get(), filter.get(), *bias, inputCodes.zeroPoint,
                               filterCodes.zeroPoint, mlir::ValueRange(), Value(), mlir::ValueRange(), createEmpty(rewriter, loc, convType),
                               inputCodes.scheme, filterCodes.scheme, DenseI64ArrayAttr(),
                               getWindowAttr(op, "strides"), getWindowAttr(op, "dilations"),
                               rewriter.getDenseI64ArrayAttr({0, 0, 0, 0}), rewriter.getI64IntegerAttr(groups));
    LetteredValue result(rewriter, loc, conv->getResult(0), "nhwf");
    std::string mergedOrder = layout->result.str();
    if (layout->result.contains('f'))
      llvm::erase(mergedOrder, 'g');
    else
      llvm::replace(mergedOrder, 'g', 'f');
    result.reorder(mergedOrder);
    result.splitGroup(layout->result, 'f', groups);
    rewriter.replaceOp(op, result.get());
    return success();
  }

private:
  bool isQuantized;

  /// linalg keeps strides and dilations as a dense vector of two, absent for 1.
  static DenseI64ArrayAttr getWindowAttr(Operation *op, StringRef name) {
    SmallVector<int64_t> values = {1, 1};
    if (auto attr = op->getAttrOfType<DenseIntElementsAttr>(name))
      values = llvm::to_vector(attr.getValues<int64_t>());
    return DenseI64ArrayAttr::get(op->getContext(), values);
  }
};

/// A tensor.pad with zeros of height and width, possibly behind a transpose, becomes padding of the convolution.
struct FoldPadIntoConvolution : public OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    if (op.getInputSchemeAttr())
      return failure();
    auto transpose = op.getInput().getDefiningOp<linalg::TransposeOp>();
    auto pad = (transpose ? transpose.getInput() : op.getInput()).getDefiningOp<tensor::PadOp>();
    if (!pad || llvm::any_of(llvm::concat<const int64_t>(pad.getStaticLow(), pad.getStaticHigh()), ShapedType::isDynamic))
      return failure();
    Value paddingValue = pad.getConstantPaddingValue();
    if (!paddingValue || !matchPattern(paddingValue, m_AnyZeroFloat()))
      return rewriter.notifyMatchFailure(op, "expected padding with zero");
    SmallVector<int64_t> low(pad.getStaticLow()), high(pad.getStaticHigh());
    if (transpose) {
      low = applyPermutation(low, transpose.getPermutation());
      high = applyPermutation(high, transpose.getPermutation());
    }
    if (low[0] || high[0] || low[3] || high[3])
      return rewriter.notifyMatchFailure(op, "expected padding of height and width only");
    SmallVector<int64_t> padding(op.getPadding());
    for (int dim : {0, 1}) {
      padding[2 * dim] += low[1 + dim];
      padding[2 * dim + 1] += high[1 + dim];
    }
    if (llvm::any_of(padding, [](int64_t size) { return size < 0; }))
      return rewriter.notifyMatchFailure(op, "expected padding that does not cut");
    Value input = pad.getSource();
    if (transpose)
      input = createTranspose(rewriter, transpose.getLoc(), input, transpose.getPermutation());
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(input);
      op.setPadding(padding);
    });
    return success();
  }
};

} // namespace

void nibble::populateRaiseConvolutionPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldPadIntoConvolution>(patterns.getContext());
  patterns.add<RaiseConvolution>(patterns.getContext(), /*isQuantized=*/false);
}

void nibble::populateRaiseQuantizedConvolutionPatterns(RewritePatternSet &patterns) {
  patterns.add<RaiseConvolution>(patterns.getContext(), /*isQuantized=*/true);
}
