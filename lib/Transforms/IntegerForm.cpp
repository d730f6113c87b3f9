//===- IntegerForm.cpp - whether a contraction can be computed in integers --------------------------===//

#include "IntegerForm.h"
#include "nibble/Support/ConstantElements.h"
#include "llvm/Support/FormatVariadic.h"
#include <limits>

using namespace mlir;
using namespace nibble;

static bool isFinite(ArrayRef<float> values) {
  return llvm::all_of(values, [](float value) { return std::isfinite(value); });
}

/// The dimension of the filter that becomes the output channel.
static int64_t getChannelAxis(ContractionOpInterface op) {
  for (const QuantizableOperand &operand : cast<QuantizableOpInterface>(op.getOperation()).getQuantizableOperands())
    if (operand.role == OperandRole::Weight)
      return operand.channelAxis;
  return -1;
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

static std::optional<std::string> findSchemeObstacle(const AssignedSchemes &schemes, int64_t channelAxis) {
  if (!isByteScheme(schemes.input) || !schemes.input.isPerTensor())
    return "the integer form needs 8-bit integers with one f32 scale for its input, got " + toString(schemes.input);
  if (!schemes.filter)
    return "no scheme was assigned to its filter";
  bool isSplitRight = schemes.filter.isPerTensor() || schemes.filter.getChannelAxis() == channelAxis;
  if (!isByteScheme(schemes.filter) || !isSplitRight || !schemes.filter.isSigned() ||
      schemes.filter.getZeroPoint() != ZeroPointKind::None)
    return "the integer form needs signed 8-bit integers without zero point and one f32 scale, or one for each output "
           "channel, for its filter, got " +
           toString(schemes.filter);
  return std::nullopt;
}

std::optional<std::string> nibble::findIntegerObstacle(Operation *op, const AssignedSchemes &schemes) {
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  if (!contraction)
    return llvm::formatv("'{0}' has no integer form", op->getName().getStringRef()).str();
  if (!contraction.getEpilogue().empty())
    return "it has an epilogue already";
  std::optional<SmallVector<float>> filter = getConstantFloats(contraction.getFilter());
  if (!filter)
    return "its filter is computed at run time";
  if (!isFinite(*filter))
    return "its filter holds NaN or infinity";
  if (auto obstacle = findSchemeObstacle(schemes, getChannelAxis(contraction)))
    return obstacle;
  if (Value value = contraction.getBias()) {
    std::optional<SmallVector<float>> bias = getConstantFloats(value);
    if (!bias)
      return "its bias is computed at run time";
    if (!isFinite(*bias))
      return "its bias holds NaN or infinity";
  }
  // Scales are raised until a bias takes at most 2^30.
  FilterQuantizer quantizer = createFilterQuantizer(contraction, schemes.filter);
  int64_t bound = quantizer.getAccumulatorBound(schemes.input.getMaxCode() - schemes.input.getMinCode());
  if (bound + (int64_t(1) << 30) > std::numeric_limits<int32_t>::max())
    return llvm::formatv("sums of up to {0} and a bias may not fit a 32-bit accumulator", bound).str();
  return std::nullopt;
}

FilterQuantizer nibble::createFilterQuantizer(ContractionOpInterface op, SchemeAttr scheme) {
  auto type = cast<RankedTensorType>(op.getFilter().getType());
  return FilterQuantizer(*getConstantFloats(op.getFilter()), type.getShape(), getChannelAxis(op), scheme);
}
