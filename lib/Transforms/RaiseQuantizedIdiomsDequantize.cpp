//===- RaiseQuantizedIdiomsDequantize.cpp - elementwise dequantization to nibble.dequantize -----------===//

#include "Layout.h"
#include "RaiseQuantizedIdioms.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace nibble;

namespace {

//===----------------------------------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------------------------------===//

/// (code - zero point) * scale, in values of the body; no zero point is null.
struct Formula {
  Value zeroPoint, scale;
  bool isUnsigned = false;
};

/// Whether `value` is the code, extended or not; says how.
bool matchCode(Value value, BlockArgument code, bool &isUnsigned) {
  if (auto extended = value.getDefiningOp<arith::ExtUIOp>()) {
    isUnsigned = true;
    return extended.getIn() == code;
  }
  auto extended = value.getDefiningOp<arith::ExtSIOp>();
  return value == code || (extended && extended.getIn() == code);
}

/// Matches float(code - zero point) with an integer zero point, or without one.
bool matchReal(Value real, BlockArgument code, Formula &formula) {
  if (auto convert = real.getDefiningOp<arith::UIToFPOp>()) {
    formula.isUnsigned = true;
    // What was extended with its sign is no code of an unsigned type.
    bool isZeroExtended = false;
    return convert.getIn() == code || (matchCode(convert.getIn(), code, isZeroExtended) && isZeroExtended);
  }
  auto convert = real.getDefiningOp<arith::SIToFPOp>();
  if (!convert)
    return false;
  auto difference = convert.getIn().getDefiningOp<arith::SubIOp>();
  if (!difference)
    return matchCode(convert.getIn(), code, formula.isUnsigned);
  formula.zeroPoint = difference.getRhs();
  // The difference of two codes needs one bit more.
  return difference.getType().getIntOrFloatBitWidth() > code.getType().getIntOrFloatBitWidth() &&
         matchCode(difference.getLhs(), code, formula.isUnsigned);
}

/// Matches the factor in front of the scale: with an integer zero point, or a float one.
bool matchDifference(Value value, BlockArgument code, Formula &formula) {
  formula = Formula();
  auto difference = value.getDefiningOp<arith::SubFOp>();
  if (!difference)
    return matchReal(value, code, formula);
  if (!matchReal(difference.getLhs(), code, formula) || formula.zeroPoint)
    return false;
  formula.zeroPoint = difference.getRhs();
  return true;
}

std::optional<Formula> matchFormula(linalg::GenericOp op) {
  Block *body = op.getBlock();
  auto product = body->getTerminator()->getOperand(0).getDefiningOp<arith::MulFOp>();
  if (!product || !product.getType().isF32())
    return std::nullopt;
  BlockArgument code = body->getArgument(0);
  Formula formula;
  if (matchDifference(product.getLhs(), code, formula))
    formula.scale = product.getRhs();
  else if (matchDifference(product.getRhs(), code, formula))
    formula.scale = product.getLhs();
  else
    return std::nullopt;
  return formula;
}

//===----------------------------------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------------------------------===//

/// A parameter of the body: a tensor with the loops of its dimensions, a constant, or a scalar.
struct Parameter {
  Value tensor;
  SmallVector<int64_t> dims; // of the tensor, ascending; those that it has only one element in are left out
  TypedAttr constant;
  Value scalar;
  bool isZeroExtended = false; // before it is used

  bool isTensor() const { return static_cast<bool>(tensor); }
};

/// The loops that an operand's dimensions are, when they ascend; dimensions of size 1 may be nothing.
std::optional<SmallVector<int64_t>> getDims(AffineMap map) {
  SmallVector<int64_t> dims;
  for (AffineExpr expr : map.getResults()) {
    if (isa<AffineConstantExpr>(expr))
      continue;
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || (!dims.empty() && dims.back() >= static_cast<int64_t>(dim.getPosition())))
      return std::nullopt;
    dims.push_back(dim.getPosition());
  }
  return dims;
}

/// Null for an operand whose dimensions do not ascend and for what is computed in the body.
std::optional<Parameter> getParameter(linalg::GenericOp op, Value source) {
  Parameter parameter;
  auto argument = dyn_cast<BlockArgument>(source);
  if (argument && argument.getOwner() == op.getBlock()) {
    OpOperand *operand = op.getMatchingOpOperand(argument);
    std::optional<SmallVector<int64_t>> dims = getDims(op.getMatchingIndexingMap(operand));
    if (!dims || !op.isDpsInput(operand) || argument.getArgNumber() == 0)
      return std::nullopt;
    parameter.tensor = operand->get();
    parameter.dims = *dims;
    return parameter;
  }
  if (matchPattern(source, m_Constant(&parameter.constant)))
    return parameter;
  if (source.getParentRegion() == &op.getRegion())
    return std::nullopt;
  parameter.scalar = source;
  return parameter;
}

