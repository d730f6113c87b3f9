//===- ContractOps.cpp - nibble.conv and nibble.contract -------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

/// What both ops read and write: operands are read, the destination is written, on buffers only.
template <typename ContractionOp>
static void getContractionEffects(ContractionOp op,
                                  SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool isInit = operand.get() == op.getInit();
    effects.emplace_back(isInit ? static_cast<MemoryEffects::Effect *>(MemoryEffects::Write::get())
                                : MemoryEffects::Read::get(),
                         &operand, SideEffects::DefaultResource::get());
  }
}

void ConvOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  getContractionEffects(*this, effects);
}
void ContractOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  getContractionEffects(*this, effects);
}

template <typename ContractionOp>
static Type accumulatorType(ContractionOp op) {
  Region &epilogue = op.getEpilogue();
  if (!epilogue.empty() && epilogue.getNumArguments() > 0)
    return epilogue.getArgument(0).getType();
  return op.getInitType().getElementType();
}

Type ConvOp::getAccumulatorType() { return accumulatorType(*this); }
Type ContractOp::getAccumulatorType() { return accumulatorType(*this); }

int64_t ConvOp::getNumChannels() { return getInitType().getShape().back(); }
int64_t ContractOp::getNumChannels() { return getInitType().getShape().back(); }

//===----------------------------------------------------------------------------------------------===//
// Quantizable
//===----------------------------------------------------------------------------------------------===//

/// Whether a value is dequantized from what is known at compile time.
static bool isKnownInCodes(Value value) {
  auto op = value.getDefiningOp<DequantizeOp>();
  return op && llvm::all_of(op->getOperands(), [](Value operand) { return matchPattern(operand, m_Constant()); });
}

/// A filter that came in codes keeps them. One that is computed at run time is an activation with one scale.
template <typename ContractionOp>
static SmallVector<QuantizableOperand> quantizableOperands(ContractionOp op, int64_t channelAxis) {
  SmallVector<QuantizableOperand> operands = {{&op.getInputMutable(), OperandRole::Activation}};
  if (matchPattern(op.getFilter(), m_Constant()))
    operands.push_back({&op.getFilterMutable(), OperandRole::Weight, channelAxis});
  else if (!isKnownInCodes(op.getFilter()))
    operands.push_back({&op.getFilterMutable(), OperandRole::Activation});
  for (OpOperand &bias : op.getBiasMutable())
    operands.push_back({&bias, OperandRole::Bias, 0});
  return operands;
}

SmallVector<QuantizableOperand> ConvOp::getQuantizableOperands() { return quantizableOperands(*this, 3); }

int64_t ConvOp::getReductionSize() {
  ArrayRef<int64_t> shape = getFilterShape();
  return shape[0] * shape[1] * shape[2];
}

SmallVector<QuantizableOperand> ContractOp::getQuantizableOperands() {
  int64_t rank = getFilterShape().size();
  return quantizableOperands(*this, getTransposeFilter() ? rank - 2 : rank - 1);
}

int64_t ContractOp::getReductionSize() { return getInputType().getShape().back(); }

//===----------------------------------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------------------------------===//

/// (C7) of nibble.conv.
static LogicalResult verifySchemes(ContractionOpInterface op, StringRef label) {
  SchemeAttr input = op.getInputSchemeAttr(), filter = op.getFilterSchemeAttr();
  if (!op.isFilterScaled() && static_cast<bool>(input) != static_cast<bool>(filter))
    return op.emitOpError() << label << " input and filter have a scheme both or neither";
  for (SchemeAttr scheme : {input, op.isFilterScaled() ? SchemeAttr() : filter})
    if (scheme && (!scheme.isInteger() || scheme.getZeroPoint() == ZeroPointKind::Minimum))
      return op.emitOpError() << label << " expected an integer scheme without minimum, got " << scheme;
  return success();
}

/// (C8) of nibble.conv.
static LogicalResult verifyRows(ContractionOpInterface op, int64_t rowLength, StringRef label) {
  if (!op.isFilterInRows())
    return success();
  SchemeAttr scheme = op.getFilterSchemeAttr();
  if (!scheme)
    return op.emitOpError() << label << " a filter in rows has a scheme";
  auto type = cast<ShapedType>(op.getFilter().getType());
  SmallVector<int64_t> expected = scheme.getStorageShape({op.getNumChannels(), rowLength});
  if (type.getShape() != ArrayRef(expected) || type.getElementType() != scheme.getStorageElementType())
    return op.emitOpError() << label << " expected " << expected[0] << " rows of " << expected[1] << " x "
                            << scheme.getStorageElementType() << ", got " << type;
  return success();
}

