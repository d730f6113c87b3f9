//===- Quantization.cpp - scales and zero points of a file's quantized tensors -----------------------===//

#include "Quantization.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Numerics/Packing.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace nibble::onnx_import {

//===----------------------------------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------------------------------===//

static bool isZero(const Tensor &tensor) {
  return tensor.constant && llvm::all_of(tensor.constant.getBytes(), [](char byte) { return byte == 0; });
}

/// One element, which some files give a dimension of its own.
static bool isSingle(const Tensor &tensor) { return tensor.type.getNumElements() == 1; }

/// The blocks of a tensor whose scale has its rank.
static std::optional<SmallVector<int64_t>> matchBlocks(ArrayRef<int64_t> shape, ArrayRef<int64_t> scale,
                                                       const Granularity &granularity) {
  SmallVector<int64_t> block;
  for (auto [dim, size, count] : llvm::enumerate(shape, scale)) {
    bool isSplit = granularity.blockSize > 0 && static_cast<int64_t>(dim) == granularity.axis;
    int64_t blockSize = isSplit ? granularity.blockSize : 1;
    if (count == static_cast<int64_t>(llvm::divideCeil(size, blockSize)))
      block.push_back(blockSize);
    else if (granularity.mayBroadcast && count == 1)
      block.push_back(0);
    else
      return std::nullopt;
  }
  return block;
}

/// What a scale of that shape means for a tensor; nothing when it does not fit.
static std::optional<SmallVector<int64_t>> findBlock(ArrayRef<int64_t> shape, const Tensor &scale,
                                                     const Granularity &granularity) {
  if (isSingle(scale) && granularity.blockSize == 0)
    return SmallVector<int64_t>();
  bool hasRank = scale.getRank() == static_cast<int64_t>(shape.size());
  if (hasRank && (granularity.blockSize > 0 || (granularity.mayBroadcast && shape.size() > 1)))
    return matchBlocks(shape, scale.getShape(), granularity);
  if (granularity.blockSize > 0 || !granularity.axis || scale.getRank() != 1 ||
      scale.getSize(0) != shape[*granularity.axis])
    return std::nullopt;
  SmallVector<int64_t> block(shape.size(), 0);
  block[*granularity.axis] = 1;
  return block;
}

static std::string describeExpected(ArrayRef<int64_t> shape, const Granularity &granularity) {
  if (!granularity.axis)
    return "one element";
  std::string along = " along axis " + std::to_string(*granularity.axis);
  if (granularity.blockSize == 0)
    return "one element or " + std::to_string(shape[*granularity.axis]) + along;
  SmallVector<int64_t> blocks(shape);
  blocks[*granularity.axis] = llvm::divideCeil(blocks[*granularity.axis], granularity.blockSize);
  return formatShape(blocks) + " for blocks of " + std::to_string(granularity.blockSize) + along;
}

/// The shape of parameters for these blocks.
static SmallVector<int64_t> getParamShape(ArrayRef<int64_t> shape, ArrayRef<int64_t> block) {
  SmallVector<int64_t> result;
  for (auto [dim, size] : llvm::enumerate(block))
    result.push_back(size == 0 ? 1 : llvm::divideCeil(shape[dim], size));
  return result;
}

LogicalResult checkBytes(Node &node, ElementType codes) {
  if (codes.type.isInteger(8) && codes.codec.empty())
    return success();
  return node.error("expected codes of int8 or uint8, got " + getElementName(codes));
}

static LogicalResult checkZeroPoint(Node &node, const Tensor &zeroPoint, const Tensor &scale, ElementType codes,
                                    bool mayShare) {
  if (!(getElementType(zeroPoint) == codes))
    return node.error("expected a zero point of " + getElementName(codes) + " as the codes are, got " +
                      getElementName(getElementType(zeroPoint)));
  if (zeroPoint.getShape() != scale.getShape() && !(isSingle(zeroPoint) && (isSingle(scale) || mayShare)))
    return node.error("expected a zero point of shape " + formatShape(scale.getShape()) + " as the scale has, got " +
                      formatShape(zeroPoint.getShape()));
  return success();
}

