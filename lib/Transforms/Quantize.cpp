//===- Quantize.cpp - codes for weights and for the values between integer ops ----------------------===//

#include "BiasCorrection.h"
#include "EncodeWeights.h"
#include "IntegerForm.h"
#include "QuantizationPlan.h"
#include "QuantizedTensor.h"
#include "RowCodes.h"
#include "RowScales.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nibble {
#define GEN_PASS_DEF_QUANTIZEPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

constexpr StringLiteral remarkCategory = "nibble-quantize";

/// Takes the probes out; what they saw stays with the values.
ValueStatistics removeObservers(func::FuncOp function) {
  ValueStatistics statistics;
  SmallVector<ObserveOp> observers;
  function.walk([&](ObserveOp op) {
    if (op.getResult())
      observers.push_back(op);
  });
  for (ObserveOp op : observers) {
    if (op.getStatisticsAttr())
      statistics[op.getInput()] = op.getStatisticsAttr();
    op.getResult().replaceAllUsesWith(op.getInput());
    op.erase();
  }
  return statistics;
}

/// Rewrites a function by its plan.
class Quantizer {
public:
  Quantizer(func::FuncOp function, const QuantizationPlan &plan, const ValueStatistics &statistics)
      : builder(function.getContext()), plan(plan), statistics(statistics) {}

  LogicalResult run() {
    for (Operation *op : plan.getIntegerContractions())
      if (failed(quantizeWeights(cast<QuantizableOpInterface>(op))))
        return failure();
    for (Value value : plan.getStoredValues())
      store(value);
    for (Operation *op : plan.getFloatOpsBetween())
      remark::missed(op->getLoc(), remark::RemarkOpts::name("float-between").category(remarkCategory))
          << "'" + getUserName(op) + "' runs in float between integer ops"
          << remark::reason("'{0}' has no form on codes", op->getName().getStringRef())
          << remark::metric("Elements", cast<ShapedType>(op->getResult(0).getType()).getNumElements());
    return success();
  }

  unsigned numRequantized = 0;

private:
  /// The parameters in which an activation of an integer contraction arrives.
  StorageParams getInputParams(QuantizableOpInterface op, Value activation) {
    StorageParams params = plan.getParams(activation);
    AssignedSchemes schemes = *AssignedSchemes::get(op);
    if (params.scheme == schemes.input)
      return params;
    return plan.chooseParams(activation, {schemes.input, schemes.calibrator});
  }

  /// The bias, and what makes up for the errors of the weights in the mean; empty when there is neither. An op of another
  /// dialect keeps the bias that it has: how its weight lies and whether it could take a bias is not known.
  SmallVector<float> getCorrectedBias(QuantizableOpInterface op, const FilterQuantizer &filter) const {
    SmallVector<float> bias;
    if (Value value = op.getBiasValue())
      bias = *getConstantFloats(value);
    auto contraction = dyn_cast<ContractionOpInterface>(op.getOperation());
    if (!contraction)
      return bias;
    StatisticsAttr seen = statistics.lookup(contraction.getInput());
    auto means = dyn_cast_if_present<DenseElementsAttr>(seen ? seen.getMeans() : ElementsAttr());
    if (!means)
      return bias;
    SmallVector<double> factors = getMeanFactors(contraction, llvm::to_vector(means.getValues<float>()));
    if (factors.empty())
      return bias;
    bias.resize(filter.getNumChannels(), 0.0f);
    for (auto [element, shift] : llvm::zip_equal(bias, filter.getWeightedErrors(factors)))
      element = static_cast<float>(double(element) + shift);
    return bias;
  }

