//===- MatMulNBits.cpp - a product with a matrix of 2, 4 or 8 bits ------------------------------------===//

#include "Linear.h"
#include "Operators.h"
#include "Quantization.h"
#include "nibble/Numerics/Packing.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;

namespace nibble::onnx_import {

namespace {
/// The matrix [N, K] in the file: rows of blocks, each row with the bytes of whole blocks.
struct BlockedMatrix {
  int64_t numRows, numColumns, blockSize;
  unsigned numBits;

  int64_t getNumBlocks() const { return llvm::divideCeil(numColumns, blockSize); }
  int64_t getBytesOfBlock() const { return blockSize * numBits / 8; }
  /// Zero points of a row are packed like codes.
  int64_t getBytesOfZeroPoints() const { return llvm::divideCeil(getNumBlocks() * numBits, 8); }
};
} // namespace

static std::optional<BlockedMatrix> readMatrix(Node &node) {
  BlockedMatrix matrix{node.getInteger("N", 0), node.getInteger("K", 0), node.getInteger("block_size", 0), 0};
  int64_t numBits = node.getInteger("bits", 4);
  if (numBits != 2 && numBits != 4 && numBits != 8)
    (void)node.error("expected bits of 2, 4 or 8, got " + Twine(numBits));
  if (matrix.blockSize < 16 || !llvm::isPowerOf2_64(matrix.blockSize))
    (void)node.error("expected a block_size that is a power of two of at least 16, got " + Twine(matrix.blockSize));
  // Far above any real model, so that sizes in bytes do not overflow.
  constexpr int64_t maxSize = int64_t(1) << 30;
  for (int64_t size : {matrix.numRows, matrix.numColumns, matrix.blockSize})
    if (size < 1 || size > maxSize)
      (void)node.error("expected N, K and block_size from 1 to 2^30, got " + Twine(size));
  matrix.numBits = static_cast<unsigned>(numBits);
  return node.failed() ? std::nullopt : std::optional(matrix);
}

/// Input `index`, of so many elements, as a constant; null with an error of the node.
static Tensor readConstant(Node &node, size_t index, StringRef what, int64_t numElements) {
  const Tensor &tensor = node.getInput(index);
  if (tensor.constant && tensor.type.getNumElements() == numElements)
    return tensor;
  (void)(tensor.constant
             ? node.error("expected " + Twine(numElements) + " " + what + ", got " + formatShape(tensor.getShape()))
             : node.error("expected the " + what + " ('" + node.getProto().input(static_cast<int>(index)) +
                          "') to be known at compile time"));
  return {};
}

/// All bytes of a constant, those of a splat repeated.
static std::vector<uint8_t> copyBytes(const Tensor &tensor) {
  std::vector<uint8_t> bytes;
  for (int64_t index = 0; index < tensor.type.getNumElements(); ++index)
    bytes.push_back(static_cast<uint8_t>(tensor.constant.getElement(index).front()));
  return bytes;
}

//===----------------------------------------------------------------------------------------------===//
// Zero points
//===----------------------------------------------------------------------------------------------===//

/// Those that are packed, row by row.
static SmallVector<int64_t> unpackZeroPoints(const Tensor &packed, const BlockedMatrix &matrix) {
  SmallVector<int64_t> zeroPoints;
  std::vector<uint8_t> bytes = copyBytes(packed);
  for (int64_t row = 0; row < matrix.numRows; ++row)
    for (int64_t block = 0; block < matrix.getNumBlocks(); ++block)
      zeroPoints.push_back(
          numerics::readBits(bytes.data() + row * matrix.getBytesOfZeroPoints(), block, matrix.numBits));
  return zeroPoints;
}

/// One for each block: the middle code where the file has none. Those that are floats have to be integers.
static std::optional<SmallVector<int64_t>> readZeroPoints(Node &node, const BlockedMatrix &matrix) {
  int64_t numBlocks = matrix.numRows * matrix.getNumBlocks();
  const Tensor &input = node.getInput(3);
  if (!input)
    return SmallVector<int64_t>(numBlocks, int64_t(1) << (matrix.numBits - 1));
  if (!isFloat(input)) {
    Tensor packed = readConstant(node, 3, "zero points", matrix.numRows * matrix.getBytesOfZeroPoints());
    return packed && succeeded(checkBytes(node, getElementType(packed))) ? std::optional(unpackZeroPoints(packed, matrix))
                                                                           : std::nullopt;
  }
  Tensor floats = readConstant(node, 3, "zero points", numBlocks);
  SmallVector<int64_t> zeroPoints;
  for (double number : floats ? floats.constant.getFloats() : SmallVector<double>()) {
    zeroPoints.push_back(static_cast<int64_t>(number));
    if (static_cast<double>(zeroPoints.back()) != number)
      (void)node.error("expected zero points that are integers");
  }
  return node.failed() ? std::nullopt : std::optional(zeroPoints);
}

//===----------------------------------------------------------------------------------------------===//
// Order of columns
//===----------------------------------------------------------------------------------------------===//

/// The columns in the order of their blocks; empty where that is their own order. Blocks are full but for the last one.
static std::optional<SmallVector<int64_t>> readOrder(Node &node, const BlockedMatrix &matrix) {
  if (!node.hasInput(4))
    return SmallVector<int64_t>();
  SmallVector<int64_t> blocks = node.getConstantIntegers(4, "g_idx");
  if (node.failed())
    return std::nullopt;
  if (static_cast<int64_t>(blocks.size()) < matrix.numColumns) {
    (void)node.error("expected a g_idx of " + Twine(matrix.numColumns) + " elements, got " + Twine(blocks.size()));
    return std::nullopt;
  }
  blocks.resize(matrix.numColumns);
  SmallVector<int64_t> order(matrix.numColumns);
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](int64_t a, int64_t b) { return blocks[a] < blocks[b]; });
  for (auto [place, column] : llvm::enumerate(order))
    if (blocks[column] != static_cast<int64_t>(place) / matrix.blockSize) {
      (void)node.error("expected a g_idx with " + Twine(matrix.blockSize) + " columns in each block");
      return std::nullopt;
    }
  return llvm::is_sorted(order) ? SmallVector<int64_t>() : order;
}

