//===- ScaleChannelsAwq.cpp - salient channels smaller, and their weights larger --------------------===//

#include "EncodeWeights.h"
#include "ObservedInputs.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Rounding/Awq.h"
#include "nibble/Rounding/Gptq.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"

namespace nibble {
#define GEN_PASS_DEF_SCALECHANNELSAWQPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;
using numerics::GramLayout;
using reference::Tensor;

namespace {

/// The filter of one op that reads scaled channels.
class ScaledFilter {
public:
  static FailureOr<ScaledFilter> create(ContractionOpInterface op, const InputStatistics &seen) {
    ScaledFilter filter(op, *RowOrder::get(op));
    FailureOr<SmallVector<float>> gram = seen.getGram(op, filter.order, {op.getInput().getDefiningOp<ObserveOp>(), {}});
    if (failed(gram))
      return failure();
    filter.gram = std::move(*gram);
    return filter;
  }

  /// The squared error of the outputs when the filter, multiplied with the factors of channels, is rounded to nearest; nothing, with an
  /// error, when its scheme cannot be evaluated.
  std::optional<double> getError(ArrayRef<float> factors) const {
    SchemeAttr scheme = AssignedSchemes::get(op)->filter;
    Tensor scaled = scale(factors);
    FailureOr<reference::StoredParameters> parameters =
        reference::chooseParameters(op, scheme, scaled, ParameterChoice::AbsoluteMaximum);
    FailureOr<Tensor> codes = failed(parameters) ? FailureOr<Tensor>() : reference::encode(op, scheme, scaled, *parameters);
    FailureOr<Tensor> rounded =
        failed(codes) ? FailureOr<Tensor>() : reference::decode(op, scheme, *codes, *parameters, scaled.getType());
    if (failed(rounded))
      return std::nullopt;
    GramLayout layout{order.numGroups, order.rowLength};
    double error = 0;
    for (int64_t group = 0; group < layout.numGroups; ++group)
      for (int64_t span = 0; span < layout.getNumSpans(); ++span) {
        ArrayRef<float> triangle = ArrayRef(gram).slice(layout.getBegin(group, span), GramLayout::getTriangleSize(layout.getSpanSize(span)));
        error += rounding::getOutputError(getErrors(group, span * GramLayout::maxSpanSize, layout.getSpanSize(span), *rounded, factors),
                                          triangle);
      }
    return error;
  }

  /// Makes the op read a scaled input and the scaled filter.
  void apply(OpBuilder &builder, Value input, ArrayRef<float> factors) {
    builder.setInsertionPoint(op);
    OpOperand *weight = cast<QuantizableOpInterface>(op).getWeight()->operand;
    weight->set(arith::ConstantOp::create(builder, weight->get().getLoc(), cast<TypedAttr>(scale(factors).toAttribute())));
    op->setOperand(0, input);
  }

private:
  ScaledFilter(ContractionOpInterface op, RowOrder order)
      : op(op), order(std::move(order)), weights(*getConstantFloats(op.getFilter())) {}

  template <typename Function> void forEachElement(int64_t group, int64_t begin, int64_t size, Function function) const {
    int64_t numRows = order.numRows / order.numGroups;
    for (int64_t row = group * numRows; row < (group + 1) * numRows; ++row)
      for (int64_t place = begin; place < begin + size; ++place)
        function(order.getElement(row, place), order.getInputChannel(group, place));
  }

  Tensor scale(ArrayRef<float> factors) const {
    Tensor scaled = *Tensor::create(Float32Type::get(op->getContext()), order.shape);
    MutableArrayRef<float> elements = scaled.getMutableElements<float>();
    for (int64_t group = 0; group < order.numGroups; ++group)
      forEachElement(group, 0, order.rowLength,
                     [&](int64_t element, int64_t channel) { elements[element] = weights[element] * factors[channel]; });
    return scaled;
  }

