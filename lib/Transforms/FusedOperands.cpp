//===- FusedOperands.cpp - what a contraction of dequantized values reads instead -------------------===//

#include "FusedOperands.h"
#include "QuantizeFilter.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <limits>

using namespace mlir;
using namespace nibble;

static constexpr int64_t maxSum = std::numeric_limits<int32_t>::max();

//===------------------------------------------------------------------------------------------------===//
// Bias
//===------------------------------------------------------------------------------------------------===//

/// The bias of a contraction, empty without one; nothing, with the obstacle, when it is computed at run time.
static std::optional<SmallVector<float>> getBias(ContractionOpInterface op, std::string &obstacle) {
  if (!op.getBias())
    return SmallVector<float>();
  std::optional<SmallVector<float>> bias = getConstantFloats(op.getBias());
  if (!bias)
    obstacle = "its bias is computed at run time";
  return bias;
}

/// In units of the sums of integers.
static SmallVector<int64_t> quantizeBiases(ArrayRef<float> bias, float inputScale, ArrayRef<float> filterScales) {
  SmallVector<int64_t> codes;
  for (auto [channel, element] : llvm::enumerate(bias))
    codes.push_back(quantizeBias(element, inputScale, filterScales[filterScales.size() == 1 ? 0 : channel]));
  return codes;
}

static ElementsAttr createIntegerBias(MLIRContext *context, ArrayRef<int64_t> codes) {
  if (codes.empty())
    return {};
  auto bias = llvm::map_to_vector(codes, [](int64_t value) { return static_cast<int32_t>(value); });
  auto type = RankedTensorType::get({static_cast<int64_t>(codes.size())}, IntegerType::get(context, 32));
  return DenseElementsAttr::get(type, ArrayRef<int32_t>(bias));
}

/// Whether each bias is a whole number of units, the codes that it was rounded to, but for the roundings of a scale in f32 and of a
/// product with it.
static bool isWhole(ArrayRef<float> bias, ArrayRef<int64_t> codes, float inputScale, ArrayRef<float> filterScales) {
  constexpr double tolerance = 0x1p-22;
  for (auto [channel, element, code] : llvm::enumerate(bias, codes)) {
    double unit = double(inputScale) * double(filterScales[filterScales.size() == 1 ? 0 : channel]);
    if (std::abs(double(element) / unit - double(code)) > tolerance * std::abs(double(code)))
      return false;
  }
  return true;
}

/// Gives sums of integers their bias, in the accumulator or behind it. Returns what is in the accumulator.
static SmallVector<int64_t> setBias(FusedOperands &operands, MLIRContext *context, ArrayRef<float> bias, float inputScale,
                                    ArrayRef<float> filterScales) {
  SmallVector<int64_t> codes = quantizeBiases(bias, inputScale, filterScales);
  if (!operands.rowScales.empty() || !isWhole(bias, codes, inputScale, filterScales)) {
    operands.epilogueBias.assign(bias.begin(), bias.end());
    return {};
  }
  operands.bias = createIntegerBias(context, codes);
  return codes;
}

/// In units of the input's scale, as blocks of a filter are summed.
static ElementsAttr createFloatBias(MLIRContext *context, ArrayRef<float> values, float inputScale) {
  if (values.empty())
    return {};
  auto bias = llvm::map_to_vector(values, [&](float value) { return static_cast<float>(double(value) / double(inputScale)); });
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, Float32Type::get(context));
  return DenseElementsAttr::get(type, ArrayRef<float>(bias));
}

static SmallVector<double> getAccumulatorScales(ContractionOpInterface op, float inputScale, ArrayRef<float> filterScales) {
  SmallVector<double> scales;
  for (int64_t channel = 0; channel < op.getNumChannels(); ++channel)
    scales.push_back(double(inputScale) * double(filterScales[filterScales.size() == 1 ? 0 : channel]));
  return scales;
}

/// The largest |x - zero point|.
static int64_t getSpan(const QuantizedTensor &tensor) {
  return std::max(tensor.scheme.getMaxCode() - tensor.zeroPoint, tensor.zeroPoint - tensor.scheme.getMinCode());
}