std::optional<QuantizationParams> readParams(Node &node, ArrayRef<int64_t> shape, ElementType codes, size_t scaleIndex,
                                             size_t zeroPointIndex, const Granularity &granularity) {
  const Tensor &scale = node.getInput(scaleIndex), &zeroPoint = node.getInput(zeroPointIndex);
  if (node.failed())
    return std::nullopt;
  if (!scale || (!isFloat(scale) && scale.codec != "f8E8M0FNU")) {
    (void)node.error(scale ? "expected a scale of floats, got " + getElementName(getElementType(scale))
                           : std::string("expected a scale"));
    return std::nullopt;
  }
  std::optional<SmallVector<int64_t>> block = findBlock(shape, scale, granularity);
  if (!block) {
    (void)node.error("expected a scale of " + describeExpected(shape, granularity) + ", got " +
                     formatShape(scale.getShape()));
    return std::nullopt;
  }
  if (zeroPoint && failed(checkZeroPoint(node, zeroPoint, scale, codes, granularity.mayShareZeroPoint)))
    return std::nullopt;
  SmallVector<int64_t> paramShape = getParamShape(shape, *block);
  QuantizationParams params{reshape(node, convert(node, scale, {node.getF32Type()}), paramShape), {}, *block};
  const SmallElement *small = findSmallElement(codes.codec);
  if (zeroPoint && small && small->isFloat()) {
    if (!isZero(zeroPoint))
      (void)node.error("expected the zero point ('" + node.getProto().input(static_cast<int>(zeroPointIndex)) +
                       "') to be zero and known at compile time for codes of " + small->name);
  } else if (zeroPoint && !isZero(zeroPoint)) {
    Tensor wide = convert(node, zeroPoint, {node.getI32Type()});
    if (isSingle(zeroPoint) && !isSingle(scale))
      wide = copyFrom(node, reshape(node, wide, {}), paramShape, AffineMap::get(paramShape.size(), 0, node.getContext()));
    params.zeroPoint = reshape(node, wide, paramShape);
  }
  return node.failed() ? std::nullopt : std::optional(params);
}

//===----------------------------------------------------------------------------------------------===//
// Codes and numbers
//===----------------------------------------------------------------------------------------------===//

/// The codec of integers of 8 or 16 bits.
static std::string getCodec(ElementType codes) {
  return (codes.isUnsigned ? "u" : "s") + std::to_string(codes.type.getIntOrFloatBitWidth());
}

static SchemeAttr getScheme(Node &node, StringRef codec, const QuantizationParams &params) {
  return SchemeAttr::get(node.getContext(), codec, /*narrowRange=*/false, params.block, Type(node.getF32Type()),
                         params.zeroPoint ? ZeroPointKind::Integer : ZeroPointKind::None, RoundingMode::HalfToEven);
}

/// A parameter as a tensor that broadcasts to `shape`: repeated where blocks have several elements.
static Tensor expandParam(Node &node, const Tensor &param, ArrayRef<int64_t> shape, ArrayRef<int64_t> block) {
  if (!param || llvm::all_of(block, [](int64_t size) { return size < 2; }))
    return param;
  SmallVector<AffineExpr> source;
  for (auto [dim, size] : llvm::enumerate(block))
    source.push_back(size == 0 ? node.getAffineConstantExpr(0) : node.getAffineDimExpr(dim).floorDiv(size));
  return copyFrom(node, param, shape, AffineMap::get(shape.size(), 0, source, node.getContext()));
}

/// What has no codec of a scheme: integers of 32 bits, small floats.
static Tensor dequantizeByArithmetic(Node &node, const Tensor &codes, const QuantizationParams &params) {
  Tensor scale = expandParam(node, params.scale, codes.getShape(), params.block);
  Tensor zeroPoint = expandParam(node, params.zeroPoint, codes.getShape(), params.block);
  SmallVector<Tensor> inputs = {codes.codec.empty() ? codes : decodeElements(node, codes), scale};
  if (zeroPoint)
    inputs.push_back(zeroPoint);
  ElementType real{node.getF32Type()};
  return compute(node, inputs, real, [&](ArrayRef<Scalar> x) {
    return (x.size() == 3 ? x[0] - x[2] : x[0]).convertTo(real) * x[1];
  });
}

/// `dequantize` of codes in their storage.
static Tensor createDequantize(Node &node, const Tensor &codes, ArrayRef<int64_t> shape, StringRef codec,
                               const QuantizationParams &params) {
  auto type = RankedTensorType::get(shape, node.getF32Type());
  return Tensor(DequantizeOp::create(node, type, node.materialize(codes), node.materialize(params.scale),
                                     node.materialize(params.zeroPoint), getScheme(node, codec, params))
                    .getResult());
}

Tensor dequantizePacked(Node &node, const Tensor &codes, ArrayRef<int64_t> shape, StringRef codec,
                        const QuantizationParams &params) {
  return node.failed() || !codes ? Tensor() : createDequantize(node, codes, shape, codec, params);
}

