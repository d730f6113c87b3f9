//===- IntegerForm.cpp - whether a contraction can be computed in integers --------------------------===//

#include "IntegerForm.h"
#include "EncodeWeights.h"
#include "RowScales.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/FormatVariadic.h"
#include <limits>

using namespace mlir;
using namespace nibble;

static bool isFinite(ArrayRef<float> values) {
  return llvm::all_of(values, [](float value) { return std::isfinite(value); });
}

static std::string toString(SchemeAttr scheme) {
  std::string text;
  llvm::raw_string_ostream(text) << scheme;
  return text;
}

static bool isByteScheme(SchemeAttr scheme) {
  return scheme && scheme.isInteger() && scheme.getNumBits() == 8 && scheme.getScale().size() == 1 &&
         scheme.getScale().front().isF32() && scheme.getZeroPoint() != ZeroPointKind::Minimum &&
         scheme.getRounding() == RoundingMode::HalfToEven;
}

std::optional<std::string> nibble::findInputSchemeObstacle(SchemeAttr input) {
  if (!isByteScheme(input) || !(input.isPerTensor() || input.getZeroPoint() == ZeroPointKind::None))
    return "the integer form needs 8-bit integers with one f32 scale for its input, or one for each row and no zero point, got " +
           toString(input);
  return std::nullopt;
}

/// The same for this op, whose rows have to be the blocks where there are several.
static std::optional<std::string> findInputObstacle(QuantizableOpInterface op, SchemeAttr input) {
  if (auto obstacle = findInputSchemeObstacle(input))
    return obstacle;
  if (input.isPerTensor())
    return std::nullopt;
  if (getRowBlock(op, op->getOpOperand(0)) != SmallVector<int64_t>(input.getBlock()))
    return "blocks of its input have to be the rows that nibble.conv or nibble.contract sums up, got " + toString(input);
  return std::nullopt;
}

bool nibble::isByteFilter(SchemeAttr filter, int64_t channelAxis) {
  return isByteScheme(filter) && filter.isSigned() && filter.getZeroPoint() == ZeroPointKind::None &&
         (filter.isPerTensor() || filter.getChannelAxis() == channelAxis);
}

static bool isFloatTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isF32();
}

/// What the op is and where it stands.
static std::optional<std::string> findPlaceObstacle(QuantizableOpInterface op) {
  if (!op.hasIntegerForm())
    return llvm::formatv("'{0}' has no integer form", op->getName().getStringRef()).str();
  if (!isa<func::FuncOp>(op->getParentOp()))
    return llvm::formatv("it stands inside of '{0}'", op->getParentOp()->getName().getStringRef()).str();
  if (op->getNumResults() != 1 || !isFloatTensor(op->getResult(0).getType()))
    return "the integer form needs one f32 tensor as result";
  auto contraction = dyn_cast<ContractionOpInterface>(op.getOperation());
  if (contraction && !contraction.getEpilogue().empty())
    return "it has an epilogue already";
  return std::nullopt;
}

static std::optional<std::string> findBiasObstacle(Value value, int64_t numChannels) {
  std::optional<SmallVector<float>> bias = getConstantFloats(value);
  if (!bias)
    return "its bias is computed at run time";
  if (!isFinite(*bias))
    return "its bias holds NaN or infinity";
  if (static_cast<int64_t>(bias->size()) != numChannels)
    return llvm::formatv("its bias has {0} elements, expected one for each of {1} output channels", bias->size(),
                         numChannels)
        .str();
  return std::nullopt;
}

/// The largest |code - zero point| of an input, whatever its zero point is.
static int64_t getInputSpan(const AssignedSchemes &schemes) {
  SchemeAttr input = schemes.input;
  return schemes.hasRowScales() ? std::max(input.getMaxCode(), -input.getMinCode()) : input.getMaxCode() - input.getMinCode();
}

/// A product of two activations, which both have the scheme of the input.
static std::optional<std::string> findProductObstacle(QuantizableOpInterface op, const AssignedSchemes &schemes) {
  if (!isa<ContractOp>(op))
    return "its filter is computed at run time";
  if (auto obstacle = findInputObstacle(op, schemes.input))
    return obstacle;
  if (op.getBiasValue() && !schemes.hasRowScales())
    return "a product of two activations has no bias of whole accumulator units";
  int64_t span = getInputSpan(schemes), bound = op.getReductionSize() * span * span;
  if (bound > std::numeric_limits<int32_t>::max())
    return llvm::formatv("sums of up to {0} do not fit a 32-bit accumulator", bound).str();
  return std::nullopt;
}

/// A filter that came in codes, which fusion takes as they are.
static std::optional<std::string> findCodesObstacle(ContractionOpInterface op, const AssignedSchemes &schemes) {
  if (auto obstacle = findInputObstacle(cast<QuantizableOpInterface>(op.getOperation()), schemes.input))
    return obstacle;
  SchemeAttr filter = op.getFilter().getDefiningOp<DequantizeOp>().getScheme();
  if (!filter.isInteger() || filter.getNumScaleLevels() != 1 || filter.getZeroPoint() == ZeroPointKind::Minimum)
    return "the integer form needs a filter of integers with one level of scales, got " + toString(filter);
  return op.getBias() ? findBiasObstacle(op.getBias(), op.getNumChannels()) : std::nullopt;
}

std::optional<std::string> nibble::findIntegerObstacle(QuantizableOpInterface op, const AssignedSchemes &schemes) {
  if (auto obstacle = findPlaceObstacle(op))
    return obstacle;
  if (isEncoded(op, schemes))
    return findInputObstacle(op, schemes.input);
  auto contraction = dyn_cast<ContractionOpInterface>(op.getOperation());
  if (!op.getWeight() && contraction && op.getOperandsWithRole(OperandRole::Activation).size() == 1)
    return findCodesObstacle(contraction, schemes);
  if (!op.getWeight())
    return findProductObstacle(op, schemes);
  if (auto obstacle = findWeightObstacle(op))
    return obstacle;
  if (auto obstacle = findInputObstacle(op, schemes.input))
    return obstacle;
  if (!schemes.filter)
    return "no scheme was assigned to its filter";
  if (!isByteFilter(schemes.filter, op.getWeight()->channelAxis))
    return std::nullopt;
  // Scales are raised until a bias takes at most 2^30.
  FilterQuantizer quantizer = createFilterQuantizer(op, schemes.filter);
  if (Value bias = op.getBiasValue())
    if (auto obstacle = findBiasObstacle(bias, quantizer.getNumChannels()))
      return obstacle;
  int64_t bound = quantizer.getAccumulatorBound(getInputSpan(schemes));
  // Behind scales of rows the accumulator has no bias.
  if (schemes.hasRowScales() && bound > std::numeric_limits<int32_t>::max())
    return llvm::formatv("sums of up to {0} do not fit a 32-bit accumulator", bound).str();
  if (schemes.needsRange() && bound + (int64_t(1) << 30) > std::numeric_limits<int32_t>::max())
    return llvm::formatv("sums of up to {0} and a bias may not fit a 32-bit accumulator", bound).str();
  return std::nullopt;
}

FilterQuantizer nibble::createFilterQuantizer(QuantizableOpInterface op, SchemeAttr scheme) {
  std::optional<QuantizableOperand> weight = op.getWeight();
  Value filter = weight->operand->get();
  return FilterQuantizer(*getConstantFloats(filter), cast<RankedTensorType>(filter.getType()).getShape(),
                         weight->channelAxis, scheme);
}