static std::string describeBound(int64_t bound) {
  return llvm::formatv("sums of up to {0} do not fit a 32-bit accumulator", bound).str();
}

//===------------------------------------------------------------------------------------------------===//
// Bytes
//===------------------------------------------------------------------------------------------------===//

/// The largest |sum + bias| over the channels; the channel is the only dimension that the filter's scheme splits, or the last.
static int64_t getAccumulatorBound(const QuantizedTensor &input, ArrayRef<int64_t> bias, ArrayRef<int16_t> weights,
                                   int64_t channelStride, int64_t numChannels) {
  SmallVector<int64_t> sums(numChannels, 0);
  for (auto [index, weight] : llvm::enumerate(weights))
    sums[index / channelStride % numChannels] += std::abs(int64_t(weight));
  int64_t bound = 0;
  for (auto [channel, sum] : llvm::enumerate(sums))
    bound = std::max(bound, sum * getSpan(input) + (bias.empty() ? 0 : std::abs(bias[channel])));
  return bound;
}

/// The codes of a constant filter of bytes less their zero point; nothing when it is not constant.
static std::optional<SmallVector<int16_t>> getWeights(const QuantizedTensor &filter) {
  std::optional<SmallVector<int8_t>> codes = getConstantBytes(filter.codes);
  if (!codes)
    return std::nullopt;
  return llvm::map_to_vector(*codes, [&](int8_t code) {
    int32_t extended = filter.scheme.isSigned() ? code : static_cast<uint8_t>(code);
    return static_cast<int16_t>(extended - filter.zeroPoint);
  });
}

static bool fitBytes(ArrayRef<int16_t> weights) {
  return llvm::all_of(weights, [](int16_t weight) { return weight == static_cast<int8_t>(weight); });
}

/// The codes that an operand is dequantized from; scales from run time are appended to `rowScales`.
static std::optional<QuantizedTensor> matchCodes(ContractionOpInterface op, OpOperand &operand,
                                                 SmallVectorImpl<RowScales> &rowScales) {
  std::optional<QuantizedTensor> codes = matchDequantized(operand.get());
  return codes ? codes : matchRows(op, operand, rowScales);
}

/// A product of two activations, which have one scale each, or one for each row.
static std::optional<FusedOperands> matchProduct(ContractionOpInterface op, const QuantizedTensor &input, const QuantizedTensor &filter,
                                                 ArrayRef<RowScales> rowScales, std::string &obstacle) {
  auto hasOneScale = [](const QuantizedTensor &tensor) {
    return tensor.scheme.getNumBits() == 8 && tensor.scheme.isPerTensor();
  };
  int64_t numTerms = cast<QuantizableOpInterface>(op.getOperation()).getReductionSize();
  int64_t bound = numTerms * getSpan(input) * getSpan(filter);
  if (!isa<ContractOp>(op))
    obstacle = "its filter is computed at run time";
  else if (!hasOneScale(input) || !hasOneScale(filter) || (op.getBias() && rowScales.empty()))
    obstacle = "its schemes and its bias have no integer form";
  else if (bound > maxSum)
    obstacle = describeBound(bound);
  std::optional<SmallVector<float>> bias = obstacle.empty() ? getBias(op, obstacle) : std::nullopt;
  if (!bias)
    return std::nullopt;
  FusedOperands operands;
  operands.rowScales.assign(rowScales.begin(), rowScales.end());
  operands.epilogueBias = std::move(*bias);
  operands.input = input;
  operands.filter = filter.codes;
  operands.filterScheme = filter.scheme;
  operands.filterZeroPoint = filter.zeroPoint;
  operands.accumulatorScales = getAccumulatorScales(op, input.scales.front(), filter.scales);
  return operands;
}

