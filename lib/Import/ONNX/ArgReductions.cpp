//===- ArgReductions.cpp - ArgMax, ArgMin, Hardmax, CumSum -------------------------------------------===//

#include "Operators.h"
#include "Reductions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <limits>

using namespace mlir;
using namespace nibble::onnx_import;

/// The place of the current iteration along a dimension of the op around.
static Scalar getIndex(Scalar like, int64_t dim, Type type) {
  ImplicitLocOpBuilder &b = like.getBuilder();
  return Scalar(b, arith::IndexCastOp::create(b, type, linalg::IndexOp::create(b, dim)));
}

/// The place, an i64, of the first or last of the elements that are `extreme`, which has size 1 along `axis`. Of NaN, which
/// equals nothing, any place.
static Tensor findExtreme(Node &node, const Tensor &input, const Tensor &extreme, int64_t axis, bool findsLast) {
  Type i64 = node.getI64Type();
  TypedAttr none = findsLast ? lowestAttr(i64, false) : node.getI64IntegerAttr(std::numeric_limits<int64_t>::max());
  return reduceKeepingAxes(node, {input, extreme}, axis, none, [&](ArrayRef<Scalar> x) {
    Scalar found = x[2], index = getIndex(x[0], axis, i64);
    Scalar better = findsLast ? max(found, index) : min(found, index);
    Scalar isOther = (x[0] < x[1]) | (x[0] > x[1]);
    return select(isOther, found, better);
  });
}

/// The axis and the input of an operator that finds an element along an axis.
static std::optional<int64_t> readAxis(Node &node, int64_t defaultValue) {
  const Tensor &input = node.getInput(0);
  if (failed(checkNumbers(node)))
    return std::nullopt;
  int64_t axis = node.normalizeAxis(node.getInteger("axis", defaultValue), input.getRank());
  if (!node.failed() && input.getSize(axis) == 0)
    (void)node.error("expected elements along axis " + Twine(axis) + ", got " + formatShape(input.getShape()));
  return node.failed() ? std::nullopt : std::optional(axis);
}

static LogicalResult importArgReduction(Node &node, bool findsMax) {
  std::optional<int64_t> axis = readAxis(node, 0);
  if (!axis)
    return failure();
  const Tensor &input = node.getInput(0);
  Tensor extreme = findsMax ? maxKeepingAxes(node, input, *axis) : minKeepingAxes(node, input, *axis);
  Tensor place = findExtreme(node, input, extreme, *axis, node.getInteger("select_last_index", 0) != 0);
  bool keeps = node.getInteger("keepdims", 1) != 0;
  return node.setResult(keeps ? place : reshape(node, place, dropAxes(input.getShape(), *axis)));
}

LogicalResult nibble::onnx_import::importArgMax(Node &node) { return importArgReduction(node, /*findsMax=*/true); }
LogicalResult nibble::onnx_import::importArgMin(Node &node) { return importArgReduction(node, /*findsMax=*/false); }

/// 1 at the first maximum along the axis, 0 elsewhere.
static Tensor hardmax(Node &node, const Tensor &input, int64_t axis) {
  Tensor place = findExtreme(node, input, maxKeepingAxes(node, input, axis), axis, /*findsLast=*/false);
  return compute(node, {input, place}, getElementType(input), [&](ArrayRef<Scalar> x) {
    return select(isEqual(getIndex(x[0], axis, node.getI64Type()), x[1]), x[0].constant(1), x[0].constant(0));
  });
}

LogicalResult nibble::onnx_import::importHardmax(Node &node) { return importAlongAxis(node, hardmax); }

//===----------------------------------------------------------------------------------------------===//
// CumSum
//===----------------------------------------------------------------------------------------------===//

/// Each sum by itself, in the order of the elements: result[i] is the sum over j of input[j] where j is on the right side of i.
LogicalResult nibble::onnx_import::importCumSum(Node &node) {
  const Tensor &input = node.getInput(0);
  if (isBoolean(input))
    return node.error("expected numbers, got booleans");
  SmallVector<int64_t> axes = node.normalizeAxes(node.getConstantIntegers(1, "axis"), input.getRank());
  if (node.failed() || axes.size() != 1)
    return node.error("expected one axis, got " + Twine(axes.size()));
  bool isExclusive = node.getInteger("exclusive", 0) != 0, isReverse = node.getInteger("reverse", 0) != 0;
  ElementType type = getElementType(input), wide = isFloat(input) ? getWideType(input) : type;

  // The space of the result and one more dimension, along which the input varies instead of along the axis.
  int64_t axis = axes.front(), rank = input.getRank();
  SmallVector<int64_t> sizes(input.getShape()), resultDims = llvm::to_vector(llvm::seq(rank)), dims = resultDims;
  sizes.push_back(sizes[axis]);
  dims[axis] = rank;
  Tensor sums = accumulate(
      node, convert(node, input, wide), {dims}, sizes, resultDims, node.getZeroAttr(wide.type),
      [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
        Scalar element(b, arguments[0]), sum(b, arguments[1]);
        Scalar at = getIndex(element, axis, node.getI64Type()), from = getIndex(element, rank, node.getI64Type());
        if (isReverse)
          std::swap(at, from);
        return select(isExclusive ? from < at : from <= at, sum + element, sum).getValue();
      });
  return node.setResult(convert(node, sums, type));
}
