//===- EncodeWeightsGptq.cpp - weights as codes whose errors cancel on the data ---------------------===//

#include "EncodeWeights.h"
#include "ObservedInputs.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Rounding/Gptq.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Remarks.h"

namespace nibble {
#define GEN_PASS_DEF_ENCODEWEIGHTSGPTQPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;
using numerics::GramLayout;

namespace {

/// An op whose weights are to be rounded by its input.
struct Work {
  ContractionOpInterface op;
  RowOrder order;
  ObservedInput input;
};

/// Rounds the rows of one filter.
class FilterRounder {
public:
  FilterRounder(Work &work, reference::ElementEncoder &encoder, const rounding::GptqOptions &options)
      : order(work.order), weights(*getConstantFloats(work.op.getFilter())), encoder(encoder), options(options) {}

  LogicalResult round(ArrayRef<float> gram) {
    GramLayout layout{order.numGroups, order.rowLength};
    for (int64_t group = 0; group < layout.numGroups; ++group)
      for (int64_t span = 0; span < layout.getNumSpans(); ++span)
        roundSpan(group, span * GramLayout::maxSpanSize, layout.getSpanSize(span), gram.drop_front(layout.getBegin(group, span)));
    return success(hasEncoded);
  }

private:
  void roundSpan(int64_t group, int64_t begin, int64_t size, ArrayRef<float> gram) {
    int64_t numRows = order.numRows / order.numGroups, firstRow = group * numRows;
    SmallVector<float> rows;
    for (int64_t row = firstRow; row < firstRow + numRows; ++row)
      for (int64_t place = begin; place < begin + size; ++place)
        rows.push_back(weights[order.getElement(row, place)]);
    SmallVector<int64_t> elements(numRows);
    auto roundColumn = [&](int64_t column, MutableArrayRef<float> values) {
      for (auto [row, element] : llvm::enumerate(elements))
        element = order.getElement(firstRow + row, begin + column);
      hasEncoded = hasEncoded && succeeded(encoder.encode(elements, values));
    };
    rounding::roundByGptq(rows, gram.take_front(GramLayout::getTriangleSize(size)), options, roundColumn);
  }

  const RowOrder &order;
  SmallVector<float> weights;
  reference::ElementEncoder &encoder;
  const rounding::GptqOptions &options;
  bool hasEncoded = true;
};

struct EncodeWeightsGptqPass : public WithModels<nibble::impl::EncodeWeightsGptqPassBase<EncodeWeightsGptqPass>> {
  using WithModels::WithModels;

  void runOnOperation() override {
    SmallVector<Work> all = gatherWork();
    if (all.empty())
      return;
    if (!(damping >= 0) || blockSize < 1) {
      getOperation().emitError() << "expected a damping of at least 0 and blocks of at least one place, got " << damping.getValue()
                                 << " and " << blockSize.getValue();
      return signalPassFailure();
    }
    FailureOr<InputStatistics> loaded = InputStatistics::load(getOperation(), statistics);
    if (failed(loaded))
      return signalPassFailure();
    bool isComplete = true;
    for (Work &work : all)
      isComplete = succeeded(encode(work, *loaded)) && isComplete;
    if (!isComplete)
      signalPassFailure();
  }

private:
  SmallVector<Work> gatherWork() {
    SmallVector<Work> all;
    getOperation().walk([&](QuantizableOpInterface op) {
      auto schemes = AssignedSchemes::get(op);
      if (!schemes || !schemes->filter || schemes->roundBy == WeightRounding::Nearest || isEncoded(op, *schemes))
        return;
      auto contraction = dyn_cast<ContractionOpInterface>(op.getOperation());
      std::optional<RowOrder> order = contraction ? RowOrder::get(contraction) : std::nullopt;
      std::optional<ObservedInput> input = contraction ? ObservedInput::find(contraction.getInput()) : std::nullopt;
      if (std::optional<std::string> obstacle = findWeightObstacle(op))
        return roundToNearest(op, *obstacle);
      if (!order || !input)
        return roundToNearest(op, "there is no probe on its input");
      all.push_back({contraction, std::move(*order), std::move(*input)});
    });
    return all;
  }

  static void roundToNearest(Operation *op, StringRef rule) {
    remark::missed(op->getLoc(), remark::RemarkOpts::name("gptq").category("nibble-quantize"))
        << "the weights of '" + getUserName(op) + "' are not rounded by its input" << remark::reason("{0}", rule);
  }

  LogicalResult encode(Work &work, const InputStatistics &seen) {
    auto op = cast<QuantizableOpInterface>(work.op.getOperation());
    AssignedSchemes schemes = *AssignedSchemes::get(op);
    FailureOr<SmallVector<float>> gram = seen.getGram(work.op, work.order, work.input);
    FailureOr<reference::StoredParameters> parameters = chooseWeightParameters(op, schemes);
    if (failed(gram) || failed(parameters))
      return failure();
    FailureOr<reference::ElementEncoder> encoder =
        reference::ElementEncoder::create(op, schemes.filter, work.order.shape, *parameters);
    rounding::GptqOptions options{damping, blockSize, schemes.roundBy == WeightRounding::GptqActOrder};
    if (failed(encoder) || failed(FilterRounder(work, *encoder, options).round(*gram)))
      return failure();
    OpBuilder builder(op);
    setEncodedWeight(builder, op, schemes, encoder->getCodes(), *parameters);
    ++numEncoded;
    return success();
  }
};

} // namespace