/// Bytes with a scale for the filter or for each channel, as they are, which less their zero point are signed ones; nothing for other
/// filters.
static std::optional<FusedOperands> matchBytes(ContractionOpInterface op, std::string &obstacle) {
  SmallVector<RowScales> rowScales;
  std::optional<QuantizedTensor> input = matchCodes(op, op->getOpOperand(0), rowScales);
  std::optional<QuantizedTensor> filter = matchCodes(op, op->getOpOperand(1), rowScales);
  if (!input || !filter)
    return std::nullopt;
  std::optional<SmallVector<int16_t>> weights = getWeights(*filter);
  if (!weights)
    return matchProduct(op, *input, *filter, rowScales, obstacle);
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
  bool isByte = input->scheme.getNumBits() == 8 && filter->scheme.getNumBits() == 8;
  if (!isByte || !input->scheme.isPerTensor() || !(filter->scheme.isPerTensor() || split) ||
           shape[axis] != op.getNumChannels())
    obstacle = "its schemes have no integer form";
  else if (!fitBytes(*weights))
    obstacle = "its weights less their zero point do not fit signed bytes";
  std::optional<SmallVector<float>> floats = obstacle.empty() ? getBias(op, obstacle) : std::nullopt;
  if (!floats)
    return std::nullopt;
  FusedOperands operands;
  operands.rowScales = std::move(rowScales);
  SmallVector<int64_t> bias = setBias(operands, op.getContext(), *floats, input->scales.front(), filter->scales);
  int64_t stride = 1;
  for (int64_t size : shape.drop_front(axis + 1))
    stride *= size;
  int64_t bound = getAccumulatorBound(*input, bias, *weights, stride, shape[axis]);
  if (bound > maxSum) {
    obstacle = describeBound(bound);
    return std::nullopt;
  }
  operands.input = *input;
  operands.filter = filter->codes;
  operands.filterScheme = filter->scheme;
  operands.filterZeroPoint = filter->zeroPoint;
  operands.accumulatorScales = getAccumulatorScales(op, input->scales.front(), filter->scales);
  return operands;
}

//===------------------------------------------------------------------------------------------------===//
// Rows
//===------------------------------------------------------------------------------------------------===//

/// Sums of integers over whole rows, whose scales the epilogue multiplies in.
static std::optional<FusedOperands> matchIntegerRows(ContractionOpInterface op, const QuantizedTensor &input, ArrayRef<float> bias,
                                                     ArrayRef<RowScales> rowScales, const FilterRows &rows) {
  SmallVector<float> scales = rows.getChannelScales();
  FusedOperands operands;
  operands.rowScales.assign(rowScales.begin(), rowScales.end());
  SmallVector<int64_t> codes = setBias(operands, op.getContext(), bias, input.scales.front(), scales);
  int64_t bound = rows.getSumBound(getSpan(input));
  for (int64_t code : codes)
    bound = std::max(bound, rows.getSumBound(getSpan(input)) + std::abs(code));
  if (bound > maxSum)
    return std::nullopt;
  operands.input = input;
  operands.accumulatorScales = getAccumulatorScales(op, input.scales.front(), scales);
  return operands;
}

/// Codes of the input with those of a filter in rows; nothing, with the obstacle, for those without a form of integers.
static std::optional<FusedOperands> matchIntegers(ContractionOpInterface op, const FilterRows &rows, std::string &obstacle) {
  SmallVector<RowScales> rowScales;
  std::optional<QuantizedTensor> input = matchCodes(op, op->getOpOperand(0), rowScales);
  if (!input)
    return std::nullopt;
  bool isAffine = rows.scheme.isInteger() && rows.scheme.getNumScaleLevels() == 1 &&
                  rows.scheme.getZeroPoint() != ZeroPointKind::Minimum && rows.areBytes();
  if (!isAffine || input->scheme.getNumBits() != 8 || !input->scheme.isPerTensor()) {
    obstacle = "its schemes have no integer form";
    return std::nullopt;
  }
  std::optional<SmallVector<float>> bias = getBias(op, obstacle);
  if (!bias)
    return std::nullopt;
  if (rows.hasScalePerChannel())
    if (std::optional<FusedOperands> operands = matchIntegerRows(op, *input, *bias, rowScales, rows))
      return operands;
  if (int64_t bound = rows.getSumBound(getSpan(*input)); bound > maxSum) {
    obstacle = describeBound(bound);
    return std::nullopt;
  }
  FusedOperands operands;
  operands.input = *input;
  operands.isScaled = true;
  if (rowScales.empty())
    operands.bias = createFloatBias(op.getContext(), *bias, input->scales.front());
  else
    operands.epilogueBias = std::move(*bias);
  operands.rowScales = std::move(rowScales);
  operands.accumulatorScales = {double(input->scales.front())};
  return operands;
}

