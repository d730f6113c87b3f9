//===- PackFilters.cpp - constant filters in the order of the kernels -------------------------------===//

#include "FilterLayout.h"
#include "ReadRows.h"
#include "nibble/Reference/Tensor.h"
#include "nibble/Target/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

namespace nibble {
#define GEN_PASS_DEF_X86PACKFILTERSPASS
#include "nibble/Target/X86/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

/// The elements of a constant of T; nothing when the attribute holds something else.
template <typename T>
static std::optional<std::vector<T>> readElements(ElementsAttr attr) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != attr.getNumElements() * sizeof(T))
      return std::nullopt;
    const T *data = reinterpret_cast<const T *>(blob->getData().data());
    return std::vector<T>(data, data + attr.getNumElements());
  }
  auto values = attr.tryGetValues<T>();
  if (!values)
    return std::nullopt;
  return std::vector<T>(values->begin(), values->end());
}

/// A one-dimensional constant; a resource, because text and attributes are no place for weights.
template <typename T>
static Value createConstant(OpBuilder &builder, Location loc, StringRef name, Type elementType, ArrayRef<T> values) {
  auto type = RankedTensorType::get(values.size(), elementType);
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T));
  constexpr size_t cacheLineSize = 64;
  auto blob = HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, cacheLineSize);
  auto attr = DenseResourceElementsAttr::get(type, name, std::move(blob));
  return arith::ConstantOp::create(builder, loc, attr);
}

namespace {

/// Packs the filter of one op.
template <typename ContractionOp>
class FilterPacker {
public:
  FilterPacker(ContractionOp op, ElementsAttr filter, const ContractionShape &shape, const CpuFacts &facts)
      : op(op), filter(filter), shape(shape), facts(facts), builder(op) {}

  LogicalResult pack() {
    SmallVector<int64_t> logicalShape(op.getFilterShape());
    LogicalResult packed = shape.codes                                  ? packRows()
                           : shape.arithmetic == Arithmetic::Float32 ? packElements<float>()
                                                                     : packCodes();
    if (succeeded(packed))
      op.setPackedFilterShape(logicalShape);
    return packed;
  }

private:
  /// The position of an element in the logical filter.
  int64_t getLogicalIndex(int64_t row, int64_t col, int64_t inputChannel, int64_t channel) {
    if (op.isFilterInRows())
      return channel * getRowLength() + (row * shape.kernelCols + col) * shape.inputChannels + inputChannel;
    if constexpr (std::is_same_v<ContractionOp, ContractOp>)
      if (op.getTransposeFilter())
        return channel * shape.inputChannels + inputChannel;
    return ((row * shape.kernelCols + col) * shape.inputChannels + inputChannel) * shape.groups * shape.outputChannels +
           channel;
  }

  int64_t getRowLength() const { return shape.kernelRows * shape.kernelCols * shape.inputChannels; }

  template <typename T>
  LogicalResult packElements() {
    std::optional<std::vector<T>> elements = readElements<T>(filter);
    if (!elements)
      return op.emitOpError() << "the elements of the filter are not available";
    std::vector<T> packed(getPackedSize(shape, facts));
    forEachPackedElement(shape, facts, [&](int64_t position, int64_t row, int64_t col, int64_t inputChannel,
                                           int64_t channel) {
      packed[position] = (*elements)[getLogicalIndex(row, col, inputChannel, channel)];
    });
    replaceFilter(ArrayRef<T>(packed), filter.getElementType());
    return success();
  }

  /// Codes: the zero points are folded into weights and bias.
  LogicalResult packCodes() {
    std::optional<std::vector<int8_t>> codes = readElements<int8_t>(filter);
    if (!codes)
      return op.emitOpError() << "the elements of the filter are not available";
    FailureOr<int64_t> inputZero = getZeroPoint(op.getInputZeroPoint(), "input");
    FailureOr<int64_t> filterZero = getZeroPoint(op.getFilterZeroPoint(), "filter");
    if (failed(inputZero) || failed(filterZero))
      return failure();
    // What is read for the activation zero, see ContractionShape::isInputSigned.
    int64_t storedZero = *inputZero + (shape.isInputSigned ? 128 : 0);

    std::vector<int8_t> packed(getPackedSize(shape, facts));
    std::vector<int64_t> sums(op.getNumChannels());
    bool fits = true;
    bool isSigned = op.getFilterSchemeAttr().isSigned();
    forEachPackedElement(shape, facts, [&](int64_t position, int64_t row, int64_t col, int64_t inputChannel,
                                           int64_t channel) {
      int8_t code = (*codes)[getLogicalIndex(row, col, inputChannel, channel)];
      int64_t weight = (isSigned ? code : static_cast<uint8_t>(code)) - *filterZero;
      fits &= weight == static_cast<int8_t>(weight);
      packed[position] = weight;
      sums[channel] += weight;
    });
    if (!fits)
      return op.emitOpError() << "is not lowered for x86 yet: code - zero point of the filter does not fit a signed byte";
    if (failed(foldIntoBias(sums, storedZero)))
      return failure();
    replaceFilter(ArrayRef<int8_t>(packed), filter.getElementType());
    op.getInputZeroPointMutable().clear();
    op.getFilterZeroPointMutable().clear();
    return success();
  }

