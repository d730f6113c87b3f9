//===- FoldChannelAffine.cpp - scales and shifts of channels into filter and bias -------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Reference/Tensor.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

namespace nibble {
#define GEN_PASS_DEF_FOLDCHANNELAFFINEPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// `scale[f] * x + shift[f]` for each output channel f.
struct ChannelAffine {
  SmallVector<double> scale, shift;

  bool isConstant() const { return llvm::all_of(scale, [](double factor) { return factor == 0; }); }
  bool isIdentityScale() const { return llvm::all_of(scale, [](double factor) { return factor == 1; }); }
  bool isFinite() const {
    return llvm::all_of(llvm::concat<const double>(scale, shift), [](double value) { return std::isfinite(value); });
  }
};

/// Reads the body of an elementwise op as an affine function of one of its inputs.
class ChannelAffineReader {
public:
  /// `x` is the block argument of the input; the other inputs are constants that vary with the last loop only.
  ChannelAffineReader(linalg::GenericOp op, Value x, int64_t numChannels) : op(op), x(x), numChannels(numChannels) {}

  std::optional<ChannelAffine> read(Value value) {
    if (value == x)
      return ChannelAffine{SmallVector<double>(numChannels, 1), SmallVector<double>(numChannels, 0)};
    FloatAttr scalar;
    if (matchPattern(value, m_Constant(&scalar)))
      return constant(SmallVector<double>(numChannels, scalar.getValueAsDouble()));
    if (auto argument = dyn_cast<BlockArgument>(value))
      return argument.getOwner() == op.getBody() ? readInput(op.getMatchingOpOperand(argument)) : std::nullopt;
    return TypeSwitch<Operation *, std::optional<ChannelAffine>>(value.getDefiningOp())
        .Case<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp>(
            [&](Operation *def) { return readBinary(def, read(def->getOperand(0)), read(def->getOperand(1))); })
        .Case<arith::NegFOp>([&](Operation *def) {
          return map(read(def->getOperand(0)), [](double scale, double shift) { return std::pair(-scale, -shift); });
        })
        .Case<math::SqrtOp>([&](Operation *def) {
          return mapConstant(read(def->getOperand(0)), [](double value) { return std::sqrt(value); });
        })
        .Case<math::RsqrtOp>([&](Operation *def) {
          return mapConstant(read(def->getOperand(0)), [](double value) { return 1 / std::sqrt(value); });
        })
        .Default([](Operation *) { return std::nullopt; });
  }

private:
  ChannelAffine constant(SmallVector<double> values) {
    return {SmallVector<double>(numChannels, 0), std::move(values)};
  }

  /// One element for each channel, or one for all.
  std::optional<ChannelAffine> readInput(OpOperand *input) {
    Attribute attribute;
    if (!input || !matchPattern(input->get(), m_Constant(&attribute)) || !isa<ElementsAttr>(attribute))
      return std::nullopt;
    AffineMap map = op.getMatchingIndexingMap(input);
    ArrayRef<int64_t> shape = cast<RankedTensorType>(input->get().getType()).getShape();
    for (auto [size, expr] : llvm::zip_equal(shape, map.getResults()))
      if (size != 1 && expr != getAffineDimExpr(op.getNumLoops() - 1, op.getContext()))
        return std::nullopt;
    FailureOr<reference::Tensor> tensor = reference::Tensor::get(cast<ElementsAttr>(attribute));
    if (failed(tensor) || (tensor->getNumElements() != 1 && tensor->getNumElements() != numChannels))
      return std::nullopt;
    SmallVector<double> values;
    for (int64_t channel = 0; channel < numChannels; ++channel)
      values.push_back(tensor->getFloat(tensor->getNumElements() == 1 ? 0 : channel));
    return constant(std::move(values));
  }

  template <typename Function>
  static std::optional<ChannelAffine> map(std::optional<ChannelAffine> form, Function function) {
    if (form)
      for (auto [scale, shift] : llvm::zip_equal(form->scale, form->shift))
        std::tie(scale, shift) = function(scale, shift);
    return form;
  }

  template <typename Function>
  static std::optional<ChannelAffine> mapConstant(std::optional<ChannelAffine> form, Function function) {
    if (!form || !form->isConstant())
      return std::nullopt;
    return map(form, [&](double, double value) { return std::pair(0.0, function(value)); });
  }

  static std::optional<ChannelAffine> readBinary(Operation *def, std::optional<ChannelAffine> a,
                                                 std::optional<ChannelAffine> b) {
    if (!a || !b)
      return std::nullopt;
    if (isa<arith::MulFOp>(def) && !b->isConstant())
      std::swap(a, b);
    if (isa<arith::MulFOp, arith::DivFOp>(def) && !b->isConstant())
      return std::nullopt;
    for (auto [scale, shift, otherScale, otherShift] : llvm::zip_equal(a->scale, a->shift, b->scale, b->shift)) {
      if (isa<arith::AddFOp>(def))
        std::tie(scale, shift) = std::pair(scale + otherScale, shift + otherShift);
      else if (isa<arith::SubFOp>(def))
        std::tie(scale, shift) = std::pair(scale - otherScale, shift - otherShift);
      else if (isa<arith::MulFOp>(def))
        std::tie(scale, shift) = std::pair(scale * otherShift, shift * otherShift);
      else
        std::tie(scale, shift) = std::pair(scale / otherShift, shift / otherShift);
    }
    return a;
  }

