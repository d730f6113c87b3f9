//===- Gather.cpp - Gather, GatherElements, GatherND, Compress ---------------------------------------===//

#include "Emit.h"
#include "Indices.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

Value nibble::onnx_import::normalizeIndex(ImplicitLocOpBuilder &b, Value index, int64_t size) {
  Value position = arith::IndexCastOp::create(b, b.getIndexType(), index);
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, position, zero);
  Value wrapped = arith::AddIOp::create(b, position, arith::ConstantIndexOp::create(b, size));
  return arith::SelectOp::create(b, isNegative, wrapped, position);
}

SmallVector<int64_t> nibble::onnx_import::normalizeIndices(ArrayRef<int64_t> indices, int64_t size) {
  return llvm::map_to_vector(indices, [&](int64_t index) { return index < 0 ? index + size : index; });
}

LogicalResult nibble::onnx_import::checkIndices(Node &node, const Tensor &indices, int64_t size) {
  if (!isa<IntegerType>(indices.getElementType()))
    return node.error("expected integer indices");
  if (!indices.constant)
    return success();
  for (int64_t index : indices.constant.getIntegers())
    if (index < -size || index >= size)
      return node.error("expected indices within " + Twine(size) + " elements, got " + Twine(index));
  return success();
}

/// Result [before…, indices…, after…] of input [before…, size, after…].
LogicalResult nibble::onnx_import::importGather(Node &node) {
  const Tensor &input = node.getInput(0), &indices = node.getInput(1);
  int64_t axis = node.normalizeAxis(node.getInteger("axis", 0), input.getRank());
  if (node.failed() || failed(checkIndices(node, indices, input.getSize(axis))))
    return failure();
  SmallVector<int64_t> shape(input.getShape().take_front(axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, input.getShape().drop_front(axis + 1));
  if (!node.getTensorType(shape, input.getElementType()))
    return failure();
  int64_t size = input.getSize(axis), indexRank = indices.getRank();
  if (indices.constant) {
    SmallVector<int64_t> positions = normalizeIndices(indices.constant.getIntegers(), size);
    return node.setResult(reshape(node, take(node, input, axis, positions), shape));
  }
  Value indexValues = node.materialize(indices);
  return node.setResult(gather(node, input, shape, [&](ImplicitLocOpBuilder &b, ValueRange at) {
    Value index = tensor::ExtractOp::create(b, indexValues, at.slice(axis, indexRank));
    SmallVector<Value> source(at.take_front(axis));
    source.push_back(normalizeIndex(b, index, size));
    llvm::append_range(source, at.drop_front(axis + indexRank));
    return source;
  }));
}

/// The element of each index along an axis, at the index's own position along the others.
LogicalResult nibble::onnx_import::importGatherElements(Node &node) {
  const Tensor &input = node.getInput(0), &indices = node.getInput(1);
  int64_t axis = node.normalizeAxis(node.getInteger("axis", 0), input.getRank());
  if (node.failed() || failed(checkIndices(node, indices, input.getSize(axis))))
    return failure();
  bool fits = indices.getRank() == input.getRank();
  for (int64_t dim = 0; fits && dim < input.getRank(); ++dim)
    fits = dim == axis || indices.getSize(dim) <= input.getSize(dim);
  if (!fits)
    return node.error("expected indices within " + formatShape(input.getShape()) + " but for axis " + Twine(axis) +
                      ", got " + formatShape(indices.getShape()));
  Value indexValues = node.materialize(indices);
  return node.setResult(gather(node, input, indices.getShape(), [&](ImplicitLocOpBuilder &b, ValueRange at) {
    SmallVector<Value> source(at);
    source[axis] = normalizeIndex(b, tensor::ExtractOp::create(b, indexValues, at), input.getSize(axis));
    return source;
  }));
}

/// Rows of indices, each a position in the first dimensions behind the batch.
LogicalResult nibble::onnx_import::importGatherND(Node &node) {
  const Tensor &input = node.getInput(0), &indices = node.getInput(1);
  int64_t batchDims = node.getInteger("batch_dims", 0), depth = indices.getRank() ? indices.getShape().back() : -1;
  if (node.failed())
    return failure();
  if (batchDims < 0 || depth < 1 || batchDims >= indices.getRank() || batchDims + depth > input.getRank() ||
      !isa<IntegerType>(indices.getElementType()) ||
      indices.getShape().take_front(batchDims) != input.getShape().take_front(batchDims))
    return node.error("expected rows of integer indices into " + formatShape(input.getShape()) + " behind " +
                      Twine(batchDims) + " batch dimensions, got " + formatShape(indices.getShape()));
  int64_t rowRank = indices.getRank() - 1;
  SmallVector<int64_t> shape(indices.getShape().drop_back());
  llvm::append_range(shape, input.getShape().drop_front(batchDims + depth));
  Value rows = node.materialize(indices);
  return node.setResult(gather(node, input, shape, [&](ImplicitLocOpBuilder &b, ValueRange at) {
    SmallVector<Value> source(at.take_front(batchDims)), row(at.take_front(rowRank));
    row.push_back({});
    for (int64_t part = 0; part < depth; ++part) {
      row.back() = arith::ConstantIndexOp::create(b, part);
      Value index = tensor::ExtractOp::create(b, rows, row);
      source.push_back(normalizeIndex(b, index, input.getSize(batchDims + part)));
    }
    llvm::append_range(source, at.drop_front(rowRank));
    return source;
  }));
}

/// How many elements are taken has to be known, so the condition too.
LogicalResult nibble::onnx_import::importCompress(Node &node) {
  Tensor input = node.getInput(0);
  SmallVector<int64_t> condition = node.getConstantIntegers(1, "condition"), positions;
  bool isFlat = !node.hasAttribute("axis");
  if (isFlat)
    input = reshape(node, input, {input.type.getNumElements()});
  int64_t axis = isFlat || node.failed() ? 0 : node.normalizeAxis(node.getInteger("axis", 0), input.getRank());
  if (node.failed())
    return failure();
  for (auto [position, isTaken] : llvm::enumerate(condition))
    if (isTaken)
      positions.push_back(static_cast<int64_t>(position));
  if (!positions.empty() && positions.back() >= input.getSize(axis))
    return node.error("expected a condition for at most " + Twine(input.getSize(axis)) + " elements, got " +
                      Twine(condition.size()));
  return node.setResult(take(node, input, axis, positions));
}