/// The same for an integer that is extended, made a float, or both.
std::optional<Parameter> getZeroPoint(linalg::GenericOp op, Value value) {
  if (auto convert = value.getDefiningOp<arith::SIToFPOp>())
    value = convert.getIn();
  Operation *extension = value.getDefiningOp();
  bool isZeroExtended = isa_and_present<arith::ExtUIOp>(extension);
  if (isZeroExtended || isa_and_present<arith::ExtSIOp>(extension))
    value = extension->getOperand(0);
  std::optional<Parameter> parameter = getParameter(op, value);
  if (parameter)
    parameter->isZeroExtended = isZeroExtended;
  return parameter;
}

/// A constant zero point as an integer; nothing when it is not a whole number.
std::optional<int64_t> getWholeNumber(TypedAttr constant, bool isZeroExtended) {
  if (auto integer = dyn_cast<IntegerAttr>(constant))
    return isZeroExtended ? integer.getValue().getZExtValue() : integer.getValue().getSExtValue();
  double value = cast<FloatAttr>(constant).getValueAsDouble();
  if (!(std::abs(value) <= 65536) || value != std::trunc(value))
    return std::nullopt;
  return static_cast<int64_t>(value);
}

/// Builds nibble.dequantize for a formula.
class DequantizeBuilder {
public:
  DequantizeBuilder(PatternRewriter &rewriter, linalg::GenericOp op, const Formula &formula)
      : rewriter(rewriter), op(op), formula(formula), type(cast<RankedTensorType>(op.getResult(0).getType())) {}

  /// Returns the reason why there is none, or "".
  StringRef replace() {
    std::optional<Parameter> scale = getParameter(op, formula.scale), zeroPoint;
    if (formula.zeroPoint)
      zeroPoint = getZeroPoint(op, formula.zeroPoint);
    Type code = getElementTypeOrSelf(op.getInputs()[0]);
    if (!code.isInteger(8) && !code.isInteger(16))
      return "its codes have fewer than 8 bits";
    if (!scale || formula.zeroPoint.operator bool() != zeroPoint.has_value())
      return "its parameters are not operands or constants";
    dims = scale->isTensor() ? scale->dims : zeroPoint ? zeroPoint->dims : SmallVector<int64_t>();
    if (!fits(*scale) || (zeroPoint && !fits(*zeroPoint)))
      return "scale and zero point differ in their blocks";
    std::string codec = (formula.isUnsigned ? "u" : "s") + std::to_string(code.getIntOrFloatBitWidth());
    bool hasZeroPoint = zeroPoint.has_value();
    auto scheme = SchemeAttr::get(op.getContext(), codec, /*narrowRange=*/false, getBlock(), {rewriter.getF32Type()},
                                  hasZeroPoint ? ZeroPointKind::Integer : ZeroPointKind::None, RoundingMode::HalfToEven);
    if (zeroPoint)
      if (StringRef obstacle = makeInteger(*zeroPoint, scheme); !obstacle.empty())
        return obstacle;
    Value scaleTensor = createTensor(*scale), zeroPointTensor = hasZeroPoint ? createTensor(*zeroPoint) : Value();
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, type, op.getInputs()[0], scaleTensor, zeroPointTensor, scheme);
    return "";
  }

