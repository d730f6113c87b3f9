//===- FilterRows.cpp - dequantized filters as rows of codes ----------------------------------------===//
//
// Blocks may have been given to any dimensions of the filter. Along a row the number of an element's block changes at regular distances or
// there is no block size for rows; parameters of blocks that several rows share are written out for each.
//
//===------------------------------------------------------------------------------------------------===//

#include "FilterRows.h"
#include "RowOrder.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace mlir;
using namespace nibble;
using reference::Tensor;

//===------------------------------------------------------------------------------------------------===//
// Facts
//===------------------------------------------------------------------------------------------------===//

int32_t FilterRows::getZeroPoint() const {
  return scheme.getZeroPoint() == ZeroPointKind::Integer ? zeroPoints->getElements<int32_t>().front() : 0;
}

bool FilterRows::hasScalePerChannel() const {
  bool isZeroUniform = scheme.getZeroPoint() == ZeroPointKind::None ||
                       (scheme.getZeroPoint() == ZeroPointKind::Integer && llvm::all_equal(zeroPoints->getElements<int32_t>()));
  return scheme.getBlock()[1] == 0 && scheme.getNumScaleLevels() == 1 && scheme.getScale().front().isF32() && isZeroUniform;
}

bool FilterRows::areBytes() const {
  if (scheme.getNumBits() < 8)
    return true;
  bool isZeroUniform = !zeroPoints || llvm::all_equal(zeroPoints->getElements<int32_t>());
  return scheme.getNumBits() == 8 && isZeroUniform && getZeroPoint() == (scheme.isSigned() ? 0 : 128);
}

SmallVector<float> FilterRows::getChannelScales() const { return llvm::to_vector(scales.front().getElements<float>()); }

int64_t FilterRows::getSumBound(int64_t inputSpan) const {
  int64_t length = scheme.getBlock()[1] ? scheme.getBlock()[1] : rowLength;
  return length * inputSpan * (int64_t(1) << scheme.getNumBits());
}

//===------------------------------------------------------------------------------------------------===//
// Rows
//===------------------------------------------------------------------------------------------------===//

static FailureOr<Tensor> getConstant(Value value) {
  ElementsAttr elements;
  return matchPattern(value, m_Constant(&elements)) ? Tensor::get(elements) : FailureOr<Tensor>();
}

/// One parameter for each block of each row, from those of the filter's blocks.
static Tensor spreadParameters(const RowOrder &order, const Tensor &parameters, ArrayRef<int64_t> block, int64_t size) {
  int64_t step = size ? size : order.rowLength, perRow = llvm::divideCeil(order.rowLength, step);
  int64_t elementSize = reference::getSizeInBytes(parameters.getKind());
  Tensor spread = *Tensor::create(parameters.getElementType(), {order.numRows, perRow});
  for (int64_t row = 0; row < order.numRows; ++row)
    for (int64_t number = 0; number < perRow; ++number)
      std::memcpy(spread.getMutableData() + (row * perRow + number) * elementSize,
                  parameters.getData() + order.getBlock(block, order.getElement(row, number * step)) * elementSize, elementSize);
  return spread;
}

static Tensor sortCodes(const RowOrder &order, const Tensor &codes, SchemeAttr from, SchemeAttr to) {
  if (order.isTransposed)
    return codes;
  SmallVector<int64_t> shape = {order.numRows, order.rowLength};
  Tensor sorted = *Tensor::create(to.getStorageElementType(), to.getStorageShape(shape));
  std::memset(sorted.getMutableData(), 0, sorted.getSizeInBytes());
  SchemeStorage oldStorage(from, order.shape), newStorage(to, shape);
  for (int64_t row = 0; row < order.numRows; ++row)
    for (int64_t place = 0; place < order.rowLength; ++place)
      newStorage.write(sorted.getMutableData(), row * order.rowLength + place,
                       oldStorage.read(codes.getData(), order.getElement(row, place)));
  return sorted;
}

/// The filter's scheme on rows; null, with the obstacle, when its blocks do not divide rows.
static SchemeAttr getRowScheme(const RowOrder &order, SchemeAttr scheme, std::string &obstacle) {
  SmallVector<SmallVector<int64_t>, 2> blocks;
  for (unsigned level = 0; level < scheme.getNumScaleLevels(); ++level) {
    std::optional<int64_t> size = order.getBlockSize(scheme.getBlock(level));
    if (!size) {
      obstacle = "the blocks of its filter do not divide the elements that are summed";
      return nullptr;
    }
    blocks.push_back({1, *size});
  }
  return SchemeAttr::get(scheme.getContext(), scheme.getCodec(), scheme.getDeclaration(), scheme.getTable(), scheme.getNarrowRange(),
                         blocks[0], scheme.getScale(), blocks.size() > 1 ? ArrayRef<int64_t>(blocks[1]) : ArrayRef<int64_t>(),
                         scheme.getZeroPoint(), scheme.getRounding(), scheme.getOrder(), scheme.getRadix());
}

/// What a kernel cannot do with a filter of codes.
static std::string findKernelObstacle(ContractionOpInterface op, int64_t blockSize) {
  auto conv = dyn_cast<ConvOp>(op.getOperation());
  if (!conv)
    return "";
  if (conv.isDepthwise())
    return "it is depthwise, and the codes of its filter are not of 8 bits with a scale for each channel";
  ArrayRef<int64_t> shape = conv.getFilterShape();
  if (blockSize && shape[0] * shape[1] > 1 && shape[2] % blockSize)
    return llvm::formatv("blocks of {0} along the reduction do not end with the {1} channels of a place of the kernel", blockSize, shape[2])
        .str();
  return "";
}

std::optional<FilterRows> nibble::matchFilterRows(ContractionOpInterface op, std::string &obstacle) {
  auto dequantize = op.getFilter().getDefiningOp<DequantizeOp>();
  std::optional<RowOrder> order = dequantize ? RowOrder::get(op) : std::nullopt;
  FailureOr<Tensor> codes = order ? getConstant(dequantize.getInput()) : FailureOr<Tensor>();
  if (failed(codes))
    return std::nullopt;
  FilterRows rows;
  rows.rowLength = order->rowLength;
  rows.scheme = getRowScheme(*order, dequantize.getScheme(), obstacle);
  if (!rows.scheme)
    return std::nullopt;
  obstacle = findKernelObstacle(op, rows.scheme.getBlock()[1]);
  if (!obstacle.empty())
    return std::nullopt;
  auto spread = [&](Value value, unsigned level) {
    FailureOr<Tensor> parameters = getConstant(value);
    if (failed(parameters)) {
      obstacle = "the scales of its filter are computed at run time";
      return Tensor();
    }
    return spreadParameters(*order, *parameters, dequantize.getScheme().getBlock(level), rows.scheme.getBlock(level)[1]);
  };
  for (auto [level, value] : llvm::enumerate(dequantize.getScales()))
    rows.scales.push_back(spread(value, level));
  if (Value value = dequantize.getZeroPoint())
    rows.zeroPoints = spread(value, 0);
  if (!obstacle.empty())
    return std::nullopt;
  rows.codes = sortCodes(*order, *codes, dequantize.getScheme(), rows.scheme);
  return rows;
}
