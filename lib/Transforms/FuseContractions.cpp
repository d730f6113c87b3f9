//===- FuseContractions.cpp - contractions with everything behind them in one op --------------------===//

#include "AssignedSchemes.h"
#include "Epilogue.h"
#include "QuantizeFilter.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/Support/FormatVariadic.h"
#include <limits>

namespace nibble {
#define GEN_PASS_DEF_FUSECONTRACTIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// The operands of a contraction in integers.
struct IntegerOperands {
  QuantizedTensor input, filter;
  /// One for each channel, in units of the accumulator; empty without bias.
  SmallVector<int64_t> bias;

  double getAccumulatorScale(int64_t channel) const {
    return double(input.scales.front()) * double(filter.scales[filter.scales.size() == 1 ? 0 : channel]);
  }
};

/// The largest |sum + bias| over the channels; the channel is the only dimension that the filter's scheme splits, or the last.
int64_t getAccumulatorBound(const IntegerOperands &operands, ArrayRef<int8_t> codes, int64_t channelStride,
                            int64_t numChannels) {
  SmallVector<int64_t> sums(numChannels, 0);
  for (auto [index, code] : llvm::enumerate(codes))
    sums[index / channelStride % numChannels] += std::abs(int64_t(code));
  const SchemeAttr scheme = operands.input.scheme;
  int64_t span = std::max(scheme.getMaxCode() - operands.input.zeroPoint, operands.input.zeroPoint - scheme.getMinCode());
  int64_t bound = 0;
  for (auto [channel, sum] : llvm::enumerate(sums))
    bound = std::max(bound, sum * span + (operands.bias.empty() ? 0 : std::abs(operands.bias[channel])));
  return bound;
}

/// The integer operands of a contraction of dequantized values; nothing when it is one of floats. What stands in the way of an
/// integer form is written to `obstacle`.
std::optional<IntegerOperands> matchIntegerOperands(ContractionOpInterface op, std::string &obstacle) {
  std::optional<QuantizedTensor> input = matchDequantized(op.getInput()), filter = matchDequantized(op.getFilter());
  if (!input || !filter)
    return std::nullopt;
  std::optional<SmallVector<int8_t>> codes = getConstantBytes(filter->codes);
  int64_t axis = -1;
  for (const QuantizableOperand &operand : cast<QuantizableOpInterface>(op.getOperation()).getQuantizableOperands())
    if (operand.role == OperandRole::Weight)
      axis = operand.channelAxis;
  // The operand is a dequantize, so that only its scheme tells a weight from an activation.
  ArrayRef<int64_t> shape = cast<RankedTensorType>(filter->codes.getType()).getShape();
  std::optional<int64_t> split = filter->scheme.getChannelAxis();
  if (split)
    axis = *split;
  else if (axis < 0)
    axis = shape.size() - 1;
  bool isByte = input->scheme.getNumBits() == 8 && filter->scheme.getNumBits() == 8 && filter->scheme.isSigned();
  if (!codes)
    obstacle = "its filter is computed at run time";
  else if (!isByte || !input->scheme.isPerTensor() || !(filter->scheme.isPerTensor() || split) || filter->zeroPoint != 0 ||
           shape[axis] != op.getNumChannels())
    obstacle = "its schemes have no integer form";
  if (!obstacle.empty())
    return std::nullopt;

  IntegerOperands operands{*input, *filter, {}};
  if (Value value = op.getBias()) {
    std::optional<SmallVector<float>> bias = getConstantFloats(value);
    if (!bias) {
      obstacle = "its bias is computed at run time";
      return std::nullopt;
    }
    for (auto [channel, element] : llvm::enumerate(*bias))
      operands.bias.push_back(quantizeBias(element, operands.input.scales.front(),
                                           operands.filter.scales[operands.filter.scales.size() == 1 ? 0 : channel]));
  }
  int64_t stride = 1;
  for (int64_t size : shape.drop_front(axis + 1))
    stride *= size;
  int64_t bound = getAccumulatorBound(operands, *codes, stride, shape[axis]);
  if (bound > std::numeric_limits<int32_t>::max()) {
    obstacle = llvm::formatv("sums of up to {0} do not fit a 32-bit accumulator", bound).str();
    return std::nullopt;
  }
  return operands;
}

/// Rewrites one group.
class GroupFuser {
public:
  GroupFuser(IRRewriter &rewriter, const FusionGroup &group)
      : rewriter(rewriter), group(group), op(cast<ContractionOpInterface>(group.root)), loc(op.getLoc()) {}

