//===- Epilogue.cpp - the scalar program behind an accumulator --------------------------------------===//

#include "Epilogue.h"
#include "Layout.h"
#include "ScalarCodes.h"
#include "ScaleHomogeneity.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

namespace {

class EpilogueBuilder {
public:
  EpilogueBuilder(OpBuilder &outside, Location loc, const EpilogueSpec &spec, Region &region)
      : outside(outside), inside(outside.getContext()), loc(loc), spec(spec),
        type(cast<RankedTensorType>(spec.group->root->getResult(0).getType())), block(&region.emplaceBlock()) {
    inside.setInsertionPointToStart(block);
    if (spec.result && isScaleHomogeneous(*spec.group))
      unit = spec.result->scales.front();
  }

  SmallVector<Value> build() {
    tensors[spec.group->root->getResult(0)] = startFromAccumulator();
    for (linalg::GenericOp op : spec.group->chain)
      tensors[op->getResult(0)] = inlineBody(op);
    Value value = tensors.lookup(spec.group->getResult());
    YieldOp::create(inside, loc, spec.result ? narrow(value) : value);
    return operands;
  }

private:
  /// What one unit of a scaled scalar is worth: the result's scale when everything is computed in multiples of it.
  double getUnit() const { return unit.value_or(1.0f); }

  Value constant(float value) { return arith::ConstantOp::create(inside, loc, inside.getF32FloatAttr(value)); }
  /// A zero point as ScalarCodes.h takes it.
  Value createZeroPoint(int32_t value) {
    return value == 0 ? Value() : arith::ConstantOp::create(inside, loc, inside.getI32IntegerAttr(value)).getResult();
  }

  Value addOperand(Value operand) {
    operands.push_back(operand);
    return block->addArgument(cast<RankedTensorType>(operand.getType()).getElementType(), loc);
  }

  /// A number that is the same everywhere, or one for each channel.
  Value createConstant(ArrayRef<float> values) {
    if (llvm::all_equal(values))
      return constant(values.front());
    auto perChannel = RankedTensorType::get({static_cast<int64_t>(values.size())}, outside.getF32Type());
    return addOperand(arith::ConstantOp::create(outside, loc, DenseElementsAttr::get(perChannel, values)));
  }

  Value startFromAccumulator() {
    Value accumulator =
        block->addArgument(spec.isIntegerSum ? Type(inside.getI32Type()) : Type(inside.getF32Type()), loc);
    if (spec.accumulatorScales.empty())
      return accumulator;
    SmallVector<float> multipliers = llvm::map_to_vector(
        spec.accumulatorScales, [&](double scale) { return static_cast<float>(scale / getUnit()); });
    if (spec.isIntegerSum)
      accumulator = arith::SIToFPOp::create(inside, loc, inside.getF32Type(), accumulator);
    // Nothing but scales of rows may be left.
    bool isOne = llvm::all_of(multipliers, [](float multiplier) { return multiplier == 1.0f; });
    Value scaled = isOne ? accumulator : arith::MulFOp::create(inside, loc, accumulator, createConstant(multipliers)).getResult();
    for (const RowScales &rows : spec.rowScales)
      scaled = arith::MulFOp::create(inside, loc, scaled, addOperand(createReshape(outside, loc, rows.scales, rows.shape)));
    if (spec.bias.empty())
      return scaled;
    SmallVector<float> bias = llvm::map_to_vector(
        spec.bias, [&](float element) { return static_cast<float>(double(element) / getUnit()); });
    return arith::AddFOp::create(inside, loc, scaled, createConstant(bias));
  }

  /// float(code - zero point) * scale, for a stored operand of the result's shape.
  Value readCodes(const QuantizedTensor &tensor) {
    Value codes = createReshape(outside, loc, tensor.codes, type.getShape());
    Value code = addOperand(codes);
    Value real = createUnscaled(inside, loc, code, tensor.scheme, createZeroPoint(tensor.zeroPoint));
    return arith::MulFOp::create(inside, loc, real,
                                 constant(static_cast<float>(double(tensor.scales.front()) / getUnit())));
  }

  /// An operand from outside that is not constant.
  Value readOperand(linalg::GenericOp op, OpOperand &operand) {
    OperandExtent extent = getOperandExtent(op, operand);
    if (extent == OperandExtent::Full) {
      std::optional<QuantizedTensor> codes = matchDequantized(operand.get());
      if (codes && codes->scheme.isPerTensor() && codes->scheme.getNumBits() == 8)
        return readCodes(*codes);
      return addOperand(createReshape(outside, loc, operand.get(), type.getShape()));
    }
    SmallVector<int64_t> shape;
    if (extent == OperandExtent::PerChannel)
      shape.push_back(type.getShape().back());
    else if (extent == OperandExtent::Some)
      shape = getShapeBesideResult(op, operand);
    return addOperand(createReshape(outside, loc, operand.get(), shape));
  }

