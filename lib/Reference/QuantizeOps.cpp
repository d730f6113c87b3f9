//===- QuantizeOps.cpp - between real and stored numbers -------------------------------------------===//
//
// Walks over blocks; the arithmetic of one number is Numerics/Integer.h.
//
//===----------------------------------------------------------------------------------------------===//

#include "Evaluators.h"
#include "nibble/Numerics/Integer.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

//===----------------------------------------------------------------------------------------------===//
// Codes and parameters
//===----------------------------------------------------------------------------------------------===//

namespace {
/// The integers of a scheme, and how they are stored.
struct Codec {
  int32_t minCode, maxCode;
  bool isSigned;
  numerics::Rounding rounding = numerics::Rounding::HalfToEven;

  static FailureOr<Codec> get(Operation *op, SchemeAttr scheme);
  int32_t read(const Tensor &codes, int64_t index) const;
  void write(Tensor &codes, int64_t index, int32_t code) const;
};

/// The scales and zero points of the blocks of a tensor.
class BlockParameters {
public:
  static FailureOr<BlockParameters> get(Operation *op, const Codec &codec, const Tensor &scale,
                                        const Tensor *zeroPoint);
  numerics::Parameters operator[](int64_t block) const { return parameters[block]; }

private:
  SmallVector<numerics::Parameters, 1> parameters;
};
} // namespace

FailureOr<Codec> Codec::get(Operation *op, SchemeAttr scheme) {
  if (!scheme.isInteger() || scheme.isPacked() || scheme.getNumScaleLevels() != 1 || scheme.getZeroPoint() == ZeroPointKind::Minimum)
    return op->emitOpError() << "has the scheme " << scheme
                             << "; the reference interpreter supports integer codecs of 8 and 16 bits without minimum";
  Codec codec{static_cast<int32_t>(scheme.getMinCode()), static_cast<int32_t>(scheme.getMaxCode()), scheme.isSigned()};
  switch (scheme.getRounding()) {
  case RoundingMode::HalfToEven:
    return codec;
  case RoundingMode::HalfAwayFromZero:
    codec.rounding = numerics::Rounding::HalfAwayFromZero;
    return codec;
  default:
    return op->emitOpError() << "has the rounding mode " << stringifyRoundingMode(scheme.getRounding())
                             << ", which is not supported by the reference interpreter";
  }
}

int32_t Codec::read(const Tensor &codes, int64_t index) const {
  auto code = static_cast<int32_t>(codes.getInteger(index));
  if (isSigned)
    return code;
  return codes.getKind() == ElementKind::I8 ? static_cast<uint8_t>(code) : static_cast<uint16_t>(code);
}

void Codec::write(Tensor &codes, int64_t index, int32_t code) const {
  if (codes.getKind() == ElementKind::I8)
    codes.getMutableElements<int8_t>()[index] = static_cast<int8_t>(code);
  else
    codes.getMutableElements<int16_t>()[index] = static_cast<int16_t>(code);
}

/// A zero point is a code, or all arithmetic on it would be undefined.
static FailureOr<int32_t> getZeroPoint(Operation *op, const Codec &codec, const Tensor *zeroPoint, int64_t block) {
  if (!zeroPoint)
    return 0;
  if (isFloat(zeroPoint->getKind()))
    return op->emitOpError() << "expected an integer zero point, got " << zeroPoint->getType();
  int64_t value = zeroPoint->getInteger(block);
  if (value < codec.minCode || value > codec.maxCode)
    return op->emitOpError() << "expected a zero point in [" << codec.minCode << ", " << codec.maxCode << "], got "
                             << value;
  return static_cast<int32_t>(value);
}

FailureOr<BlockParameters> BlockParameters::get(Operation *op, const Codec &codec, const Tensor &scale,
                                                const Tensor *zeroPoint) {
  if (scale.getKind() != ElementKind::F32)
    return op->emitOpError() << "expected a scale of f32, got " << scale.getType();
  BlockParameters result;
  for (int64_t block = 0; block < scale.getNumElements(); ++block) {
    FailureOr<int32_t> zero = getZeroPoint(op, codec, zeroPoint, block);
    if (failed(zero))
      return failure();
    result.parameters.push_back({scale.getElements<float>()[block], *zero});
  }
  return result;
}

/// Calls `function(begin, end, block)` for runs of elements, in row-major order, that lie in one block.
template <typename Function> static void forEachRun(SchemeAttr scheme, ArrayRef<int64_t> shape, Function function) {
  int64_t numElements = ShapedType::getNumElements(shape);
  if (numElements == 0)
    return;
  if (scheme.getBlock().empty() || shape.empty())
    return function(0, numElements, 0);
  SmallVector<int64_t> scaleShape = scheme.getScaleShape(shape), index(shape.size(), 0);
  int64_t rowLength = shape.back(), runLength = scheme.getBlock().back() ? scheme.getBlock().back() : rowLength;
  for (int64_t row = 0; row < numElements; row += rowLength) {
    int64_t firstBlock = 0;
    for (auto [position, size, numBlocks] : llvm::zip_equal(index, scheme.getBlock(), scaleShape))
      firstBlock = firstBlock * numBlocks + (size ? position / size : 0);
    for (int64_t begin = 0; begin < rowLength; begin += runLength)
      function(row + begin, row + std::min(begin + runLength, rowLength), firstBlock + begin / runLength);
    for (int64_t dim = static_cast<int64_t>(shape.size()) - 2; dim >= 0 && ++index[dim] == shape[dim]; --dim)
      index[dim] = 0;
  }
}