private:
  /// Whether the parameter has the blocks of the op; a constant has any.
  bool fits(const Parameter &parameter) const {
    return parameter.constant || (parameter.scalar ? dims.empty() : parameter.dims == dims);
  }

  /// Makes a zero point one of i32; returns the reason why it is none.
  StringRef makeInteger(Parameter &zeroPoint, SchemeAttr scheme) {
    rewriter.setInsertionPoint(op);
    if (zeroPoint.constant)
      return makeIntegerConstant(zeroPoint, scheme);
    Value &value = zeroPoint.isTensor() ? zeroPoint.tensor : zeroPoint.scalar;
    Type element = getElementTypeOrSelf(value);
    if (isa<FloatType>(element))
      return makeIntegerTensor(value, scheme);
    if (element.getIntOrFloatBitWidth() > 32)
      return "its zero point has more than 32 bits";
    if (element.getIntOrFloatBitWidth() == 32)
      return "";
    Type wide = rewriter.getI32Type();
    if (auto tensorType = dyn_cast<RankedTensorType>(value.getType()))
      wide = tensorType.clone(wide);
    value = zeroPoint.isZeroExtended ? arith::ExtUIOp::create(rewriter, op.getLoc(), wide, value).getResult()
                                     : arith::ExtSIOp::create(rewriter, op.getLoc(), wide, value).getResult();
    return "";
  }

  static constexpr StringLiteral noInteger = "its zero point is not a constant integer";
  static constexpr StringLiteral noCode = "its zero point is not a code";

  StringRef makeIntegerConstant(Parameter &zeroPoint, SchemeAttr scheme) {
    std::optional<int64_t> value = getWholeNumber(zeroPoint.constant, zeroPoint.isZeroExtended);
    if (!value)
      return noInteger;
    if (*value < scheme.getMinCode() || *value > scheme.getMaxCode())
      return noCode;
    zeroPoint.constant = rewriter.getI32IntegerAttr(*value);
    return "";
  }

  /// Zero points in floats must be constants, or nobody knows that they are whole numbers.
  StringRef makeIntegerTensor(Value &value, SchemeAttr scheme) {
    DenseElementsAttr elements;
    if (!matchPattern(value, m_Constant(&elements)))
      return noInteger;
    SmallVector<int32_t> integers;
    for (const APFloat &element : elements.getValues<APFloat>()) {
      std::optional<int64_t> integer = getWholeNumber(FloatAttr::get(elements.getElementType(), element), false);
      if (!integer)
        return noInteger;
      if (*integer < scheme.getMinCode() || *integer > scheme.getMaxCode())
        return noCode;
      integers.push_back(*integer);
    }
    auto type = RankedTensorType::get(elements.getType().getShape(), rewriter.getI32Type());
    value = arith::ConstantOp::create(rewriter, op.getLoc(), DenseElementsAttr::get(type, ArrayRef(integers)));
    return "";
  }

  SmallVector<int64_t> getBlock() const {
    SmallVector<int64_t> block;
    if (!dims.empty())
      block.assign(type.getRank(), 0);
    for (int64_t dim : dims)
      block[dim] = 1;
    return block;
  }

  /// The parameter as a tensor with one element for each block.
  Value createTensor(const Parameter &parameter) {
    SmallVector<int64_t> shape;
    if (!dims.empty())
      shape.assign(type.getRank(), 1);
    for (int64_t dim : dims)
      shape[dim] = type.getDimSize(dim);
    Location loc = op.getLoc();
    if (parameter.constant) {
      auto splat = RankedTensorType::get(shape, parameter.constant.getType());
      return arith::ConstantOp::create(rewriter, loc, DenseElementsAttr::get(splat, Attribute(parameter.constant)));
    }
    if (parameter.scalar)
      return tensor::FromElementsOp::create(rewriter, loc, RankedTensorType::get({}, parameter.scalar.getType()), parameter.scalar);
    auto tensorType = cast<RankedTensorType>(parameter.tensor.getType());
    if (tensorType.getShape() == ArrayRef(shape))
      return parameter.tensor;
    return createReshape(rewriter, loc, parameter.tensor, shape);
  }

  PatternRewriter &rewriter;
  linalg::GenericOp op;
  Formula formula;
  RankedTensorType type;
  SmallVector<int64_t> dims; // in which each element has its own parameters
};

/// Whether the op computes each element of its result from the one of its first input at the same place.
bool isElementwise(linalg::GenericOp op) {
  return op.hasPureTensorSemantics() && op.getNumDpsInits() == 1 && op.getNumDpsInputs() >= 1 &&
         op.getNumParallelLoops() == op.getNumLoops() && op.getIndexingMapsArray().front().isIdentity() &&
         op.getIndexingMapsArray().back().isIdentity() && isa<IntegerType>(getElementTypeOrSelf(op.getInputs()[0]));
}

} // namespace

LogicalResult nibble::raiseDequantize(PatternRewriter &rewriter, linalg::GenericOp op, StringRef &obstacle) {
  if (!isElementwise(op))
    return failure();
  std::optional<Formula> formula = matchFormula(op);
  if (!formula)
    return failure();
  obstacle = op.hasDynamicShape() ? "its shape is not known" : DequantizeBuilder(rewriter, op, *formula).replace();
  return success(obstacle.empty());
}
