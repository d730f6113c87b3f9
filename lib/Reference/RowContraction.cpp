//===- RowContraction.cpp - contractions whose filter is in rows ------------------------------------===//
//
// The elements of the input that meet a row are gathered first, in the order of the row: every sum is then one of two arrays, a
// block at a time.
//
//===----------------------------------------------------------------------------------------------===//

#include "RowContraction.h"
#include "ContractionOperands.h"
#include "ElementCoder.h"
#include "RowWriter.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

//===----------------------------------------------------------------------------------------------===//
// Input
//===----------------------------------------------------------------------------------------------===//

namespace {
/// The elements that meet the rows of one group, at one position of the result.
template <typename Number>
class Patches {
public:
  static FailureOr<Patches> get(ConvOp op, const Frame &frame) {
    FailureOr<Patches> patches = read(op, frame);
    if (succeeded(patches))
      patches->conv = op;
    return patches;
  }
  static FailureOr<Patches> get(ContractOp op, const Frame &frame) { return read(op, frame); }

  int64_t getNumGroups() { return conv ? conv.getGroups() : 1; }

  /// Valid until the next call.
  ArrayRef<Number> gather(int64_t position, int64_t group) {
    if (!conv)
      return ArrayRef(input).slice(position * shape.back(), shape.back());
    ArrayRef<int64_t> filter = conv.getFilterShape(), result = conv.getInitType().getShape();
    int64_t col = position % result[2], row = position / result[2] % result[1], image = position / (result[1] * result[2]);
    patch.clear();
    for (int64_t kh = 0; kh < filter[0]; ++kh)
      for (int64_t kw = 0; kw < filter[1]; ++kw)
        appendTap(image, row * conv.getStrides()[0] + kh * conv.getDilations()[0] - conv.getPadding()[0],
                  col * conv.getStrides()[1] + kw * conv.getDilations()[1] - conv.getPadding()[2], group * filter[2],
                  filter[2]);
    return patch;
  }

private:
  template <typename ContractionOp>
  static FailureOr<Patches> read(ContractionOp op, const Frame &frame) {
    FailureOr<int32_t> zeroPoint = getZeroPoint(op, op.getInputZeroPoint(), frame);
    if (failed(zeroPoint))
      return failure();
    View view = frame.getView(op.getInput());
    Patches patches;
    patches.shape = view.shape;
    patches.input = readOperand<Number>(view, op.getInputSchemeAttr(), *zeroPoint);
    return patches;
  }

  /// What lies outside reads as the zero point, that is, as 0 once it is taken off.
  void appendTap(int64_t image, int64_t row, int64_t col, int64_t channel, int64_t numChannels) {
    if (row < 0 || row >= shape[1] || col < 0 || col >= shape[2])
      return patch.append(numChannels, Number(0));
    const Number *pixel = &input[((image * shape[1] + row) * shape[2] + col) * shape[3] + channel];
    patch.append(pixel, pixel + numChannels);
  }

  ConvOp conv;
  SmallVector<int64_t, 4> shape;
  std::vector<Number> input;
  SmallVector<Number> patch;
};
} // namespace

//===----------------------------------------------------------------------------------------------===//
// Filter
//===----------------------------------------------------------------------------------------------===//

namespace {
/// The rows of a filter.
struct FilterRows {
  int64_t rowLength, blockSize, numBlocks;
  /// For sums of integers: the codes, and of a scaled filter the parameters of its blocks; without zero points these are empty.
  std::vector<int32_t> codes;
  std::vector<float> scales;
  std::vector<int32_t> zeroPoints;
  /// For sums of floats: what the codes stand for.
  std::vector<float> numbers;

  int32_t getZeroPoint(int64_t block) const { return zeroPoints.empty() ? 0 : zeroPoints[block]; }
  ArrayRef<int32_t> getCodes(int64_t channel) const { return ArrayRef(codes).slice(channel * rowLength, rowLength); }
  ArrayRef<float> getNumbers(int64_t channel) const { return ArrayRef(numbers).slice(channel * rowLength, rowLength); }
};
} // namespace

/// The elements of a tensor or memref in row-major order.
static FailureOr<Tensor> readTensor(Value value, const Frame &frame) {
  View view = frame.getView(value);
  FailureOr<Tensor> tensor = Tensor::create(getElementTypeOrSelf(value.getType()), view.shape);
  if (succeeded(tensor))
    copyElements(view, tensor->getView());
  return tensor;
}

/// Fills in what the codes stand for.
static LogicalResult decodeRows(ContractionOpInterface op, const BlockParameters &parameters, FilterRows &rows) {
  SchemeAttr scheme = op.getFilterSchemeAttr();
  FailureOr<std::unique_ptr<ElementCoder>> coder = ElementCoder::create(op, scheme);
  if (failed(coder))
    return failure();
  auto decode = [&](Lanes &lanes, int64_t first) {
    std::copy_n(rows.codes.begin() + first, lanes.size, lanes.codes);
    if (failed((*coder)->decode(lanes)))
      return failure();
    rows.numbers.insert(rows.numbers.end(), lanes.values, lanes.values + lanes.size);
    return success();
  };
  return forEachLanes(scheme, {op.getNumChannels(), rows.rowLength}, parameters, decode);
}

static FailureOr<BlockParameters> readParameters(ContractionOpInterface op, const Frame &frame) {
  SmallVector<Tensor> scales;
  for (Value value : op.getFilterScales()) {
    FailureOr<Tensor> tensor = readTensor(value, frame);
    if (failed(tensor))
      return failure();
    scales.push_back(*tensor);
  }
  if (!op.getFilterZeroPoints())
    return BlockParameters::get(op, op.getFilterSchemeAttr(), scales, nullptr);
  FailureOr<Tensor> zeroPoints = readTensor(op.getFilterZeroPoints(), frame);
  if (failed(zeroPoints))
    return failure();
  return BlockParameters::get(op, op.getFilterSchemeAttr(), scales, &*zeroPoints);
}

