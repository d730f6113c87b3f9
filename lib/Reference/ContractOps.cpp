//===- ContractOps.cpp - nibble.conv and nibble.contract -------------------------------------------===//
//
// Both are rows of dot products: for one output position the sums of all channels, then the epilogue over the row.
// Integer sums are exact in 64 bits, and one that does not fit the accumulator is an error.
//
//===----------------------------------------------------------------------------------------------===//

#include "Evaluators.h"
#include "nibble/Numerics/SmallFloat.h"
#include "llvm/ADT/STLExtras.h"
#include <limits>
#include <vector>

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

//===----------------------------------------------------------------------------------------------===//
// Operands as numbers
//===----------------------------------------------------------------------------------------------===//

template <typename Number, typename Stored>
static void convert(const std::vector<char> &bytes, int32_t zeroPoint, std::vector<Number> &numbers) {
  const auto *stored = reinterpret_cast<const Stored *>(bytes.data());
  for (auto [i, number] : llvm::enumerate(numbers))
    number = static_cast<Number>(stored[i]) - static_cast<Number>(zeroPoint);
}

template <typename Number, float (*widen)(uint16_t)>
static void convertSmallFloat(const std::vector<char> &bytes, std::vector<Number> &numbers) {
  const auto *stored = reinterpret_cast<const uint16_t *>(bytes.data());
  for (auto [i, number] : llvm::enumerate(numbers))
    number = static_cast<Number>(widen(stored[i]));
}

/// All elements in row-major order, less the zero point. Codes of an unsigned scheme are zero-extended.
template <typename Number>
static std::vector<Number> readOperand(const View &view, SchemeAttr scheme, int32_t zeroPoint) {
  View packed = view;
  packed.strides = getRowMajorStrides(view.shape);
  std::vector<char> bytes(view.getNumElements() * getSizeInBytes(view.kind));
  packed.data = bytes.data();
  copyElements(view, packed);

  std::vector<Number> numbers(view.getNumElements());
  bool isUnsigned = scheme && !scheme.isSigned();
  switch (view.kind) {
  case ElementKind::I8:
    isUnsigned ? convert<Number, uint8_t>(bytes, zeroPoint, numbers)
               : convert<Number, int8_t>(bytes, zeroPoint, numbers);
    break;
  case ElementKind::I16:
    isUnsigned ? convert<Number, uint16_t>(bytes, zeroPoint, numbers)
               : convert<Number, int16_t>(bytes, zeroPoint, numbers);
    break;
  case ElementKind::F16:
    convertSmallFloat<Number, numerics::halfToFloat>(bytes, numbers);
    break;
  case ElementKind::BF16:
    convertSmallFloat<Number, numerics::bfloatToFloat>(bytes, numbers);
    break;
  case ElementKind::F32:
    convert<Number, float>(bytes, 0, numbers);
    break;
  case ElementKind::F64:
    convert<Number, double>(bytes, 0, numbers);
    break;
  default:
    llvm_unreachable("checkOperands lets no other kind through");
  }
  return numbers;
}

/// A zero point given as a scalar operand; 0 without one.
static FailureOr<int32_t> getZeroPoint(Operation *op, Value value, const Frame &frame) {
  constexpr int64_t limit = 1 << 16;
  int64_t zeroPoint = value ? frame.getInteger(value) : 0;
  if (zeroPoint < -limit || zeroPoint > limit)
    return op->emitOpError() << "expected a zero point of at most " << limit << " in magnitude, got " << zeroPoint;
  return static_cast<int32_t>(zeroPoint);
}