/// Constant codes of fewer than 8 bits as their storage has them: rows of bytes, low first.
static Tensor packRows(const Tensor &codes, const SmallElement &small) {
  SmallVector<int64_t> shape(codes.getShape());
  int64_t rowLength = shape.back(), bytesOfRow = numerics::packedSizeInBytes(rowLength, small.numBits);
  shape.back() = bytesOfRow;
  std::vector<char> bytes(codes.type.clone(shape).getNumElements(), 0);
  auto *rows = reinterpret_cast<uint8_t *>(bytes.data());
  for (int64_t index = 0; index < codes.type.getNumElements(); ++index)
    numerics::writeBits(rows + index / rowLength * bytesOfRow, index % rowLength, small.numBits,
                        static_cast<uint8_t>(codes.constant.getElement(index).front()));
  return codes.with(Constant::get(codes.type.clone(shape), std::move(bytes), codes.constant.getName()));
}

Tensor dequantize(Node &node, const Tensor &codes, const QuantizationParams &params) {
  if (node.failed() || !codes)
    return {};
  const SmallElement *small = findSmallElement(codes.codec);
  // Weights keep their bits; codes that are computed have a byte each, whose scheme is one of bytes.
  if (small && codes.constant && codes.getRank() > 0)
    return createDequantize(node, small->numBits < 8 ? packRows(codes, *small) : codes, codes.getShape(), small->codec, params);
  if ((small && small->isFloat()) || codes.getElementType().isInteger(32))
    return dequantizeByArithmetic(node, codes, params);
  return createDequantize(node, codes, codes.getShape(), getCodec(getElementType(codes)), params);
}

/// Codes of fewer than 8 bits: those of 8, bounded.
static Tensor clampCodes(Node &node, const Tensor &codes, ElementType type, const SmallElement &small) {
  double low = small.isUnsigned ? 0 : -(1 << (small.numBits - 1)), high = low + (1 << small.numBits) - 1;
  return compute(node, codes, type, [&](ArrayRef<Scalar> x) { return max(min(x[0], high), low); });
}

Tensor quantize(Node &node, const Tensor &numbers, const QuantizationParams &params, ElementType codes, CastMode mode) {
  if (node.failed() || !numbers)
    return {};
  Tensor real = convert(node, numbers, {node.getF32Type()});
  const SmallElement *small = findSmallElement(codes.codec);
  if (small && small->isFloat()) {
    Tensor scale = expandParam(node, params.scale, real.getShape(), params.block);
    Tensor quotient = compute(node, {real, scale}, [](ArrayRef<Scalar> x) { return x[0] / x[1]; });
    return quotient ? encodeElements(node, quotient, codes, mode) : Tensor();
  }
  ElementType stored{codes.type, codes.isUnsigned};
  auto type = RankedTensorType::get(real.getShape(), codes.type);
  Tensor result(QuantizeOp::create(node, type, node.materialize(real), node.materialize(params.scale),
                                   node.materialize(params.zeroPoint), getScheme(node, getCodec(stored), params))
                    .getResult(),
                codes.isUnsigned);
  return small ? clampCodes(node, result, codes, *small) : result;
}

//===----------------------------------------------------------------------------------------------===//
// Inputs and results
//===----------------------------------------------------------------------------------------------===//

Tensor dequantizeInput(Node &node, size_t index, const Granularity &granularity) {
  const Tensor &codes = node.getInput(index);
  if (!codes) {
    (void)node.error("expected codes as input " + Twine(index));
    return {};
  }
  if (failed(checkBytes(node, getElementType(codes))))
    return {};
  auto params = readParams(node, codes.getShape(), getElementType(codes), index + 1, index + 2, granularity);
  return params ? dequantize(node, codes, *params) : Tensor();
}

Tensor quantizeResult(Node &node, const Tensor &numbers, size_t scaleIndex, ElementType defaultType) {
  const Tensor &zeroPoint = node.getInput(scaleIndex + 1);
  ElementType codes = zeroPoint ? getElementType(zeroPoint) : defaultType;
  if (node.failed() || !numbers || failed(checkBytes(node, codes)))
    return {};
  auto params = readParams(node, numbers.getShape(), codes, scaleIndex, scaleIndex + 1, {});
  return params ? quantize(node, numbers, *params, codes) : Tensor();
}

DynamicCodes quantizeDynamically(Node &node, const Tensor &numbers) {
  Tensor real = convert(node, numbers, {node.getF32Type()});
  if (node.failed() || !real)
    return {};
  auto scheme = SchemeAttr::getInt8(node.getContext(), /*isSigned=*/false, /*narrowRange=*/false, /*block=*/{},
                                    ZeroPointKind::Integer);
  auto choice = ChooseParamsOp::create(node, RankedTensorType::get({}, node.getF32Type()),
                                       RankedTensorType::get({}, node.getI32Type()), node.materialize(real), scheme);
  DynamicCodes result{{}, {Tensor(choice.getScale()), Tensor(choice.getZeroPoint()), {}}};
  result.codes = quantize(node, real, result.params, {node.getI8Type(), /*isUnsigned=*/true});
  return result;
}

} // namespace nibble::onnx_import