  Value inlineBody(linalg::GenericOp op) {
    IRMapping mapping;
    llvm::DenseMap<Value, SmallVector<float>> constants;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      Value argument = op.getMatchingBlockArgument(operand);
      if (Value known = tensors.lookup(operand->get()))
        mapping.map(argument, known);
      else if (auto values = getConstantOperand(op, *operand))
        constants[argument] = std::move(*values);
      else
        mapping.map(argument, readOperand(op, *operand));
    }
    for (Operation &scalarOp : op.getBody()->without_terminator()) {
      mapConstants(&scalarOp, constants, mapping);
      mapping.map(scalarOp.getResult(0), cloneScalarOp(&scalarOp, mapping));
    }
    Operation *terminator = op.getBody()->getTerminator();
    mapConstants(terminator, constants, mapping);
    return mapping.lookup(terminator->getOperand(0));
  }

  /// Maps the constant operands of a scalar op, in the unit that the op needs.
  void mapConstants(Operation *op, const llvm::DenseMap<Value, SmallVector<float>> &constants, IRMapping &mapping) {
    double scale = getScaleBehavior(op) == ScaleBehavior::SameUnit ? getUnit() : 1.0;
    for (Value operand : op->getOperands()) {
      SmallVector<float> values;
      if (auto found = constants.find(operand); found != constants.end())
        values = found->second;
      else if (auto scalar = getConstantScalar(operand))
        values = {*scalar};
      if (values.empty()) {
        // Constants of other types, captured from outside.
        if (!mapping.contains(operand) && operand.getDefiningOp())
          mapping.map(operand, inside.clone(*operand.getDefiningOp())->getResult(0));
        continue;
      }
      for (float &value : values)
        value = static_cast<float>(double(value) / scale);
      mapping.map(operand, createConstant(values));
    }
  }

  Value cloneScalarOp(Operation *op, IRMapping &mapping) {
    // Multiples of a scale are never NaN, and these two are one instruction on most machines.
    if (unit && isa<arith::MaximumFOp>(op))
      return arith::MaxNumFOp::create(inside, loc, mapping.lookup(op->getOperand(0)),
                                      mapping.lookup(op->getOperand(1)));
    if (unit && isa<arith::MinimumFOp>(op))
      return arith::MinNumFOp::create(inside, loc, mapping.lookup(op->getOperand(0)),
                                      mapping.lookup(op->getOperand(1)));
    return inside.clone(*op, mapping)->getResult(0);
  }

  /// A number to a code: docs/Spec.md, "quantize".
  Value narrow(Value value) {
    const QuantizedTensor &result = *spec.result;
    float low = static_cast<float>(result.scheme.getMinCode() - result.zeroPoint);
    float high = static_cast<float>(result.scheme.getMaxCode() - result.zeroPoint);
    if (unit)
      value = dropClamps(value, low, high);
    else
      value = createZeroForNaN(inside, loc, arith::DivFOp::create(inside, loc, value, constant(result.scales.front())));
    return createCode(inside, loc, value, result.scheme, createZeroPoint(result.zeroPoint));
  }

  /// Looks through bounds that the clamp to [low, high] implies: a ReLU in front of a zero point that is the least code.
  Value dropClamps(Value value, float low, float high) {
    while (Operation *op = value.getDefiningOp()) {
      if (!isa<arith::MaxNumFOp, arith::MinNumFOp>(op))
        break;
      bool isConstantFirst = getConstantScalar(op->getOperand(0)).has_value();
      std::optional<float> bound = getConstantScalar(op->getOperand(isConstantFirst ? 0 : 1));
      if (!bound || (isa<arith::MaxNumFOp>(op) ? *bound > low : *bound < high))
        break;
      Value inner = op->getOperand(isConstantFirst ? 1 : 0);
      if (op->use_empty())
        op->erase();
      value = inner;
    }
    return value;
  }

  OpBuilder &outside;
  OpBuilder inside;
  Location loc;
  const EpilogueSpec &spec;
  RankedTensorType type;
  Block *block;
  /// The scale of the result, when all scalars are multiples of it.
  std::optional<float> unit;
  SmallVector<Value> operands;
  /// The scalar that stands for a tensor inside the group.
  llvm::DenseMap<Value, Value> tensors;
};

} // namespace

SmallVector<Value> nibble::buildEpilogue(OpBuilder &builder, Location loc, const EpilogueSpec &spec, Region &region) {
  return EpilogueBuilder(builder, loc, spec, region).build();
}

QuantizeOp nibble::findResultQuantize(const FusionGroup &group) {
  Value result = group.getResult();
  auto quantize = result.hasOneUse() ? dyn_cast<QuantizeOp>(*result.getUsers().begin()) : QuantizeOp();
  if (!quantize)
    return nullptr;
  std::optional<QuantizedTensor> params = matchQuantize(quantize);
  bool isByte = params && params->scheme.isPerTensor() && params->scheme.getNumBits() == 8 &&
                params->scheme.getRounding() == RoundingMode::HalfToEven;
  return isByte ? quantize : nullptr;
}

void nibble::eraseGroup(RewriterBase &rewriter, const FusionGroup &group, bool includingLast) {
  SmallVector<Operation *> members = {group.root};
  for (linalg::GenericOp member : group.chain)
    members.push_back(member);
  for (Operation *member : llvm::reverse(ArrayRef(members).drop_back(includingLast ? 0 : 1)))
    rewriter.eraseOp(member);
}
