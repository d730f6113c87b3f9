//===- ReadRows.cpp - the constants of a filter in rows ----------------------------------------------===//

#include "ReadRows.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/Reference/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

namespace {

class RowReader {
public:
  RowReader(ContractionOpInterface op, ElementsAttr filter, const ContractionShape &shape)
      : op(op), filter(filter), shape(shape) {}

  LogicalResult readCodes(CodeRows &rows);
  LogicalResult readParameters(CodeRows &rows);

private:
  int64_t getRowLength() const { return shape.kernelRows * shape.kernelCols * shape.inputChannels; }
  /// One outer scale for each block.
  void spreadOuterScales(size_t numBlocks, std::vector<float> &outer);
  LogicalResult readZeroPoints(CodeRows &rows);
  /// Scales or minima as numbers.
  FailureOr<std::vector<float>> readScales(Value value, Type type);
  FailureOr<reference::Tensor> readConstant(Value value);

  ContractionOpInterface op;
  ElementsAttr filter;
  const ContractionShape &shape;
};

} // namespace

LogicalResult RowReader::readCodes(CodeRows &rows) {
  FailureOr<reference::Tensor> stored = reference::Tensor::get(filter);
  if (failed(stored))
    return op.emitOpError() << "the elements of the filter are not available";
  SchemeAttr scheme = shape.codes->scheme;
  SchemeStorage storage(scheme, {op.getNumChannels(), getRowLength()});
  auto minCode = static_cast<int32_t>(shape.codes->minCode);
  for (int64_t element = 0; element < op.getNumChannels() * getRowLength(); ++element)
    rows.codes.push_back(static_cast<uint16_t>(storage.read(stored->getData(), element) - minCode));
  // Formats whose NaN is no NaN where kernels convert them.
  std::optional<numerics::FloatFormat> format = scheme.isDeclared() ? std::nullopt : findFloatFormat(scheme.getCodec());
  if (!format || !format->hasNaN() || format->hasInfinity())
    return success();
  if (llvm::any_of(rows.codes, [&](uint16_t code) { return std::isnan(numerics::decodeFloat(*format, code)); }))
    return op.emitOpError() << "is not lowered for x86 yet: NaN in a filter of " << scheme;
  return success();
}

LogicalResult RowReader::readParameters(CodeRows &rows) {
  if (!shape.codes->isScaled)
    return success();
  SchemeAttr scheme = shape.codes->scheme;
  SmallVector<std::vector<float>, 2> levels;
  for (auto [level, value] : llvm::enumerate(op.getFilterScales())) {
    FailureOr<std::vector<float>> scales = readScales(value, scheme.getScale()[level]);
    if (failed(scales))
      return failure();
    levels.push_back(std::move(*scales));
  }
  if (levels.size() == 2)
    spreadOuterScales(levels[0].size(), levels[1]);
  if (levels.size() > shape.codes->scaleTypes.size()) {
    for (auto [scale, outer] : llvm::zip_equal(levels[0], levels[1]))
      scale = scale * outer;
    levels.pop_back();
  }
  rows.scales = std::move(levels);
  return readZeroPoints(rows);
}

void RowReader::spreadOuterScales(size_t numBlocks, std::vector<float> &outer) {
  // Left out, one outer block is the whole filter.
  ArrayRef<int64_t> outerBlock = shape.codes->scheme.getOuterBlock();
  int64_t outerRows = outerBlock.empty() ? 0 : outerBlock[0], outerSize = outerBlock.empty() ? 0 : outerBlock[1];
  int64_t perRow = numBlocks / op.getNumChannels(), outerPerRow = outerSize ? llvm::divideCeil(getRowLength(), outerSize) : 1;
  auto getPlace = [](int64_t index, int64_t size) { return size ? index / size : 0; };
  std::vector<float> spread;
  for (int64_t block = 0; block < static_cast<int64_t>(numBlocks); ++block) {
    int64_t row = block / perRow, element = block % perRow * shape.codes->blockSize;
    spread.push_back(outer[getPlace(row, outerRows) * outerPerRow + getPlace(element, outerSize)]);
  }
  outer = std::move(spread);
}

LogicalResult RowReader::readZeroPoints(CodeRows &rows) {
  if (!op.getFilterZeroPoints())
    return success();
  if (shape.codes->hasMinima) {
    FailureOr<std::vector<float>> minima = readScales(op.getFilterZeroPoints(), shape.codes->scheme.getScale().back());
    if (failed(minima))
      return failure();
    rows.minima = std::move(*minima);
    return success();
  }
  FailureOr<reference::Tensor> zeroPoints = readConstant(op.getFilterZeroPoints());
  if (failed(zeroPoints))
    return failure();
  for (int32_t zeroPoint : zeroPoints->getElements<int32_t>())
    rows.zeroPoints.push_back(static_cast<uint8_t>(zeroPoint - shape.codes->minCode));
  return success();
}

FailureOr<std::vector<float>> RowReader::readScales(Value value, Type type) {
  FailureOr<reference::Tensor> stored = readConstant(value);
  if (failed(stored))
    return failure();
  ScaleCodec codec(type);
  std::vector<float> scales;
  int64_t size = reference::getSizeInBytes(stored->getKind());
  for (int64_t i = 0; i < stored->getNumElements(); ++i) {
    uint32_t bits = 0;
    std::memcpy(&bits, stored->getData() + i * size, size);
    scales.push_back(codec.decode(bits));
  }
  return scales;
}

FailureOr<reference::Tensor> RowReader::readConstant(Value value) {
  ElementsAttr attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return op.emitOpError() << "is not lowered for x86 yet: scales of the filter known only at run time";
  FailureOr<reference::Tensor> tensor = reference::Tensor::get(attr);
  if (failed(tensor))
    return op.emitOpError() << "the elements of " << value.getType() << " are not available";
  return tensor;
}

FailureOr<CodeRows> x86::readRows(ContractionOpInterface op, ElementsAttr filter, const ContractionShape &shape) {
  CodeRows rows;
  RowReader reader(op, filter, shape);
  if (failed(reader.readCodes(rows)) || failed(reader.readParameters(rows)))
    return failure();
  return rows;
}