/// (C9) of nibble.conv.
static LogicalResult verifyFilterScales(ContractionOpInterface op, int64_t rowLength, StringRef label) {
  SchemeAttr scheme = op.getFilterSchemeAttr();
  bool isExpected = op.isFilterScaled() && !op.isFilterInTargetOrder();
  if (!isExpected) {
    if (!op.getFilterScales().empty() || op.getFilterZeroPoints())
      return op.emitOpError() << label << " filter scales and zero points are for the codes of a filter whose sums are floats";
    return success();
  }
  if (!op.getAccumulatorType().isF32())
    return op.emitOpError() << label << " expected the sums of a scaled filter in f32, got " << op.getAccumulatorType();
  if (!op.isFilterInRows())
    return op.emitOpError() << label << " expected the filter in rows, got " << op.getFilter().getType();
  if (op.getFilterZeroPoint())
    return op.emitOpError() << label << " a filter with scales has zero points for its blocks";
  if (op.getFilterScales().size() != scheme.getNumScaleLevels())
    return op.emitOpError() << label << " expected scales of " << scheme.getNumScaleLevels() << " levels, got "
                            << op.getFilterScales().size();
  if (scheme.getBlock().size() != 2 || scheme.getBlock()[0] != 1)
    return op.emitOpError() << label << " expected blocks of one row, got " << scheme;
  auto hasType = [&](Value value, Type element, unsigned level) {
    auto type = cast<ShapedType>(value.getType());
    return type.getShape() == ArrayRef(scheme.getScaleShape({op.getNumChannels(), rowLength}, level)) &&
           type.getElementType() == element;
  };
  for (auto [level, scales] : llvm::enumerate(op.getFilterScales()))
    if (!hasType(scales, scheme.getScaleElementType(level), level))
      return op.emitOpError() << label << " expected filter scales of shape ["
                              << scheme.getScaleShape({op.getNumChannels(), rowLength}, level) << "] and type "
                              << scheme.getScaleElementType(level) << ", got " << scales.getType();
  Value zeroPoints = op.getFilterZeroPoints();
  if ((scheme.getZeroPoint() != ZeroPointKind::None) != static_cast<bool>(zeroPoints))
    return op.emitOpError() << label << " the filter's scheme has " << (zeroPoints ? "no" : "a") << " zero point, the op has "
                            << (zeroPoints ? "some" : "none");
  if (zeroPoints && !hasType(zeroPoints, scheme.getZeroPointElementType(), 0))
    return op.emitOpError() << label << " expected filter zero points of shape ["
                            << scheme.getScaleShape({op.getNumChannels(), rowLength}) << "] and type "
                            << scheme.getZeroPointElementType() << ", got " << zeroPoints.getType();
  return success();
}

/// Whether an epilogue operand has an element for each element of the result: one for all, one for each channel, or in each dimension
/// as many or one.
static bool isEpilogueShape(ArrayRef<int64_t> operand, ArrayRef<int64_t> result) {
  if (operand.size() <= 1)
    return operand.empty() || operand.back() == result.back();
  return operand.size() == result.size() && llvm::all_of(llvm::zip_equal(operand, result), [](auto sizes) {
           auto [size, resultSize] = sizes;
           return size == 1 || size == resultSize;
         });
}

namespace {
/// The labels of (C5) to (C9) of nibble.conv.
struct Labels {
  StringRef bias, epilogue, schemes, rows, scales;
};
} // namespace

/// (C5) to (C9) of nibble.conv; `rowLength` is the number of elements that a result sums.
template <typename ContractionOp>
static LogicalResult verifyContraction(ContractionOp op, int64_t rowLength, const Labels &labels) {
  ShapedType initType = op.getInitType();
  int64_t numChannels = initType.getShape().back();
  Type accumulator = op.getAccumulatorType();
  if (Value bias = op.getBias()) {
    auto type = cast<ShapedType>(bias.getType());
    if (type.getRank() != 1 || type.getDimSize(0) != numChannels || type.getElementType() != accumulator)
      return op.emitOpError() << labels.bias << " expected a bias of " << numChannels << " x " << accumulator << ", got "
                              << type;
  }
  Region &epilogue = op.getEpilogue();
  if (epilogue.empty()) {
    if (!op.getEpilogueOperands().empty())
      return op.emitOpError() << labels.epilogue << " epilogue operands need an epilogue";
  } else {
    Block &block = epilogue.front();
    if (block.getNumArguments() != op.getEpilogueOperands().size() + 1)
      return op.emitOpError() << labels.epilogue << " expected " << op.getEpilogueOperands().size() + 1
                              << " epilogue arguments, got " << block.getNumArguments();
    for (auto [argument, operand] : llvm::zip_equal(block.getArguments().drop_front(), op.getEpilogueOperands())) {
      auto type = cast<ShapedType>(operand.getType());
      if (!isEpilogueShape(type.getShape(), initType.getShape()))
        return op.emitOpError() << labels.epilogue << " an epilogue operand is a scalar, has one element per channel, or in each "
                                << "dimension of the result its size or 1; got " << type;
      if (argument.getType() != type.getElementType())
        return op.emitOpError() << labels.epilogue << " epilogue argument of type " << argument.getType() << " for operand "
                                << type;
    }
    auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
    if (!yield || yield.getValues().size() != 1 || yield.getValue().getType() != initType.getElementType())
      return op.emitOpError() << labels.epilogue << " the epilogue must yield " << initType.getElementType();
  }
  auto contraction = cast<ContractionOpInterface>(*op);
  SchemeAttr filterScheme = op.getFilterSchemeAttr();
  if (filterScheme && failed(filterScheme.verifyTable([&] { return op.emitOpError(); })))
    return failure();
  if (failed(verifySchemes(contraction, labels.schemes)) || failed(verifyRows(contraction, rowLength, labels.rows)))
    return failure();
  return verifyFilterScales(contraction, rowLength, labels.scales);
}

