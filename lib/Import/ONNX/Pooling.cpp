//===- Pooling.cpp - MaxPool, AveragePool and the global ones ----------------------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "Operators.h"
#include "Window.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

namespace {
enum class PoolKind { Max, Sum };
} // namespace

/// The window's combination for any number of spatial dimensions: the input is read at `o * stride + k * dilation`.
static Value poolGeneric(Node &node, Value input, Value init, const Window &window, PoolKind kind) {
  unsigned count = window.kernel.size(), rank = count + 2;
  SmallVector<AffineExpr> inputExprs, windowExprs;
  for (unsigned dim = 0; dim < rank; ++dim)
    inputExprs.push_back(node.getAffineDimExpr(dim));
  for (unsigned axis = 0; axis < count; ++axis) {
    AffineExpr position = node.getAffineDimExpr(rank + axis);
    inputExprs[axis + 2] = inputExprs[axis + 2] * window.strides[axis] + position * window.dilations[axis];
    windowExprs.push_back(position);
  }
  MLIRContext *context = node.getContext();
  SmallVector<AffineMap> maps = {AffineMap::get(rank + count, 0, inputExprs, context),
                                 AffineMap::get(rank + count, 0, windowExprs, context),
                                 AffineMap::getMultiDimIdentityMap(rank + count, context).getMajorSubMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.append(count, utils::IteratorType::reduction);
  Type elementType = getElementTypeOrSelf(init);
  Value extent = tensor::EmptyOp::create(node, window.kernel, elementType);
  return linalg::GenericOp::create(node, TypeRange{init.getType()}, ValueRange{input, extent}, ValueRange{init}, maps,
                                   iterators,
                                   [&](OpBuilder &b, Location loc, ValueRange args) {
                                     Value combined = kind == PoolKind::Max
                                                          ? arith::MaximumFOp::create(b, loc, args[0], args[2])
                                                          : Value(arith::AddFOp::create(b, loc, args[0], args[2]));
                                     linalg::YieldOp::create(b, loc, combined);
                                   })
      .getResult(0);
}

template <typename PoolOp>
static Value poolNamed(Node &node, Value input, Value init, const Window &window) {
  Value extent = tensor::EmptyOp::create(node, window.kernel, getElementTypeOrSelf(init));
  return PoolOp::create(node, TypeRange{init.getType()}, ValueRange{input, extent}, ValueRange{init},
                        node.getI64TensorAttr(window.strides), node.getI64TensorAttr(window.dilations))
      ->getResult(0);
}

/// Pools a padded input [N, C, spatial…].
static Tensor pool(Node &node, const Tensor &padded, const Window &window, PoolKind kind) {
  if (node.failed() || !padded)
    return {};
  SmallVector<int64_t> shape = {padded.getSize(0), padded.getSize(1)};
  shape.append(window.outputSizes);
  Type elementType = padded.getElementType();
  if (window.kernel.size() == 1) {
    // One spatial dimension is two of which the first has size 1.
    Window wide = window;
    for (SmallVector<int64_t> *sizes : {&wide.kernel, &wide.strides, &wide.dilations, &wide.outputSizes})
      sizes->insert(sizes->begin(), 1);
    Tensor input = reshape(node, padded, {shape[0], shape[1], 1, padded.getSize(2)});
    return reshape(node, pool(node, input, wide, kind), shape);
  }
  RankedTensorType type = node.getTensorType(shape, elementType);
  if (!type)
    return {};
  bool isMax = kind == PoolKind::Max;
  TypedAttr identity = isMax ? lowestAttr(elementType, padded.isUnsigned) : node.getZeroAttr(elementType);
  Value input = node.materialize(padded), init = filled(node, type, identity);
  if (window.kernel.size() != 2) {
    if (isa<FloatType>(elementType))
      return Tensor(poolGeneric(node, input, init, window, kind));
    (void)node.error("pooling of integers over " + Twine(window.kernel.size()) + " dimensions is not supported");
    return {};
  }
  if (!isMax)
    return Tensor(poolNamed<linalg::PoolingNchwSumOp>(node, input, init, window));
  if (padded.isUnsigned) {
    (void)node.error("pooling of unsigned integers is not supported");
    return {};
  }
  return Tensor(poolNamed<linalg::PoolingNchwMaxOp>(node, input, init, window));
}

static Tensor padWindow(Node &node, const Tensor &input, const Window &window, TypedAttr value) {
  SmallVector<int64_t> low(2, 0), high(2, 0);
  low.append(window.low);
  for (auto [after, extra] : llvm::zip_equal(window.high, window.extra))
    high.push_back(after + extra);
  return pad(node, input, low, high, value);
}

static std::optional<Window> resolvePool(Node &node, const Tensor &input) {
  if (input.getRank() < 3) {
    (void)node.error("expected an input of rank 3 or more, got " + formatShape(input.getShape()));
    return std::nullopt;
  }
  size_t count = input.getRank() - 2;
  if (!node.hasAttribute("kernel_shape"))
    (void)node.error("expected attribute 'kernel_shape'");
  SmallVector<int64_t> kernel = getSpatialAttribute(node, "kernel_shape", count, 1, 1);
  return node.failed() ? std::nullopt : resolveWindow(node, input.getShape().drop_front(2), kernel);
}

LogicalResult nibble::onnx_import::importMaxPool(Node &node) {
  const Tensor &input = node.getInput(0);
  if (node.hasOutput(1))
    return node.error("the output of indices is not supported");
  auto window = resolvePool(node, input);
  if (!window)
    return failure();
  TypedAttr lowest = lowestAttr(input.getElementType(), input.isUnsigned);
  return node.setResult(pool(node, padWindow(node, input, *window, lowest), *window, PoolKind::Max));
}

/// How many elements each window averages along one dimension: those of the input, and of its padding if it counts.
/// What ceil_mode adds never counts.
static SmallVector<double> countElements(const Window &window, size_t axis, int64_t inputSize, bool countPadding) {
  int64_t begin = countPadding ? 0 : window.low[axis];
  int64_t end = countPadding ? window.low[axis] + inputSize + window.high[axis] : begin + inputSize;
  SmallVector<double> counts;
  for (int64_t position = 0; position < window.outputSizes[axis]; ++position) {
    int64_t count = 0;
    for (int64_t tap = 0; tap < window.kernel[axis]; ++tap) {
      int64_t at = position * window.strides[axis] + tap * window.dilations[axis];
      count += at >= begin && at < end;
    }
    counts.push_back(static_cast<double>(count));
  }
  return counts;
}

/// The number of elements of each window: one number when all agree, else a tensor of the spatial sizes.
static Tensor countElements(Node &node, const Window &window, const Tensor &input, bool countPadding) {
  SmallVector<SmallVector<double>> perAxis;
  for (size_t axis = 0; axis < window.kernel.size(); ++axis)
    perAxis.push_back(countElements(window, axis, input.getSize(axis + 2), countPadding));
  SmallVector<double> counts;
  forEachIndex(window.outputSizes, [&](ArrayRef<int64_t> index) {
    double product = 1;
    for (auto [axis, position] : llvm::enumerate(index))
      product *= perAxis[axis][position];
    counts.push_back(product);
  });
  Type elementType = input.getElementType();
  if (!counts.empty() && llvm::all_equal(counts))
    return Tensor(Constant::getFloats(RankedTensorType::get({}, elementType), counts.front()));
  return Tensor(Constant::getFloats(RankedTensorType::get(window.outputSizes, elementType), counts,
                                    node.getName().str() + ".count"));
}

static Tensor divide(Node &node, const Tensor &sum, const Tensor &count) {
  return elementwise(node, {sum, count}, sum ? sum.getElementType() : Type(),
                     [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                       return arith::DivFOp::create(b, args[0], args[1]);
                     });
}

LogicalResult nibble::onnx_import::importAveragePool(Node &node) {
  const Tensor &input = node.getInput(0);
  if (!isa<FloatType>(input.getElementType()))
    return node.error("expected an input of floats");
  auto window = resolvePool(node, input);
  if (!window)
    return failure();
  bool countPadding = node.getInteger("count_include_pad", 0) != 0;
  TypedAttr zero = node.getZeroAttr(input.getElementType());
  Tensor sum = pool(node, padWindow(node, input, *window, zero), *window, PoolKind::Sum);
  if (!sum)
    return failure();
  return node.setResult(divide(node, sum, countElements(node, *window, input, countPadding)));
}

/// The window that covers the whole input.
static std::optional<Window> resolveGlobal(Node &node, const Tensor &input) {
  if (input.getRank() < 3 || llvm::is_contained(input.getShape(), 0) || !isa<FloatType>(input.getElementType())) {
    (void)node.error("expected an input of floats of rank 3 or more with elements, got " +
                     formatShape(input.getShape()));
    return std::nullopt;
  }
  SmallVector<int64_t> ones(input.getRank() - 2, 1), zeros(input.getRank() - 2, 0);
  SmallVector<int64_t> kernel(input.getShape().drop_front(2));
  return Window{kernel, ones, ones, zeros, zeros, zeros, ones};
}

LogicalResult nibble::onnx_import::importGlobalAveragePool(Node &node) {
  const Tensor &input = node.getInput(0);
  auto window = resolveGlobal(node, input);
  if (!window)
    return failure();
  Tensor sum = pool(node, input, *window, PoolKind::Sum);
  return node.setResult(sum ? divide(node, sum, countElements(node, *window, input, false)) : Tensor());
}

LogicalResult nibble::onnx_import::importGlobalMaxPool(Node &node) {
  auto window = resolveGlobal(node, node.getInput(0));
  return window ? node.setResult(pool(node, node.getInput(0), *window, PoolKind::Max)) : failure();
}
