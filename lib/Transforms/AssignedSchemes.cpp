//===- AssignedSchemes.cpp - what nibble-assign-schemes writes and others read ----------------------===//

#include "AssignedSchemes.h"
#include "StorageForms.h"
#include "nibble/Analysis/FusionGroups.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace nibble;

std::optional<AssignedSchemes> AssignedSchemes::get(Operation *op) {
  auto schemes = op->getAttrOfType<DictionaryAttr>(schemesAttrName);
  if (!schemes || op->hasAttr(floatAttrName))
    return std::nullopt;
  AssignedSchemes assigned{schemes.getAs<SchemeAttr>("input"), schemes.getAs<SchemeAttr>("filter"),
                           schemes.getAs<StringAttr>("calibrator")};
  if (auto scaleBy = schemes.getAs<StringAttr>("scale_by"))
    assigned.scaleBy = symbolizeParameterChoice(scaleBy).value_or(assigned.scaleBy);
  if (auto roundBy = schemes.getAs<StringAttr>("round_by"))
    assigned.roundBy = symbolizeWeightRounding(roundBy).value_or(assigned.roundBy);
  if (auto scaling = schemes.getAs<StringAttr>("channel_scaling"))
    assigned.channelScaling = symbolizeChannelScaling(scaling).value_or(assigned.channelScaling);
  bool isComplete = assigned.needsRange() ? static_cast<bool>(assigned.calibrator) : assigned.input || assigned.filter;
  return isComplete ? std::optional(assigned) : std::nullopt;
}

void AssignedSchemes::set(Operation *op) const {
  Builder builder(op->getContext());
  SmallVector<NamedAttribute> entries;
  auto add = [&](StringRef name, Attribute value) {
    if (value)
      entries.push_back(builder.getNamedAttr(name, value));
  };
  add("input", input);
  add("filter", filter);
  if (needsRange())
    add("calibrator", calibrator);
  if (filter && scaleBy != ParameterChoice::AbsoluteMaximum)
    add("scale_by", builder.getStringAttr(stringifyParameterChoice(scaleBy)));
  if (filter && roundBy != WeightRounding::Nearest)
    add("round_by", builder.getStringAttr(stringifyWeightRounding(roundBy)));
  if (filter && channelScaling != ChannelScaling::None)
    add("channel_scaling", builder.getStringAttr(stringifyChannelScaling(channelScaling)));
  op->setAttr(schemesAttrName, builder.getDictionaryAttr(entries));
}

/// Whether a value is dequantized, but for probes and ops that have a form on codes.
static bool isDequantized(Value value) {
  Operation *def = value.getDefiningOp();
  if (isa_and_present<ObserveOp>(def))
    return isDequantized(def->getOperand(0));
  if (!def || isa<DequantizeOp>(def))
    return def;
  SmallVector<OpOperand *> operands = getStorageOperands(def);
  return !operands.empty() && llvm::all_of(operands, [](OpOperand *operand) { return isDequantized(operand->get()); });
}

bool nibble::comesInCodes(QuantizableOpInterface op) {
  return llvm::all_of(op.getQuantizableOperands(), [](const QuantizableOperand &operand) {
    return operand.role == OperandRole::Bias || isDequantized(operand.operand->get());
  });
}

bool nibble::isEncoded(QuantizableOpInterface op, const AssignedSchemes &schemes) {
  auto contraction = dyn_cast<ContractionOpInterface>(op.getOperation());
  auto weight = contraction ? contraction.getFilter().getDefiningOp<DequantizeOp>() : DequantizeOp();
  return weight && weight.getScheme() == schemes.filter && isKnownValue(weight.getResult());
}

SmallVector<QuantizableOperand> nibble::getActivations(QuantizableOpInterface op) {
  SmallVector<QuantizableOperand> activations = op.getOperandsWithRole(OperandRole::Activation);
  if (isEncoded(op, *AssignedSchemes::get(op)))
    llvm::erase_if(activations, [&](const QuantizableOperand &operand) {
      return operand.operand->get() == cast<ContractionOpInterface>(op.getOperation()).getFilter();
    });
  return activations;
}

bool nibble::isIntegerContraction(Operation *op) {
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  return contraction && contraction.getInputSchemeAttr();
}

std::string nibble::getUserName(Operation *op) {
  if (auto location = op->getLoc()->findInstanceOf<NameLoc>())
    return location.getName().str();
  return op->getName().getStringRef().str();
}

/// What an op costs in float: the products of a contraction, the elements that another op makes.
static std::pair<StringRef, int64_t> getFloatCost(Operation *op) {
  int64_t numElements = cast<ShapedType>(op->getResult(0).getType()).getNumElements();
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  if (!contraction)
    return {"Elements", numElements};
  int64_t sumLength = cast<ShapedType>(contraction.getInput().getType()).getShape().back();
  if (isa<ConvOp>(op))
    sumLength = cast<ShapedType>(contraction.getFilter().getType()).getNumElements() / contraction.getNumChannels();
  return {"Products", numElements * sumLength};
}

void nibble::leaveFloat(Operation *op, const Twine &rule) {
  std::string text = rule.str();
  op->setAttr(floatAttrName, StringAttr::get(op->getContext(), text));
  auto [unit, cost] = getFloatCost(op);
  remark::missed(op->getLoc(), remark::RemarkOpts::name("float").category("nibble-quantize"))
      << "'" + getUserName(op) + "' stays float" << remark::reason("{0}", text) << remark::metric(unit, cost);
}