LogicalResult ConvOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  ShapedType filterType = getFilterType();
  ArrayRef<int64_t> filter = getFilterShape();
  // (C1)
  if (input.getRank() != 4 || init.getRank() != 4 || filter.size() != 4 ||
      (getPackedFilterShape() ? filterType.getRank() > 2 : filterType.getRank() != 4))
    return emitOpError() << "(C1) expected input, filter and init of rank 4, got " << input << ", " << filterType << ", "
                         << init;
  // (C3)
  if (getStrides().size() != 2 || getDilations().size() != 2 || getPadding().size() != 4)
    return emitOpError() << "(C3) expected two strides, two dilations and four padding sizes";
  for (int64_t value : llvm::concat<const int64_t>(getStrides(), getDilations()))
    if (value < 1)
      return emitOpError() << "(C3) strides and dilations are positive, got " << value;
  for (int64_t value : getPadding())
    if (value < 0)
      return emitOpError() << "(C3) padding is not negative, got " << value;
  // (C2)
  int64_t groups = getGroups(), channels = input.getDimSize(3), features = init.getDimSize(3);
  if (groups < 1 || channels % groups || features % groups || filter[2] * groups != channels || filter[3] != features)
    return emitOpError() << "(C2) " << channels << " input channels, " << features << " output channels and " << groups
                         << " groups do not fit a filter of shape [" << filter << "]";
  // (C4)
  if (input.getDimSize(0) != init.getDimSize(0))
    return emitOpError() << "(C4) expected batch " << input.getDimSize(0) << ", got " << init.getDimSize(0);
  for (int dim : {0, 1}) {
    int64_t extent = input.getDimSize(1 + dim), padded = extent + getPadding()[2 * dim] + getPadding()[2 * dim + 1];
    int64_t window = (filter[dim] - 1) * getDilations()[dim] + 1;
    if (ShapedType::isDynamic(extent) || ShapedType::isDynamic(init.getDimSize(1 + dim)))
      continue;
    int64_t expected = padded < window ? 0 : (padded - window) / getStrides()[dim] + 1;
    if (init.getDimSize(1 + dim) != expected)
      return emitOpError() << "(C4) expected " << expected << " results in spatial dimension " << dim << ", got "
                           << init.getDimSize(1 + dim);
  }
  return verifyContraction(*this, filter[0] * filter[1] * filter[2], {"(C5)", "(C6)", "(C7)", "(C8)", "(C9)"});
}

LogicalResult ContractOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  ShapedType filterType = getFilterType();
  ArrayRef<int64_t> filter = getFilterShape();
  int64_t rank = input.getRank(), filterRank = filter.size();
  // (C1)
  if (rank < 2 || init.getRank() != rank || (filterRank != 2 && filterRank != rank) ||
      (getPackedFilterShape() ? filterType.getRank() > 2 || (isFilterInRows() && filterRank != 2)
                              : filterType.getRank() != filterRank))
    return emitOpError() << "(C1) expected input and init of one rank and a filter of that rank or 2, got " << input
                         << ", " << filterType << ", " << init;
  // (C2)
  if (isFilterInRows() && !getTransposeFilter())
    return emitOpError() << "(C2) a filter in rows is transposed";
  int64_t k = filter[filterRank - (getTransposeFilter() ? 1 : 2)], n = filter[filterRank - (getTransposeFilter() ? 2 : 1)];
  ArrayRef<int64_t> batch = input.getShape().drop_back(2);
  if (batch != init.getShape().drop_back(2) || (filterRank > 2 && filter.drop_back(2) != batch))
    return emitOpError() << "(C2) batch dimensions differ: " << input << ", filter [" << filter << "], " << init;
  if (input.getDimSize(rank - 1) != k || init.getDimSize(rank - 1) != n ||
      input.getDimSize(rank - 2) != init.getDimSize(rank - 2))
    return emitOpError() << "(C2) M, N and K differ: " << input << ", filter [" << filter << "], " << init;
  return verifyContraction(*this, k, {"(C3)", "(C4)", "(C5)", "(C6)", "(C7)"});
}