  linalg::GenericOp op;
  Value x;
  int64_t numChannels;
};

/// The f32 elements of a constant in new memory; fails for anything else.
FailureOr<reference::Tensor> copyF32Constant(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)) || !isa<ElementsAttr>(attribute) ||
      !getElementTypeOrSelf(value).isF32())
    return failure();
  FailureOr<reference::Tensor> tensor = reference::Tensor::get(cast<ElementsAttr>(attribute));
  if (failed(tensor))
    return failure();
  return tensor->clone();
}

Value createConstant(OpBuilder &builder, Location loc, const reference::Tensor &tensor) {
  return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(tensor.toAttribute()));
}

/// The contraction behind reshapes that leave the channels, its last dimension, alone.
Operation *findContraction(Value value) {
  Operation *def = value.getDefiningOp();
  while (isa_and_present<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(def)) {
    auto from = cast<RankedTensorType>(def->getOperand(0).getType());
    auto to = cast<RankedTensorType>(def->getResult(0).getType());
    if (!def->hasOneUse() || !from.getRank() || !to.getRank() || from.getShape().back() != to.getShape().back())
      return nullptr;
    def = def->getOperand(0).getDefiningOp();
  }
  auto contraction = dyn_cast_if_present<ContractionOpInterface>(def);
  if (!contraction || !def->getNumResults() || !def->hasOneUse() || !contraction.getEpilogue().empty() ||
      contraction.getInputSchemeAttr())
    return nullptr;
  return def;
}

struct FoldChannelAffine : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 || op.getNumLoops() == 0 ||
        op.getNumParallelLoops() != op.getNumLoops() || !op.getIndexingMapsArray().back().isIdentity())
      return rewriter.notifyMatchFailure(op, "expected an elementwise op");
    for (OpOperand *input : op.getDpsInputOperands()) {
      if (input->get().getType() != op->getResult(0).getType() || !op.getMatchingIndexingMap(input).isIdentity())
        continue;
      if (Operation *contraction = findContraction(input->get()))
        return foldInto(cast<ContractionOpInterface>(contraction), op, input, rewriter);
    }
    return rewriter.notifyMatchFailure(op, "expected the only use of a contraction");
  }

private:
  static LogicalResult foldInto(ContractionOpInterface contraction, linalg::GenericOp op, OpOperand *input,
                                PatternRewriter &rewriter) {
    int64_t numChannels = contraction.getNumChannels();
    ChannelAffineReader reader(op, op.getMatchingBlockArgument(input), numChannels);
    std::optional<ChannelAffine> form = reader.read(op.getBody()->getTerminator()->getOperand(0));
    if (!form || !form->isFinite())
      return rewriter.notifyMatchFailure(op, "expected an affine function with finite constants for each channel");

    // Everything is computed before anything is built: a pattern that fails must not change the program.
    FailureOr<std::optional<reference::Tensor>> filter = scaleFilter(contraction, *form);
    FailureOr<std::optional<reference::Tensor>> bias = shiftBias(contraction, *form);
    if (failed(filter) || failed(bias))
      return rewriter.notifyMatchFailure(op, "expected a constant filter and bias of f32");
    rewriter.setInsertionPoint(contraction);
    Location loc = contraction.getLoc();
    rewriter.modifyOpInPlace(contraction, [&] {
      TypeSwitch<Operation *>(contraction).Case<ConvOp, ContractOp>([&](auto typed) {
        if (*filter)
          typed.getFilterMutable().assign(createConstant(rewriter, typed.getFilter().getLoc(), **filter));
        if (*bias)
          typed.getBiasMutable().assign(createConstant(rewriter, loc, **bias));
      });
    });
    rewriter.replaceOp(op, input->get());
    return success();
  }

  /// The filter times the scale of the channel; nothing where all scales are 1.
  static FailureOr<std::optional<reference::Tensor>> scaleFilter(ContractionOpInterface contraction,
                                                                 const ChannelAffine &form) {
    if (form.isIdentityScale())
      return std::optional<reference::Tensor>();
    FailureOr<reference::Tensor> tensor = copyF32Constant(contraction.getFilter());
    if (failed(tensor))
      return failure();
    SmallVector<QuantizableOperand> operands =
        cast<QuantizableOpInterface>(contraction.getOperation()).getQuantizableOperands();
    int64_t stride = 1;
    for (int64_t size : tensor->getShape().drop_front(operands[1].channelAxis + 1))
      stride *= size;
    for (auto [i, element] : llvm::enumerate(tensor->getMutableElements<float>()))
      element = static_cast<float>(element * form.scale[i / stride % form.scale.size()]);
    return std::optional(*tensor);
  }

  /// `scale * bias + shift`; nothing where that is zero and there was no bias.
  static FailureOr<std::optional<reference::Tensor>> shiftBias(ContractionOpInterface contraction,
                                                               const ChannelAffine &form) {
    Value oldBias = contraction.getBias();
    if (!oldBias && llvm::all_of(form.shift, [](double shift) { return shift == 0; }))
      return std::optional<reference::Tensor>();
    FailureOr<reference::Tensor> tensor =
        oldBias ? copyF32Constant(oldBias)
                : reference::Tensor::create(contraction.getAccumulatorType(), contraction.getNumChannels());
    if (failed(tensor) || !tensor->getElementType().isF32())
      return failure();
    for (auto [i, element] : llvm::enumerate(tensor->getMutableElements<float>()))
      element = static_cast<float>((oldBias ? element * form.scale[i] : 0) + form.shift[i]);
    return std::optional(*tensor);
  }
};

struct FoldChannelAffinePass : public WithModels<nibble::impl::FoldChannelAffinePassBase<FoldChannelAffinePass>> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldChannelAffine>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