static FailureOr<FilterRows> readFilter(ContractionOpInterface op, int64_t rowLength, const Frame &frame) {
  SchemeAttr scheme = op.getFilterSchemeAttr();
  FilterRows rows{rowLength, rowLength, 1, {}, {}, {}, {}};
  FailureOr<Tensor> stored = readTensor(op.getFilter(), frame);
  if (failed(stored))
    return failure();
  SchemeStorage storage(scheme, {op.getNumChannels(), rowLength});
  for (int64_t element = 0; element < op.getNumChannels() * rowLength; ++element)
    rows.codes.push_back(storage.read(stored->getData(), element));
  if (!op.isFilterScaled())
    return rows;
  if (int64_t size = scheme.getBlock()[1]) {
    rows.blockSize = size;
    rows.numBlocks = llvm::divideCeil(rowLength, size);
  }
  FailureOr<BlockParameters> parameters = readParameters(op, frame);
  if (failed(parameters) || (!op.hasIntegerBlocks() && failed(decodeRows(op, *parameters, rows))))
    return failure();
  rows.scales.assign(parameters->scales[0].begin(), parameters->scales[0].end());
  rows.zeroPoints.assign(parameters->zeroPoints.begin(), parameters->zeroPoints.end());
  return rows;
}

//===----------------------------------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------------------------------===//

/// The exact sum of a part of a row.
static int64_t sumProducts(ArrayRef<int32_t> inputs, ArrayRef<int32_t> codes, int32_t zeroPoint) {
  int64_t sum = 0;
  for (auto [input, code] : llvm::zip_equal(inputs, codes))
    sum += int64_t(input) * (code - zeroPoint);
  return sum;
}

/// The blocks of one row in their order, each summed in integers.
static float sumIntegerBlocks(const FilterRows &rows, int64_t channel, ArrayRef<int32_t> inputs, float sum) {
  for (int64_t block = 0; block < rows.numBlocks; ++block) {
    int64_t first = block * rows.blockSize, size = std::min(rows.blockSize, rows.rowLength - first);
    int64_t index = channel * rows.numBlocks + block;
    int64_t products = sumProducts(inputs.slice(first, size), rows.getCodes(channel).slice(first, size), rows.getZeroPoint(index));
    float product = static_cast<float>(products) * rows.scales[index];
    sum = sum + product;
  }
  return sum;
}

/// The sum of products with the numbers that the codes stand for.
static float sumDequantized(const FilterRows &rows, int64_t channel, ArrayRef<float> inputs, float sum) {
  for (auto [input, number] : llvm::zip_equal(inputs, rows.getNumbers(channel)))
    sum = sum + input * number;
  return sum;
}

/// Writes all rows of the result; `sum(channel, inputs, bias)` is the sum of one channel.
template <typename Number, typename Sum, typename ContractionOp, typename Function>
static LogicalResult writeRows(ContractionOp op, Frame &frame, Function sum) {
  auto contraction = cast<ContractionOpInterface>(*op);
  auto patches = Patches<Number>::get(op, frame);
  FailureOr<RowWriter> writer = RowWriter::create(contraction, frame);
  if (failed(patches) || failed(writer))
    return failure();
  int64_t numChannels = contraction.getNumChannels(), numGroups = patches->getNumGroups();
  int64_t numPositions = frame.getView(op.getInit()).getNumElements() / numChannels;
  std::vector<Sum> bias = readBias<Sum>(contraction, numChannels, frame), sums(numChannels);
  for (int64_t position = 0; position < numPositions; ++position) {
    for (int64_t group = 0; group < numGroups; ++group) {
      ArrayRef<Number> inputs = patches->gather(position, group);
      int64_t first = group * (numChannels / numGroups);
      for (int64_t channel = first; channel < first + numChannels / numGroups; ++channel)
        sums[channel] = sum(channel, inputs, bias[channel]);
    }
    if (failed(writer->write(position, ArrayRef<Sum>(sums))))
      return failure();
  }
  return success();
}

template <typename ContractionOp>
static LogicalResult contract(ContractionOp op, int64_t rowLength, Frame &frame) {
  auto contraction = cast<ContractionOpInterface>(*op);
  FailureOr<FilterRows> rows = readFilter(contraction, rowLength, frame);
  FailureOr<int32_t> zeroPoint = getZeroPoint(op, op.getFilterZeroPoint(), frame);
  if (failed(rows) || failed(zeroPoint))
    return failure();
  if (!contraction.isFilterScaled())
    return writeRows<int32_t, int64_t>(op, frame, [&](int64_t channel, ArrayRef<int32_t> inputs, int64_t bias) {
      return bias + sumProducts(inputs, rows->getCodes(channel), *zeroPoint);
    });
  if (contraction.hasIntegerBlocks())
    return writeRows<int32_t, float>(op, frame, [&](int64_t channel, ArrayRef<int32_t> inputs, float bias) {
      return sumIntegerBlocks(*rows, channel, inputs, bias);
    });
  return writeRows<float, float>(op, frame, [&](int64_t channel, ArrayRef<float> inputs, float bias) {
    return sumDequantized(*rows, channel, inputs, bias);
  });
}

LogicalResult nibble::reference::contractRows(ConvOp op, Frame &frame) {
  ArrayRef<int64_t> shape = op.getFilterShape();
  return ::contract(op, shape[0] * shape[1] * shape[2], frame);
}

LogicalResult nibble::reference::contractRows(ContractOp op, Frame &frame) {
  return ::contract(op, op.getFilterShape().back(), frame);
}
