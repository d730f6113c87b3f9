//===- Pool.cpp - a window moved over an input -------------------------------------------------------===//

#include "Pool.h"
#include "Emit.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// `args` are the element and the result so far.
static Value combine(ImplicitLocOpBuilder &b, ValueRange args, PoolKind kind, bool isUnsigned) {
  bool isFloat = isa<FloatType>(args[0].getType());
  if (kind == PoolKind::Sum)
    return arith::AddFOp::create(b, args[0], args[1]);
  if (isFloat)
    return arith::MaximumFOp::create(b, args[0], args[1]);
  return isUnsigned ? Value(arith::MaxUIOp::create(b, args[0], args[1]))
                    : Value(arith::MaxSIOp::create(b, args[0], args[1]));
}

Tensor nibble::onnx_import::reduceWindows(Node &node, const Tensor &padded, const Window &window, TypedAttr init,
                                          ArrayRef<Tensor> others, Body body) {
  if (node.failed() || !padded)
    return {};
  unsigned count = window.kernel.size(), rank = count + 2;
  SmallVector<int64_t> shape = {padded.getSize(0), padded.getSize(1)};
  shape.append(window.outputSizes);
  RankedTensorType type = node.getTensorType(shape, init.getType());
  if (!type)
    return {};
  SmallVector<AffineExpr> inputExprs, windowExprs;
  for (unsigned dim = 0; dim < rank; ++dim)
    inputExprs.push_back(node.getAffineDimExpr(dim));
  for (unsigned axis = 0; axis < count; ++axis) {
    AffineExpr position = node.getAffineDimExpr(rank + axis);
    inputExprs[axis + 2] = inputExprs[axis + 2] * window.strides[axis] + position * window.dilations[axis];
    windowExprs.push_back(position);
  }
  MLIRContext *context = node.getContext();
  AffineMap resultMap = AffineMap::getMultiDimIdentityMap(rank + count, context).getMajorSubMap(rank);
  SmallVector<AffineMap> maps = {AffineMap::get(rank + count, 0, inputExprs, context),
                                 AffineMap::get(rank + count, 0, windowExprs, context)};
  Value extent = tensor::EmptyOp::create(node, window.kernel, padded.getElementType());
  SmallVector<Value> inputs = {node.materialize(padded), extent};
  for (const Tensor &other : others) {
    inputs.push_back(node.materialize(other));
    maps.push_back(resultMap);
  }
  maps.push_back(resultMap);
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.append(count, utils::IteratorType::reduction);
  auto op = linalg::GenericOp::create(node, TypeRange{type}, inputs, ValueRange{filled(node, type, init)}, maps,
                                      iterators, [&](OpBuilder &builder, Location loc, ValueRange args) {
                                        ImplicitLocOpBuilder b(loc, builder);
                                        SmallVector<Value> scalars = {args.front()};
                                        llvm::append_range(scalars, args.drop_front(2));
                                        linalg::YieldOp::create(b, body(b, scalars));
                                      });
  return Tensor(op.getResult(0));
}

template <typename PoolOp>
static Tensor poolNamed(Node &node, const Tensor &padded, const Window &window, TypedAttr init) {
  SmallVector<int64_t> shape = {padded.getSize(0), padded.getSize(1)};
  shape.append(window.outputSizes);
  RankedTensorType type = node.getTensorType(shape, padded.getElementType());
  if (!type)
    return {};
  Value extent = tensor::EmptyOp::create(node, window.kernel, type.getElementType());
  return Tensor(PoolOp::create(node, TypeRange{type}, ValueRange{node.materialize(padded), extent},
                               ValueRange{filled(node, type, init)}, node.getI64TensorAttr(window.strides),
                               node.getI64TensorAttr(window.dilations))
                    ->getResult(0));
}

Tensor nibble::onnx_import::pool(Node &node, const Tensor &padded, const Window &window, PoolKind kind) {
  if (node.failed() || !padded)
    return {};
  Type elementType = padded.getElementType();
  if (window.kernel.size() == 1) {
    // One spatial dimension is two of which the first has size 1.
    Window wide = window;
    for (SmallVector<int64_t> *sizes : {&wide.kernel, &wide.strides, &wide.dilations, &wide.outputSizes})
      sizes->insert(sizes->begin(), 1);
    ArrayRef<int64_t> shape = padded.getShape();
    Tensor pooled = pool(node, reshape(node, padded, {shape[0], shape[1], 1, shape[2]}), wide, kind);
    return reshape(node, pooled, {shape[0], shape[1], window.outputSizes[0]});
  }
  bool isMax = kind == PoolKind::Max;
  TypedAttr init = isMax ? lowestAttr(elementType, padded.isUnsigned) : node.getZeroAttr(elementType);
  if (window.kernel.size() == 2 && !padded.isUnsigned)
    return isMax ? poolNamed<linalg::PoolingNchwMaxOp>(node, padded, window, init)
                 : poolNamed<linalg::PoolingNchwSumOp>(node, padded, window, init);
  Tensor result = reduceWindows(node, padded, window, init, {}, [&](ImplicitLocOpBuilder &b, ValueRange args) {
    return combine(b, args, kind, padded.isUnsigned);
  });
  result.isUnsigned = padded.isUnsigned;
  return result;
}

Tensor nibble::onnx_import::padWindow(Node &node, const Tensor &input, const Window &window, TypedAttr value) {
  SmallVector<int64_t> low(2, 0), high(2, 0);
  low.append(window.low);
  for (auto [after, extra] : llvm::zip_equal(window.high, window.extra))
    high.push_back(after + extra);
  return pad(node, input, low, high, value);
}

std::optional<Window> nibble::onnx_import::resolvePool(Node &node, const Tensor &input) {
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

std::optional<Window> nibble::onnx_import::resolveGlobalPool(Node &node, const Tensor &input) {
  if (input.getRank() < 3 || llvm::is_contained(input.getShape(), 0) || !isa<FloatType>(input.getElementType())) {
    (void)node.error("expected an input of floats of rank 3 or more with elements, got " +
                     formatShape(input.getShape()));
    return std::nullopt;
  }
  SmallVector<int64_t> ones(input.getRank() - 2, 1), zeros(input.getRank() - 2, 0);
  SmallVector<int64_t> kernel(input.getShape().drop_front(2));
  return Window{kernel, ones, ones, zeros, zeros, zeros, ones};
}