static LogicalResult checkOperands(ContractionOpInterface op, bool isPacked) {
  if (isPacked)
    return op->emitOpError("has a filter in a target's own order, which the reference interpreter cannot read");
  bool isFloatSum = isa<FloatType>(op.getAccumulatorType());
  for (Value operand : {op.getInput(), op.getFilter()}) {
    std::optional<ElementKind> kind = getElementKind(getElementTypeOrSelf(operand.getType()));
    bool isCode = kind == ElementKind::I8 || kind == ElementKind::I16;
    if (!isCode && !(isFloatSum && kind && isFloat(*kind)))
      return op->emitOpError() << "multiplies " << operand.getType() << " into " << op.getAccumulatorType()
                               << ", which is not supported by the reference interpreter";
  }
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------------------------------===//

namespace {
/// Writes rows of sums to the result, through the epilogue.
class RowWriter {
public:
  /// Sets the op's results when it has any; memrefs are written in place.
  static FailureOr<RowWriter> create(ContractionOpInterface op, Frame &frame);

  /// `position` counts rows of the result in row-major order.
  template <typename Sum> LogicalResult write(int64_t position, ArrayRef<Sum> sums);

private:
  RowWriter(ContractionOpInterface op) : op(op) {}
  LogicalResult runEpilogue(int64_t position);
  /// Where a row of a view of the result's shape starts.
  static char *getRow(const View &view, int64_t position);

  ContractionOpInterface op;
  View result;
  Tensor accumulators; // one row
  SmallVector<View> operands;
  std::unique_ptr<ScalarProgram> epilogue; // null: accumulators are the result
  std::unique_ptr<ScalarMachine> machine;
};
} // namespace

FailureOr<RowWriter> RowWriter::create(ContractionOpInterface op, Frame &frame) {
  RowWriter writer(op);
  writer.result = frame.getView(op.getInit());
  FailureOr<Tensor> accumulators = frame.create(op, op.getAccumulatorType(), {writer.result.shape.back()});
  if (failed(accumulators))
    return failure();
  writer.accumulators = *accumulators;
  if (auto type = dyn_cast<RankedTensorType>(op.getInit().getType())) {
    FailureOr<Tensor> result = frame.create(op, type.getElementType(), writer.result.shape);
    if (failed(result))
      return failure();
    writer.result = result->getView();
    frame.set(op->getResult(0), *result);
  }
  for (Value operand : op.getEpilogueOperands())
    writer.operands.push_back(frame.getView(operand));
  if (op.getEpilogue().empty())
    return writer;
  FailureOr<ScalarProgram> epilogue = ScalarProgram::compile(op.getEpilogue().front());
  if (failed(epilogue))
    return failure();
  writer.epilogue = std::make_unique<ScalarProgram>(std::move(*epilogue));
  writer.machine = std::make_unique<ScalarMachine>(frame.makeMachine(*writer.epilogue));
  return writer;
}

char *RowWriter::getRow(const View &view, int64_t position) {
  int64_t offset = 0;
  for (int64_t dim = view.getRank() - 2; dim >= 0; --dim) {
    offset += position % view.shape[dim] * view.strides[dim];
    position /= view.shape[dim];
  }
  return view.data + offset * getSizeInBytes(view.kind);
}

template <typename Sum> LogicalResult RowWriter::write(int64_t position, ArrayRef<Sum> sums) {
  for (auto [channel, sum] : llvm::enumerate(sums)) {
    if constexpr (std::is_floating_point_v<Sum>) {
      accumulators.setFloat(channel, sum);
    } else if (accumulators.getKind() == ElementKind::I64) {
      accumulators.getMutableElements<int64_t>()[channel] = sum;
    } else {
      if (sum < std::numeric_limits<int32_t>::min() || sum > std::numeric_limits<int32_t>::max())
        return op->emitOpError() << "has the sum " << sum << " in channel " << channel << ", which overflows "
                                 << op.getAccumulatorType();
      accumulators.getMutableElements<int32_t>()[channel] = static_cast<int32_t>(sum);
    }
  }
  if (epilogue)
    return runEpilogue(position);
  View row = accumulators.getView();
  View target{getRow(result, position), result.kind, row.shape, {result.strides.back()}};
  copyElements(row, target);
  return success();
}

LogicalResult RowWriter::runEpilogue(int64_t position) {
  int64_t numChannels = result.shape.back();
  for (int64_t first = 0; first < numChannels; first += maxLanes) {
    int64_t numLanes = std::min(maxLanes, numChannels - first);
    auto load = [&](ScalarProgram::Port port, const char *row, int64_t stride) {
      machine->load(port, row + first * stride * getSizeInBytes(port.kind), stride, numLanes);
    };
    load(epilogue->inputs.front(), accumulators.getData(), 1);
    for (auto [port, view] : llvm::zip_equal(ArrayRef(epilogue->inputs).drop_front(), operands))
      load(port, view.getRank() > 1 ? getRow(view, position) : view.data, view.getRank() ? view.strides.back() : 0);
    if (failed(machine->run(numLanes)))
      return failure();
    int64_t stride = result.strides.back();
    machine->store(epilogue->outputs.front(), getRow(result, position) + first * stride * getSizeInBytes(result.kind),
                   stride, numLanes);
  }
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------------------------------===//

/// Calls `compute(number, sum)` with the types of the numbers and their sums for an accumulator.
template <typename Function> static LogicalResult dispatchAccumulator(ContractionOpInterface op, Function compute) {
  Type type = op.getAccumulatorType();
  if (type.isF64())
    return compute(double(), double());
  if (isa<FloatType>(type))
    return compute(float(), float());
  if (type.isInteger(32) || type.isInteger(64))
    return compute(int32_t(), int64_t());
  return op->emitOpError() << "accumulates in " << type << ", which is not supported by the reference interpreter";
}

/// The bias as sums, or zeros.
template <typename Sum>
static std::vector<Sum> readBias(ContractionOpInterface op, int64_t numChannels, const Frame &frame) {
  std::vector<Sum> sums(numChannels, Sum(0));
  if (!op.getBias())
    return sums;
  const View bias = frame.getView(op.getBias());
  FailureOr<Tensor> row = Tensor::create(op.getAccumulatorType(), bias.shape);
  copyElements(bias, row->getView());
  for (auto [channel, sum] : llvm::enumerate(sums))
    sum = std::is_floating_point_v<Sum> ? static_cast<Sum>(row->getFloat(channel))
                                        : static_cast<Sum>(row->getInteger(channel));
  return sums;
}

/// sums[j] += x * filter[j]
template <typename Number, typename Sum>
static void multiplyAdd(Number x, const Number *filter, Sum *sums, int64_t count) {
  for (int64_t j = 0; j < count; ++j)
    sums[j] += static_cast<Sum>(x) * filter[j];
}

template <typename Number, typename Sum> static LogicalResult convolve(ConvOp op, Frame &frame) {
  FailureOr<int32_t> inputZero = getZeroPoint(op, op.getInputZeroPoint(), frame);
  FailureOr<int32_t> filterZero = getZeroPoint(op, op.getFilterZeroPoint(), frame);
  if (failed(inputZero) || failed(filterZero))
    return failure();
  View inputView = frame.getView(op.getInput()), filterView = frame.getView(op.getFilter());
  SmallVector<int64_t, 4> output = frame.getView(op.getInit()).shape;
  std::vector<Number> input = readOperand<Number>(inputView, op.getInputSchemeAttr(), *inputZero);
  std::vector<Number> filter = readOperand<Number>(filterView, op.getFilterSchemeAttr(), *filterZero);
  int64_t height = inputView.shape[1], width = inputView.shape[2], channels = inputView.shape[3];
  int64_t groupChannels = filterView.shape[2], features = filterView.shape[3];
  int64_t groups = op.getGroups(), groupFeatures = features / groups;
  std::vector<Sum> bias = readBias<Sum>(op, features, frame);
  // What lies outside reads as the input zero point, that is, as 0 once the zero point is taken off.
  std::vector<Number> outside(channels, Number(0));

  FailureOr<RowWriter> writer = RowWriter::create(op, frame);
  if (failed(writer))
    return failure();
  int64_t position = 0;
  for (int64_t n = 0; n < output[0]; ++n)
    for (int64_t oh = 0; oh < output[1]; ++oh)
      for (int64_t ow = 0; ow < output[2]; ++ow, ++position) {
        std::vector<Sum> sums = bias;
        const Number *weights = filter.data();
        for (int64_t kh = 0; kh < filterView.shape[0]; ++kh)
          for (int64_t kw = 0; kw < filterView.shape[1]; ++kw, weights += groupChannels * features) {
            int64_t ih = oh * op.getStrides()[0] + kh * op.getDilations()[0] - op.getPadding()[0];
            int64_t iw = ow * op.getStrides()[1] + kw * op.getDilations()[1] - op.getPadding()[2];
            bool isInside = ih >= 0 && ih < height && iw >= 0 && iw < width;
            const Number *pixel = isInside ? &input[((n * height + ih) * width + iw) * channels] : outside.data();
            for (int64_t g = 0; g < groups; ++g)
              for (int64_t c = 0; c < groupChannels; ++c)
                multiplyAdd(pixel[g * groupChannels + c], weights + c * features + g * groupFeatures,
                            sums.data() + g * groupFeatures, groupFeatures);
          }
        if (failed(writer->write(position, ArrayRef<Sum>(sums))))
          return failure();
      }
  return success();
}

LogicalResult nibble::reference::evaluateOp(ConvOp op, Frame &frame) {
  auto contraction = cast<ContractionOpInterface>(*op);
  if (failed(checkOperands(contraction, op.getPackedFilterShape().has_value())))
    return failure();
  return dispatchAccumulator(
      contraction, [&](auto number, auto sum) { return convolve<decltype(number), decltype(sum)>(op, frame); });
}

//===----------------------------------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------------------------------===//

template <typename Number, typename Sum> static LogicalResult contract(ContractOp op, Frame &frame) {
  FailureOr<int32_t> inputZero = getZeroPoint(op, op.getInputZeroPoint(), frame);
  FailureOr<int32_t> filterZero = getZeroPoint(op, op.getFilterZeroPoint(), frame);
  if (failed(inputZero) || failed(filterZero))
    return failure();
  View inputView = frame.getView(op.getInput()), filterView = frame.getView(op.getFilter());
  int64_t filterRank = filterView.getRank();
  if (op.getTransposeFilter()) {
    std::swap(filterView.shape[filterRank - 2], filterView.shape[filterRank - 1]);
    std::swap(filterView.strides[filterRank - 2], filterView.strides[filterRank - 1]);
  }
  std::vector<Number> input = readOperand<Number>(inputView, op.getInputSchemeAttr(), *inputZero);
  std::vector<Number> filter = readOperand<Number>(filterView, op.getFilterSchemeAttr(), *filterZero);
  ArrayRef<int64_t> shape = inputView.shape;
  int64_t rowLength = shape.back(), rowsPerBatch = shape[shape.size() - 2], numChannels = filterView.shape.back();
  int64_t numRows = ShapedType::getNumElements(shape.drop_back());
  std::vector<Sum> bias = readBias<Sum>(op, numChannels, frame);

  FailureOr<RowWriter> writer = RowWriter::create(op, frame);
  if (failed(writer))
    return failure();
  for (int64_t row = 0; row < numRows; ++row) {
    std::vector<Sum> sums = bias;
    int64_t batch = filterRank > 2 ? row / rowsPerBatch : 0;
    for (int64_t k = 0; k < rowLength; ++k)
      multiplyAdd(input[row * rowLength + k], filter.data() + (batch * rowLength + k) * numChannels, sums.data(),
                  numChannels);
    if (failed(writer->write(row, ArrayRef<Sum>(sums))))
      return failure();
  }
  return success();
}

LogicalResult nibble::reference::evaluateOp(ContractOp op, Frame &frame) {
  auto contraction = cast<ContractionOpInterface>(*op);
  if (failed(checkOperands(contraction, op.getPackedFilterShape().has_value())))
    return failure();
  return dispatchAccumulator(
      contraction, [&](auto number, auto sum) { return contract<decltype(number), decltype(sum)>(op, frame); });
}
