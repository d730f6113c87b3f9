//===- IntegerProducts.cpp - exact products of codes -------------------------------------------------===//

#include "IntegerProducts.h"
#include "Fold.h"
#include "Linear.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <limits>

using namespace mlir;

namespace nibble::onnx_import {

static ElementType getSum(Node &node) { return {node.getI32Type()}; }

/// Codes less their zero point in 32 bits.
static Tensor widen(Node &node, const Codes &operand) {
  SmallVector<Tensor> inputs = {operand.codes};
  if (operand.zeroPoint)
    inputs.push_back(operand.zeroPoint);
  if (!operand.codes)
    return {};
  Tensor wide = compute(node, inputs, getSum(node), [&](ArrayRef<Scalar> x) {
    Scalar code = x[0].convertTo(getSum(node));
    return x.size() == 2 ? code - x[1] : code;
  });
  return wide && wide.getShape() != operand.codes.getShape() ? Tensor() : wide;
}

//===----------------------------------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------------------------------===//

Tensor toSignedBytes(Node &node, const Codes &filter) {
  if (!filter.codes.constant || (filter.zeroPoint && !filter.zeroPoint.constant))
    return {};
  if (!filter.codes.isUnsigned && !filter.zeroPoint)
    return filter.codes;
  SmallVector<int64_t> codes = filter.codes.constant.getIntegers(filter.codes.isUnsigned), zeroPoints;
  if (filter.zeroPoint)
    zeroPoints = filter.zeroPoint.constant.getIntegers();
  int64_t position = 0;
  bool fits = true;
  ArrayRef<int64_t> zeroShape = filter.zeroPoint ? filter.zeroPoint.getShape() : ArrayRef<int64_t>();
  forEachIndex(filter.codes.getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source;
    for (auto [size, coordinate] : llvm::zip_equal(zeroShape, index.take_back(zeroShape.size())))
      source.push_back(size == 1 ? 0 : coordinate);
    int64_t &code = codes[position++];
    code -= zeroPoints.empty() ? 0 : zeroPoints[linearize(zeroShape, source)];
    fits &= code == static_cast<int8_t>(code);
  });
  if (!fits)
    return {};
  return Constant::getIntegers(filter.codes.type, codes, filter.codes.constant.getName());
}

/// Whether sums of so many products of bytes fit 32 bits, whatever the codes.
static bool fitsSum(int64_t numProducts) {
  return numProducts <= std::numeric_limits<int32_t>::max() / (255 * 128);
}

/// A zero point that is one known number.
static std::optional<int64_t> getKnownZeroPoint(const Tensor &zeroPoint) {
  if (!zeroPoint)
    return 0;
  if (!zeroPoint.constant || zeroPoint.type.getNumElements() != 1)
    return std::nullopt;
  return zeroPoint.constant.getIntegers().front();
}

static SchemeAttr getInputScheme(Node &node, const Tensor &codes, bool hasZeroPoint) {
  return SchemeAttr::getInt8(node.getContext(), !codes.isUnsigned, /*narrowRange=*/false, /*block=*/{},
                             hasZeroPoint ? ZeroPointKind::Integer : ZeroPointKind::None);
}

static SchemeAttr getFilterScheme(Node &node) {
  return SchemeAttr::getInt8(node.getContext(), /*isSigned=*/true, /*narrowRange=*/false, /*block=*/{}, ZeroPointKind::None);
}

/// Null for 0.
static Value createZeroPoint(Node &node, int64_t zeroPoint) {
  if (zeroPoint == 0)
    return {};
  return arith::ConstantOp::create(node, node.getI32IntegerAttr(static_cast<int32_t>(zeroPoint)));
}

/// rows x K bytes times K x N bytes.
static Tensor createContract(Node &node, const Tensor &rows, const Tensor &filter, int64_t zeroPoint) {
  auto type = RankedTensorType::get({rows.getSize(0), filter.getSize(1)}, node.getI32Type());
  Value init = tensor::EmptyOp::create(node, type.getShape(), type.getElementType());
  auto contract = ContractOp::create(node, type, node.materialize(rows), node.materialize(filter), /*bias=*/Value(),
                                     createZeroPoint(node, zeroPoint), /*filterZeroPoint=*/Value(),
                                     /*filterScales=*/ValueRange(), /*filterZeroPoints=*/Value(),
                                     /*epilogueOperands=*/ValueRange(), init,
                                     getInputScheme(node, rows, zeroPoint != 0), getFilterScheme(node),
                                     /*packedFilterShape=*/DenseI64ArrayAttr(), /*transposeFilter=*/false);
  return Tensor(contract->getResult(0));
}