  /// Gives the op a bias of whole accumulator units, which its scales may have to be raised for.
  void quantizeBias(QuantizableOpInterface op, FilterQuantizer &filter, float inputScale) {
    SmallVector<float> bias = getCorrectedBias(op, filter);
    if (bias.empty())
      return;
    if (unsigned numRaised = filter.fitScalesToBias(bias, inputScale))
      remark::analysis(op.getLoc(), remark::RemarkOpts::name("raised-scale").category(remarkCategory))
          << "'" + getUserName(op) + "' has raised weight scales"
          << remark::reason("the bias of {0} channels would not fit 32 bits", numRaised);
    for (auto [channel, element] : llvm::enumerate(bias)) {
      float scale = filter.getScale(channel);
      element = static_cast<float>(double(nibble::quantizeBias(element, inputScale, scale)) * double(inputScale) *
                                   double(scale));
    }
    auto type = RankedTensorType::get({filter.getNumChannels()}, builder.getF32Type());
    Value old = op.getBiasValue();
    Value constant = arith::ConstantOp::create(builder, old ? old.getLoc() : op.getLoc(),
                                               DenseElementsAttr::get(type, ArrayRef(bias)));
    if (old)
      return op.getOperandsWithRole(OperandRole::Bias).front().operand->set(constant);
    llvm::TypeSwitch<Operation *>(op).Case<ConvOp, ContractOp>(
        [&](auto typed) { typed.getBiasMutable().assign(constant); });
  }

  /// Codes of the filter, and a bias to suit them where both are integers that one multiplication scales.
  LogicalResult quantizeWeights(QuantizableOpInterface op) {
    // A product of two activations has none, and a weight may be encoded.
    if (!op.getWeight())
      return success();
    AssignedSchemes schemes = *AssignedSchemes::get(op);
    if (!isByteFilter(schemes.filter, op.getWeight()->channelAxis))
      return encodeWeights(builder, op, schemes);
    OpOperand *activation = op.getOperandsWithRole(OperandRole::Activation).front().operand;
    StorageParams input = getInputParams(op, activation->get());
    FilterQuantizer filter = createFilterQuantizer(op, schemes.filter);
    if (schemes.scaleBy != ParameterChoice::AbsoluteMaximum) {
      FailureOr<reference::StoredParameters> chosen = chooseWeightParameters(op, schemes);
      if (failed(chosen))
        return failure();
      filter.setScales(chosen->scales.front().getElements<float>());
    }
    builder.setInsertionPoint(op);
    quantizeBias(op, filter, input.scale);
    OpOperand *weight = op.getWeight()->operand;
    auto type = cast<RankedTensorType>(weight->get().getType());
    auto codeType = type.clone(schemes.filter.getStorageElementType());
    Location loc = weight->get().getLoc();
    Value codes =
        arith::ConstantOp::create(builder, loc, createByteElements(codeType, filter.encode(), getUserName(op)));
    auto [scale, zeroPoint] = createParams(builder, loc, schemes.filter, type.getShape(), filter.getScales(), 0);
    weight->set(DequantizeOp::create(builder, loc, type, codes, scale, zeroPoint, schemes.filter));
    return success();
  }

  /// Puts nibble.quantize and nibble.dequantize between a value and the consumers that read its codes.
  void store(Value value) {
    const StorageParams &params = plan.getParams(value);
    Location loc = value.getLoc();
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<OpOperand *> uses;
    // A consumer may read the value in its region.
    Block *block = value.getParentBlock();
    for (OpOperand &use : value.getUses())
      if (plan.readsCodes(block->findAncestorOpInBlock(*use.getOwner()), value))
        uses.push_back(&use);
    builder.setInsertionPointAfterValue(value);
    auto [scale, zeroPoint] = createParams(builder, loc, params.scheme, type.getShape(), params.scale, params.zeroPoint);
    Value codes = QuantizeOp::create(builder, loc, type.clone(params.scheme.getStorageElementType()), value, scale,
                                     zeroPoint, params.scheme);
    Value real = DequantizeOp::create(builder, loc, type, codes, scale, zeroPoint, params.scheme);
    for (OpOperand *use : uses)
      use->set(inDemandedScheme(*use, value, codes, params).value_or(real));
  }