  /// Whether the group became an integer op.
  bool run() {
    std::string obstacle;
    std::optional<IntegerOperands> integer = matchIntegerOperands(op, obstacle);
    if (!obstacle.empty())
      leaveFloat(op, obstacle);
    if (!integer && group.chain.empty())
      return false;
    EpilogueSpec spec{&group, {}, std::nullopt};
    Operation *last = group.getResult().getDefiningOp();
    if (integer) {
      for (int64_t channel = 0; channel < op.getNumChannels(); ++channel)
        spec.accumulatorScales.push_back(integer->getAccumulatorScale(channel));
      if (QuantizeOp quantize = findResultQuantize(group)) {
        spec.result = matchQuantize(quantize);
        last = quantize;
      }
    }
    rewriter.setInsertionPoint(last);
    Operation *fused = create(spec, integer);
    bool endsWithQuantize = last != group.getResult().getDefiningOp();
    rewriter.replaceOp(last, fused->getResults());
    eraseGroup(rewriter, group, /*includingLast=*/endsWithQuantize);
    return integer.has_value();
  }

private:
  Operation *create(const EpilogueSpec &spec, const std::optional<IntegerOperands> &integer) {
    Region epilogue;
    SmallVector<Value> epilogueOperands = buildEpilogue(rewriter, loc, spec, epilogue);
    Type element = spec.result ? spec.result->scheme.getStorageElementType() : Type(rewriter.getF32Type());
    auto type = cast<RankedTensorType>(op->getResult(0).getType()).clone(element);
    Value init = tensor::EmptyOp::create(rewriter, loc, type.getShape(), element);

    // Everything of the op but its operands stays.
    Operation *fused = rewriter.clone(*op);
    if (auto conv = dyn_cast<ConvOp>(fused))
      setOperands(conv, epilogueOperands, init, integer);
    else
      setOperands(cast<ContractOp>(fused), epilogueOperands, init, integer);
    cast<ContractionOpInterface>(fused).getEpilogue().takeBody(epilogue);
    fused->getResult(0).setType(type);
    if (integer)
      fused->removeAttr(schemesAttrName);
    return fused;
  }

  template <typename Contraction>
  void setOperands(Contraction fused, ArrayRef<Value> epilogueOperands, Value init,
                   const std::optional<IntegerOperands> &integer) {
    fused.getEpilogueOperandsMutable().assign(epilogueOperands);
    fused.getInitMutable().assign(init);
    if (!integer)
      return;
    fused.getInputMutable().assign(integer->input.codes);
    fused.getFilterMutable().assign(integer->filter.codes);
    fused.setInputSchemeAttr(integer->input.scheme);
    fused.setFilterSchemeAttr(integer->filter.scheme);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(fused);
    if (!integer->bias.empty()) {
      auto bias = llvm::map_to_vector(integer->bias, [](int64_t value) { return static_cast<int32_t>(value); });
      auto type = RankedTensorType::get({op.getNumChannels()}, rewriter.getI32Type());
      Value constant = arith::ConstantOp::create(rewriter, loc, DenseElementsAttr::get(type, ArrayRef(bias)));
      fused.getBiasMutable().assign(constant);
    }
    if (integer->input.scheme.getZeroPoint() == ZeroPointKind::Integer) {
      Value zeroPoint =
          arith::ConstantOp::create(rewriter, loc, rewriter.getI32IntegerAttr(integer->input.zeroPoint));
      fused.getInputZeroPointMutable().assign(zeroPoint);
    }
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