/// The sum of each column of a constant matrix.
static Tensor sumColumns(Node &node, const Tensor &filter) {
  SmallVector<int64_t> sums(filter.getSize(1), 0), codes = filter.constant.getIntegers();
  for (auto [position, code] : llvm::enumerate(codes))
    sums[position % sums.size()] += code;
  return Constant::getIntegers(RankedTensorType::get({filter.getSize(1)}, node.getI32Type()), sums,
                               filter.constant.getName().str() + ".sums");
}

/// A zero point that is known at run time only, or differs between rows, is taken off the result: it is multiplied with the
/// sum of a column.
static Tensor multiplyBytes(Node &node, const Codes &lhs, const Tensor &filter) {
  SmallVector<int64_t> resultShape(lhs.codes.getShape().drop_back());
  Tensor rows = reshape(node, lhs.codes, {product(resultShape), filter.getSize(0)});
  resultShape.push_back(filter.getSize(1));
  std::optional<int64_t> known = getKnownZeroPoint(lhs.zeroPoint);
  Tensor result = rows ? reshape(node, createContract(node, rows, filter, known.value_or(0)), resultShape) : Tensor();
  if (known || !result)
    return result;
  return compute(node, {result, lhs.zeroPoint, sumColumns(node, filter)}, getSum(node),
                 [](ArrayRef<Scalar> x) { return x[0] - x[1] * x[2]; });
}

Tensor multiplyCodes(Node &node, const Codes &lhs, const Codes &rhs) {
  if (node.failed() || !lhs.codes || !rhs.codes)
    return {};
  bool isRow = lhs.codes.getRank() > 1 && rhs.codes.getRank() == 2 &&
               lhs.codes.getShape().back() == rhs.codes.getSize(0) && fitsSum(rhs.codes.getSize(0)) &&
               lhs.codes.type.getNumElements() > 0 && rhs.codes.type.getNumElements() > 0;
  // A zero point for each column of the left side is no number that a row shares.
  bool isShared = !lhs.zeroPoint || lhs.zeroPoint.getRank() == 0 || lhs.zeroPoint.getShape().back() == 1;
  if (Tensor filter = isRow && isShared ? toSignedBytes(node, rhs) : Tensor())
    return multiplyBytes(node, lhs, filter);
  return multiplyTensors(node, widen(node, lhs), widen(node, rhs));
}

//===----------------------------------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------------------------------===//

static Tensor createConv(Node &node, const Tensor &input, const Tensor &filter, int64_t zeroPoint, int64_t groups,
                         const Window &window) {
  Tensor nhwc = transpose(node, input, {0, 2, 3, 1}), hwcf = transpose(node, filter, {2, 3, 1, 0});
  if (!nhwc || !hwcf)
    return {};
  RankedTensorType type = node.getTensorType(
      {input.getSize(0), window.outputSizes[0], window.outputSizes[1], filter.getSize(0)}, node.getI32Type());
  if (!type)
    return {};
  Value init = tensor::EmptyOp::create(node, type.getShape(), type.getElementType());
  int64_t padding[] = {window.low[0], window.high[0], window.low[1], window.high[1]};
  auto conv = ConvOp::create(node, type, node.materialize(nhwc), node.materialize(hwcf), /*bias=*/Value(),
                             createZeroPoint(node, zeroPoint), /*filterZeroPoint=*/Value(), /*filterScales=*/ValueRange(),
                             /*filterZeroPoints=*/Value(), /*epilogueOperands=*/ValueRange(), init,
                             getInputScheme(node, input, zeroPoint != 0), getFilterScheme(node),
                             /*packedFilterShape=*/DenseI64ArrayAttr(), node.getDenseI64ArrayAttr(window.strides),
                             node.getDenseI64ArrayAttr(window.dilations), node.getDenseI64ArrayAttr(padding),
                             node.getI64IntegerAttr(groups));
  return transpose(node, Tensor(conv->getResult(0)), {0, 3, 1, 2});
}

Tensor convolveCodes(Node &node, const Codes &input, const Codes &filter, int64_t groups, const Window &window) {
  if (node.failed())
    return {};
  std::optional<int64_t> zeroPoint = getKnownZeroPoint(input.zeroPoint);
  bool isPlane = window.kernel.size() == 2 && fitsSum(product(filter.codes.getShape().drop_front()));
  if (Tensor bytes = isPlane && zeroPoint ? toSignedBytes(node, filter) : Tensor())
    return createConv(node, input.codes, bytes, *zeroPoint, groups, window);
  Tensor padded = padSpatially(node, widen(node, input), window.low, window.high);
  return convolve(node, {padded, widen(node, filter), groups, window});
}

Tensor scaleSum(Node &node, const Tensor &sum, const Tensor &a, const Tensor &b) {
  ElementType real{node.getF32Type()};
  return compute(node, {sum, a, b}, real, [&](ArrayRef<Scalar> x) { return x[0].convertTo(real) * (x[1] * x[2]); });
}

} // namespace nibble::onnx_import