  /// Rows of codes with the parameters of their blocks; see CodeLayout.h.
  LogicalResult packRows() {
    FailureOr<CodeRows> rows = readRows(cast<ContractionOpInterface>(*op), filter, shape);
    if (failed(rows))
      return failure();
    std::vector<uint8_t> packed = x86::packRows(shape, facts, *rows);
    if (!shape.codes->isScaled && failed(foldInputZeroPoint(*rows)))
      return failure();
    SmallVector<Operation *> parameters;
    for (Value value : op.getFilterScales())
      parameters.push_back(value.getDefiningOp());
    if (Value value = op.getFilterZeroPoints())
      parameters.push_back(value.getDefiningOp());
    op.getFilterScalesMutable().clear();
    op.getFilterZeroPointsMutable().clear();
    for (Operation *parameter : parameters)
      if (parameter->use_empty())
        parameter->erase();
    replaceFilter(ArrayRef(reinterpret_cast<const int8_t *>(packed.data()), packed.size()), builder.getI8Type());
    return success();
  }

  /// Integer sums of codes: what the input's zero contributes goes into the bias.
  LogicalResult foldInputZeroPoint(const CodeRows &rows) {
    FailureOr<int64_t> inputZero = getZeroPoint(op.getInputZeroPoint(), "input");
    if (failed(inputZero))
      return failure();
    std::vector<int64_t> sums(op.getNumChannels());
    for (auto [index, code] : llvm::enumerate(rows.codes))
      sums[index / getRowLength()] += code - shape.codes->zero;
    op.getInputZeroPointMutable().clear();
    return foldIntoBias(sums, *inputZero + (shape.isInputSigned ? 128 : 0));
  }

  FailureOr<int64_t> getZeroPoint(Value zeroPoint, StringRef what) {
    APInt value;
    if (!zeroPoint)
      return 0;
    if (!matchPattern(zeroPoint, m_ConstantInt(&value)))
      return op.emitOpError() << "is not lowered for x86 yet: " << what << " zero point known only at run time";
    return value.getSExtValue();
  }

  /// bias -= storedZero * sum of the weights of the channel. Sums are modulo 2^32, as in the kernel.
  LogicalResult foldIntoBias(ArrayRef<int64_t> sums, int64_t storedZero) {
    if (storedZero == 0)
      return success();
    std::vector<int32_t> values(sums.size());
    if (Value bias = op.getBias()) {
      ElementsAttr attr;
      std::optional<std::vector<int32_t>> constant;
      if (matchPattern(bias, m_Constant(&attr)))
        constant = readElements<int32_t>(attr);
      if (!constant)
        return op.emitOpError() << "is not lowered for x86 yet: bias known only at run time";
      values = std::move(*constant);
    }
    for (auto [value, sum] : llvm::zip_equal(values, sums))
      value = static_cast<int32_t>(static_cast<int64_t>(value) - storedZero * sum);
    op.getBiasMutable().assign(
        createConstant(builder, op.getLoc(), "packed_bias", builder.getI32Type(), ArrayRef<int32_t>(values)));
    return success();
  }

  template <typename T>
  void replaceFilter(ArrayRef<T> packed, Type elementType) {
    Operation *old = op.getFilter().getDefiningOp();
    op.getFilterMutable().assign(
        createConstant(builder, op.getFilter().getLoc(), "packed_filter", elementType, packed));
    if (old->use_empty())
      old->erase();
  }

  ContractionOp op;
  ElementsAttr filter;
  const ContractionShape &shape;
  const CpuFacts &facts;
  OpBuilder builder;
};

} // namespace

/// One zero point for all blocks is a constant of the kernel.
template <typename ContractionOp>
static void joinZeroPoints(ContractionOp op) {
  ElementsAttr attr;
  if (!op.getFilterZeroPoints() || op.getFilterSchemeAttr().getZeroPoint() != ZeroPointKind::Integer ||
      !matchPattern(op.getFilterZeroPoints(), m_Constant(&attr)))
    return;
  FailureOr<reference::Tensor> zeroPoints = reference::Tensor::get(attr);
  if (failed(zeroPoints) || zeroPoints->getNumElements() == 0 || !llvm::all_equal(zeroPoints->getElements<int32_t>()))
    return;
  OpBuilder builder(op);
  Value zeroPoint = arith::ConstantOp::create(
      builder, op.getLoc(), builder.getI32IntegerAttr(zeroPoints->getElements<int32_t>().front()));
  op.getFilterZeroPointMutable().assign(zeroPoint);
  op.getFilterZeroPointsMutable().clear();
}

template <typename ContractionOp>
static LogicalResult packFilter(ContractionOp op, const CpuFacts &facts) {
  ElementsAttr filter;
  bool isShared = isa<ConvOp>(op) || op.getFilterShape().size() == 2;
  if (op.isFilterInTargetOrder() || !isShared || !matchPattern(op.getFilter(), m_Constant(&filter)))
    return success();
  joinZeroPoints(op);
  FailureOr<ContractionShape> shape = getContractionShape(op);
  if (failed(shape))
    return failure();
  return FilterPacker<ContractionOp>(op, filter, *shape, facts).pack();
}

namespace {

struct X86PackFiltersPass : public nibble::impl::X86PackFiltersPassBase<X86PackFiltersPass> {
  using X86PackFiltersPassBase::X86PackFiltersPassBase;

  void runOnOperation() override {
    FailureOr<CpuFacts> facts = getCpuFactsOrEmit(cpu, getOperation());
    if (failed(facts))
      return signalPassFailure();
    bool anyFailed = false;
    getOperation().walk([&](ContractionOpInterface op) {
      LogicalResult packed = isa<ConvOp>(op) ? packFilter(cast<ConvOp>(op), *facts)
                                             : packFilter(cast<ContractOp>(op), *facts);
      anyFailed |= failed(packed);
    });
    if (anyFailed)
      signalPassFailure();
  }
};

} // namespace