std::optional<FusedOperands> nibble::matchFusedOperands(ContractionOpInterface op, std::string &obstacle) {
  if (std::optional<FusedOperands> operands = matchBytes(op, obstacle))
    return operands;
  std::string rowObstacle;
  std::optional<FilterRows> rows = matchFilterRows(op, rowObstacle);
  if (!rows) {
    if (!rowObstacle.empty())
      obstacle = rowObstacle;
    return std::nullopt;
  }
  std::optional<FusedOperands> operands = matchIntegers(op, *rows, rowObstacle);
  if (operands) {
    obstacle.clear();
  } else {
    if (obstacle.empty())
      obstacle = rowObstacle;
    operands.emplace();
    operands->isScaled = true;
  }
  operands->filterScheme = rows->scheme;
  operands->rows = std::move(rows);
  return operands;
}

//===------------------------------------------------------------------------------------------------===//
// Operands of the op
//===------------------------------------------------------------------------------------------------===//

static void setZeroPoint(OpBuilder &builder, Location loc, MutableOperandRange operand, SchemeAttr scheme, int32_t zeroPoint) {
  if (scheme.getZeroPoint() == ZeroPointKind::Integer)
    operand.assign(arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(zeroPoint)).getResult());
}

template <typename ContractionOp>
static void setRows(OpBuilder &builder, ContractionOp op, const FusedOperands &operands) {
  const FilterRows &rows = *operands.rows;
  auto create = [&](const reference::Tensor &tensor) -> Value {
    return arith::ConstantOp::create(builder, op.getLoc(), cast<TypedAttr>(tensor.toAttribute()));
  };
  SmallVector<int64_t> shape(op.getFilterShape());
  if constexpr (std::is_same_v<ContractionOp, ContractOp>) {
    shape = {op.getNumChannels(), rows.rowLength};
    op.setTransposeFilter(true);
  }
  op.getFilterMutable().assign(create(rows.codes));
  op.setPackedFilterShapeAttr(builder.getDenseI64ArrayAttr(shape));
  if (!operands.isScaled)
    return setZeroPoint(builder, op.getLoc(), op.getFilterZeroPointMutable(), rows.scheme, rows.getZeroPoint());
  op.getFilterScalesMutable().assign(SmallVector<Value>(llvm::map_range(rows.scales, create)));
  if (rows.zeroPoints)
    op.getFilterZeroPointsMutable().assign(create(*rows.zeroPoints));
}

template <typename ContractionOp>
static void setOperands(OpBuilder &builder, ContractionOp op, const FusedOperands &operands) {
  if (operands.rows) {
    setRows(builder, op, operands);
  } else {
    op.getFilterMutable().assign(operands.filter);
    setZeroPoint(builder, op.getLoc(), op.getFilterZeroPointMutable(), operands.filterScheme, operands.filterZeroPoint);
  }
  op.setFilterSchemeAttr(operands.filterScheme);
  if (operands.bias)
    op.getBiasMutable().assign(arith::ConstantOp::create(builder, op.getLoc(), cast<TypedAttr>(operands.bias)));
  else if (!operands.epilogueBias.empty())
    op.getBiasMutable().clear();
  if (!operands.input)
    return;
  op.getInputMutable().assign(operands.input->codes);
  op.setInputSchemeAttr(operands.input->scheme);
  setZeroPoint(builder, op.getLoc(), op.getInputZeroPointMutable(), operands.input->scheme, operands.input->zeroPoint);
}

void nibble::setFusedOperands(OpBuilder &builder, ContractionOpInterface op, const FusedOperands &operands) {
  llvm::TypeSwitch<Operation *>(op).Case<ConvOp, ContractOp>(
      [&](auto typed) { setOperands(builder, typed, operands); });
}