  SmallVector<float> getErrors(int64_t group, int64_t begin, int64_t size, const Tensor &rounded, ArrayRef<float> factors) const {
    SmallVector<float> errors;
    ArrayRef<float> elements = rounded.getElements<float>();
    forEachElement(group, begin, size, [&](int64_t element, int64_t channel) {
      errors.push_back(weights[element] - elements[element] / factors[channel]);
    });
    return errors;
  }

  Operation *op;
  RowOrder order;
  SmallVector<float> weights, gram;
};

struct ScaleChannelsAwqPass : public WithModels<nibble::impl::ScaleChannelsAwqPassBase<ScaleChannelsAwqPass>> {
  using WithModels::WithModels;

  void runOnOperation() override {
    llvm::MapVector<Value, SmallVector<ContractionOpInterface>> readers = gatherReaders();
    if (readers.empty())
      return;
    FailureOr<InputStatistics> loaded = InputStatistics::load(getOperation(), statistics);
    if (failed(loaded))
      return signalPassFailure();
    for (auto &[value, ops] : readers)
      if (failed(scale(value, ops, *loaded)))
        return signalPassFailure();
  }

private:
  /// What keeps an op from reading a scaled input, worded for a user.
  static std::optional<std::string> findObstacle(QuantizableOpInterface op, const AssignedSchemes &schemes) {
    auto contraction = dyn_cast<ContractionOpInterface>(op.getOperation());
    if (auto obstacle = findWeightObstacle(op))
      return obstacle;
    if (schemes.input && schemes.input.isPerTensor())
      return "its input is stored with one scale, for what it was before scaling";
    if (!contraction || !RowOrder::get(contraction) || !contraction.getInput().getDefiningOp<ObserveOp>())
      return "there is no probe on its input";
    return std::nullopt;
  }

  llvm::MapVector<Value, SmallVector<ContractionOpInterface>> gatherReaders() {
    llvm::MapVector<Value, SmallVector<ContractionOpInterface>> readers;
    getOperation().walk([&](QuantizableOpInterface op) {
      auto schemes = AssignedSchemes::get(op);
      if (!schemes || !schemes->filter || schemes->channelScaling != ChannelScaling::Awq)
        return;
      if (auto obstacle = findObstacle(op, *schemes))
        remark::missed(op->getLoc(), remark::RemarkOpts::name("awq").category("nibble-quantize"))
            << "the channels that '" + getUserName(op) + "' reads are not scaled" << remark::reason("{0}", *obstacle);
      else
        readers[cast<ContractionOpInterface>(op.getOperation()).getInput()].push_back(cast<ContractionOpInterface>(op.getOperation()));
    });
    return readers;
  }

  LogicalResult scale(Value value, ArrayRef<ContractionOpInterface> ops, const InputStatistics &seen) {
    FailureOr<ArrayRef<float>> magnitudes = seen.getMagnitudes(value.getDefiningOp<ObserveOp>());
    if (failed(magnitudes))
      return failure();
    SmallVector<ScaledFilter> filters;
    for (ContractionOpInterface op : ops) {
      FailureOr<ScaledFilter> filter = ScaledFilter::create(op, seen);
      if (failed(filter))
        return failure();
      filters.push_back(std::move(*filter));
    }
    bool isEvaluated = true;
    rounding::ChannelFactors found = rounding::searchChannelFactors(*magnitudes, [&](ArrayRef<float> factors) {
      double sum = 0;
      for (const ScaledFilter &filter : filters) {
        std::optional<double> error = isEvaluated ? filter.getError(factors) : std::nullopt;
        isEvaluated = error.has_value();
        sum += error.value_or(0);
      }
      return sum;
    });
    if (isEvaluated && found.exponent != 0)
      apply(value, filters, found);
    return success(isEvaluated);
  }

  void apply(Value value, MutableArrayRef<ScaledFilter> filters, const rounding::ChannelFactors &found) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(value);
    SmallVector<float> reciprocals = llvm::map_to_vector(found.factors, [](float factor) { return 1 / factor; });
    Value scaled = createChannelProduct(builder, value.getLoc(), value, reciprocals);
    for (ScaledFilter &filter : filters)
      filter.apply(builder, scaled, found.factors);
    ++numScaled;
  }
};

} // namespace