static const Tensor *getOptional(Value value, const Frame &frame) { return value ? &frame.getTensor(value) : nullptr; }

//===----------------------------------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::reference::evaluateOp(QuantizeOp op, Frame &frame) {
  FailureOr<Codec> codec = Codec::get(op, op.getScheme());
  if (failed(codec))
    return failure();
  FailureOr<BlockParameters> parameters =
      BlockParameters::get(op, *codec, frame.getTensor(op.getScale()), getOptional(op.getZeroPoint(), frame));
  const Tensor &input = frame.getTensor(op.getInput());
  FailureOr<Tensor> result = frame.create(op, op.getScheme().getStorageElementType(), input.getShape());
  if (failed(parameters) || failed(result))
    return failure();
  forEachRun(op.getScheme(), input.getShape(), [&](int64_t begin, int64_t end, int64_t block) {
    auto [scale, zeroPoint] = (*parameters)[block];
    for (int64_t i = begin; i < end; ++i)
      codec->write(*result, i,
                   numerics::quantize(static_cast<float>(input.getFloat(i)), scale, zeroPoint, codec->minCode,
                                      codec->maxCode, codec->rounding));
  });
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(DequantizeOp op, Frame &frame) {
  FailureOr<Codec> codec = Codec::get(op, op.getScheme());
  if (failed(codec))
    return failure();
  FailureOr<BlockParameters> parameters =
      BlockParameters::get(op, *codec, frame.getTensor(op.getScale()), getOptional(op.getZeroPoint(), frame));
  const Tensor &input = frame.getTensor(op.getInput());
  FailureOr<Tensor> result = frame.create(op, cast<ShapedType>(op.getType()).getElementType(), input.getShape());
  if (failed(parameters) || failed(result))
    return failure();
  forEachRun(op.getScheme(), input.getShape(), [&](int64_t begin, int64_t end, int64_t block) {
    auto [scale, zeroPoint] = (*parameters)[block];
    for (int64_t i = begin; i < end; ++i)
      result->setFloat(i, numerics::dequantize(codec->read(input, i), scale, zeroPoint));
  });
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(RequantizeOp op, Frame &frame) {
  FailureOr<Codec> from = Codec::get(op, op.getInputScheme()), to = Codec::get(op, op.getResultScheme());
  if (failed(from) || failed(to))
    return failure();
  FailureOr<int32_t> fromZero = getZeroPoint(op, *from, getOptional(op.getInputZeroPoint(), frame), 0);
  FailureOr<int32_t> toZero = getZeroPoint(op, *to, getOptional(op.getResultZeroPoint(), frame), 0);
  const Tensor &input = frame.getTensor(op.getInput()), &multiplier = frame.getTensor(op.getMultiplier());
  FailureOr<Tensor> result = frame.create(op, op.getResultScheme().getStorageElementType(), input.getShape());
  if (failed(fromZero) || failed(toZero) || failed(result))
    return failure();
  if (multiplier.getKind() != ElementKind::F32 || multiplier.getNumElements() != 1)
    return op.emitOpError() << "expected a multiplier of one f32, got " << multiplier.getType();
  for (int64_t i = 0; i < input.getNumElements(); ++i)
    to->write(*result, i,
              numerics::requantize(from->read(input, i), *fromZero, multiplier.getElements<float>().front(), *toZero,
                                   to->minCode, to->maxCode, to->rounding));
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(ChooseParamsOp op, Frame &frame) {
  FailureOr<Codec> codec = Codec::get(op, op.getScheme());
  if (failed(codec))
    return failure();
  const Tensor &input = frame.getTensor(op.getInput());
  SmallVector<int64_t> shape = op.getScheme().getScaleShape(input.getShape());
  FailureOr<Tensor> scale = frame.create(op, cast<ShapedType>(op.getScale().getType()).getElementType(), shape);
  FailureOr<Tensor> zeroPoint = frame.create(op, IntegerType::get(op.getContext(), 32), shape);
  if (failed(scale) || failed(zeroPoint))
    return failure();
  if (scale->getKind() != ElementKind::F32)
    return op.emitOpError() << "expected a scale of f32, got " << scale->getType();

  // A block may consist of several runs: gather the ranges of all blocks first. NaN compares with nothing.
  SmallVector<std::pair<float, float>> ranges(scale->getNumElements(), {0.0f, 0.0f});
  forEachRun(op.getScheme(), input.getShape(), [&](int64_t begin, int64_t end, int64_t block) {
    auto &[lowest, highest] = ranges[block];
    for (int64_t i = begin; i < end; ++i) {
      auto value = static_cast<float>(input.getFloat(i));
      lowest = value < lowest ? value : lowest;
      highest = value > highest ? value : highest;
    }
  });
  for (auto [block, range] : llvm::enumerate(ranges)) {
    auto [lowest, highest] = range;
    auto [blockScale, blockZero] = op.getZeroPoint()
                                       ? numerics::chooseAffine(lowest, highest, codec->minCode, codec->maxCode)
                                       : numerics::chooseSymmetric(std::max(-lowest, highest), codec->maxCode);
    scale->setFloat(block, blockScale);
    zeroPoint->getMutableElements<int32_t>()[block] = blockZero;
  }
  frame.set(op.getScale(), *scale);
  if (op.getZeroPoint())
    frame.set(op.getZeroPoint(), *zeroPoint);
  return success();
}

LogicalResult nibble::reference::evaluateOp(ObserveOp op, Frame &frame) {
  if (op->getNumResults())
    frame.set(op->getResult(0), frame.get(op.getInput()));
  return success();
}