/// The rows of codes, packed, without the columns that fill the last block.
static Tensor readCodes(Node &node, const BlockedMatrix &matrix, ArrayRef<int64_t> order) {
  int64_t bytesOfRow = matrix.getNumBlocks() * matrix.getBytesOfBlock();
  Tensor bytes = readConstant(node, 1, "codes", matrix.numRows * bytesOfRow);
  if (!bytes || failed(checkBytes(node, getElementType(bytes))))
    return {};
  int64_t packedSize = numerics::packedSizeInBytes(matrix.numColumns, matrix.numBits);
  if (order.empty())
    return slice(node, reshape(node, bytes, {matrix.numRows, bytesOfRow}), {0, 0}, {matrix.numRows, packedSize}, {1, 1});
  std::vector<uint8_t> source = copyBytes(bytes), ordered(matrix.numRows * packedSize, 0);
  for (int64_t row = 0; row < matrix.numRows; ++row)
    for (auto [place, column] : llvm::enumerate(order))
      numerics::writeBits(ordered.data() + row * packedSize, place, matrix.numBits,
                          numerics::readBits(source.data() + row * bytesOfRow, column, matrix.numBits));
  auto type = RankedTensorType::get({matrix.numRows, packedSize}, node.getI8Type());
  std::vector<char> chars(ordered.begin(), ordered.end());
  return Tensor(Constant::get(type, std::move(chars), bytes.constant.getName()), /*isUnsigned=*/true);
}

//===----------------------------------------------------------------------------------------------===//
// The product
//===----------------------------------------------------------------------------------------------===//

/// The matrix [N, K] of numbers.
static Tensor dequantizeMatrix(Node &node, const BlockedMatrix &matrix, ArrayRef<int64_t> order) {
  Tensor codes = readCodes(node, matrix, order);
  Tensor scales = readConstant(node, 2, "scales", matrix.numRows * matrix.getNumBlocks());
  std::optional<SmallVector<int64_t>> zeroPoints = readZeroPoints(node, matrix);
  if (!codes || !scales || !zeroPoints)
    return {};
  if (!isFloat(scales)) {
    (void)node.error("expected scales of floats, got " + getElementName(getElementType(scales)));
    return {};
  }
  SmallVector<int64_t> paramShape = {matrix.numRows, matrix.getNumBlocks()};
  auto zeroType = RankedTensorType::get(paramShape, node.getI32Type());
  QuantizationParams params{reshape(node, convert(node, scales, {node.getF32Type()}), paramShape),
                            Constant::getIntegers(zeroType, *zeroPoints, codes.constant.getName().str() + ".zeros"),
                            {1, matrix.blockSize}};
  return dequantizePacked(node, codes, {matrix.numRows, matrix.numColumns}, "u" + std::to_string(matrix.numBits), params);
}

LogicalResult importMatMulNBits(Node &node) {
  const Tensor &lhs = node.getInput(0), &bias = node.getInput(5);
  std::optional<BlockedMatrix> matrix = readMatrix(node);
  if (!matrix)
    return failure();
  if (!isFloat(lhs) || lhs.getRank() == 0 || lhs.getShape().back() != matrix->numColumns)
    return node.error("expected a left side of floats with " + Twine(matrix->numColumns) + " columns, got " +
                      getElementName(getElementType(lhs)) + " of " + formatShape(lhs.getShape()));
  if (bias && (bias.type.getNumElements() != matrix->numRows || !isFloat(bias)))
    return node.error("expected a bias of " + Twine(matrix->numRows) + " floats, got " + formatShape(bias.getShape()));
  std::optional<SmallVector<int64_t>> order = readOrder(node, *matrix);
  if (!order)
    return failure();
  ElementType real{node.getF32Type()};
  Tensor rhs = dequantizeMatrix(node, *matrix, *order), left = convert(node, lhs, real);
  if (!order->empty())
    left = take(node, left, lhs.getRank() - 1, *order);
  Tensor result = multiplyTensors(node, left, transpose(node, rhs, {1, 0}));
  if (result && bias)
    result = compute(node, {result, reshape(node, convert(node, bias, real), {matrix->numRows})},
                     [](ArrayRef<Scalar> x) { return x[0] + x[1]; });
  return node.setResult(convert(node, result, getElementType(lhs)));
}

} // namespace nibble::onnx_import
