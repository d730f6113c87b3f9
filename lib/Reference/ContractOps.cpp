//===- ContractOps.cpp - nibble.conv and nibble.contract -------------------------------------------===//
//
// Both are rows of dot products: for one output position the sums of all channels, then the epilogue over the row.
// Integer sums are exact in 64 bits, and one that does not fit the accumulator is an error.
//
//===----------------------------------------------------------------------------------------------===//

#include "ContractionOperands.h"
#include "RowContraction.h"
#include "RowWriter.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

FailureOr<int32_t> nibble::reference::getZeroPoint(Operation *op, Value value, const Frame &frame) {
  constexpr int64_t limit = 1 << 16;
  int64_t zeroPoint = value ? frame.getInteger(value) : 0;
  if (zeroPoint < -limit || zeroPoint > limit)
    return op->emitOpError() << "expected a zero point of at most " << limit << " in magnitude, got " << zeroPoint;
  return static_cast<int32_t>(zeroPoint);
}

static LogicalResult checkOperands(ContractionOpInterface op) {
  if (op.isFilterInTargetOrder())
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
  if (failed(checkOperands(contraction)))
    return failure();
  if (op.isFilterInRows())
    return contractRows(op, frame);
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
  if (failed(checkOperands(contraction)))
    return failure();
  if (op.isFilterInRows())
    return contractRows(op, frame);
  return dispatchAccumulator(
      contraction, [&](auto number, auto sum) { return contract<decltype(number), decltype(sum)>(op, frame); });
}