  /// The value in the scheme that the consumer demands when that is another one.
  std::optional<Value> inDemandedScheme(OpOperand &use, Value value, Value codes, const StorageParams &from) {
    if (!plan.isIntegerContraction(use.getOwner()))
      return std::nullopt;
    auto op = cast<QuantizableOpInterface>(use.getOwner());
    if (llvm::none_of(op.getOperandsWithRole(OperandRole::Activation),
                      [&](const QuantizableOperand &activation) { return activation.operand == &use; }))
      return std::nullopt;
    StorageParams to = getInputParams(op, value);
    if (to.scheme == from.scheme)
      return std::nullopt;
    Location loc = value.getLoc();
    ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
    auto [scale, resultZero] = createParams(builder, loc, to.scheme, shape, to.scale, to.zeroPoint);
    auto [multiplier, inputZero] =
        createParams(builder, loc, from.scheme, shape, from.scale / to.scale, from.zeroPoint);
    auto type = cast<RankedTensorType>(codes.getType()).clone(to.scheme.getStorageElementType());
    Value other = RequantizeOp::create(builder, loc, type, codes, multiplier, inputZero, resultZero, from.scheme,
                                       to.scheme);
    ++numRequantized;
    return DequantizeOp::create(builder, loc, value.getType(), other, scale, resultZero, to.scheme).getResult();
  }

  OpBuilder builder;
  const QuantizationPlan &plan;
  const ValueStatistics &statistics;
};

/// Ops whose input stays float and whose weight becomes codes; those that cannot are left float.
SmallVector<QuantizableOpInterface> findWeightOnlyOps(func::FuncOp function) {
  SmallVector<QuantizableOpInterface> ops;
  function.walk([&](QuantizableOpInterface op) {
    auto schemes = AssignedSchemes::get(op);
    if (!schemes || schemes->input)
      return;
    if (isEncoded(op, *schemes)) {
      op->removeAttr(schemesAttrName);
      return;
    }
    if (auto obstacle = findWeightObstacle(op))
      leaveFloat(op, *obstacle);
    else
      ops.push_back(op);
  });
  return ops;
}

/// Gives the ops whose rows choose their scales at run time codes to read. Returns how many there are.
FailureOr<unsigned> quantizeRows(func::FuncOp function) {
  OpBuilder builder(function.getContext());
  RowQuantizer rows(function.getContext());
  unsigned numOps = 0;
  WalkResult result = function.walk([&](QuantizableOpInterface op) {
    auto schemes = AssignedSchemes::get(op);
    if (!schemes || !schemes->hasRowScales())
      return WalkResult::advance();
    ++numOps;
    for (const QuantizableOperand &activation : getActivations(op)) {
      SchemeAttr scheme = schemes->input.withBlock(*getRowBlock(op, *activation.operand));
      activation.operand->set(rows.getDequantized(activation.operand->get(), scheme));
    }
    bool isOpen = op.getWeight() && !isEncoded(op, *schemes);
    return isOpen && failed(encodeWeights(builder, op, *schemes)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted() ? FailureOr<unsigned>(failure()) : numOps;
}

struct QuantizePass : public WithModels<nibble::impl::QuantizePassBase<QuantizePass>> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isDeclaration())
      return;
    if (!llvm::hasSingleElement(function.getBody())) {
      function.emitOpError() << "expected one block, got " << function.getBody().getBlocks().size();
      return signalPassFailure();
    }
    ValueStatistics statistics = removeObservers(function);
    function.walk([&](QuantizableOpInterface op) {
      if (auto schemes = AssignedSchemes::get(op); schemes && schemes->input)
        if (auto obstacle = findIntegerObstacle(op, *schemes))
          leaveFloat(op, *obstacle);
    });
    FusionGroups groups(function);
    QuantizationPlan plan(function, groups, statistics);
    Quantizer quantizer(function, plan, statistics);
    if (failed(quantizer.run()))
      return signalPassFailure();
    FailureOr<unsigned> numRowOps = quantizeRows(function);
    if (failed(numRowOps))
      return signalPassFailure();
    OpBuilder builder(&getContext());
    for (QuantizableOpInterface op : findWeightOnlyOps(function)) {
      if (failed(encodeWeights(builder, op, *AssignedSchemes::get(op))))
        return signalPassFailure();
      // Nothing is left to be done with it: it is no op that ought to become an integer one.
      op->removeAttr(schemesAttrName);
      ++numWeightOnly;
    }
    numIntegerContractions += plan.getIntegerContractions().size() + *numRowOps;
    numStoredValues += plan.getStoredValues().size();
    numRequantized += quantizer.numRequantized;
  }
};

} // namespace
