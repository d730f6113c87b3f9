//===- Linear.cpp - Gemm, MatMul ---------------------------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// `MatmulOp` of two matrices (or batches of them) into zeros.
template <typename MatmulOp>
static Tensor createMatmul(Node &node, const Tensor &lhs, const Tensor &rhs) {
  if (node.failed() || !lhs || !rhs)
    return {};
  SmallVector<int64_t> shape(lhs.getShape());
  shape.back() = rhs.getShape().back();
  RankedTensorType type = node.getTensorType(shape, lhs.getElementType());
  if (!type)
    return {};
  Value init = filled(node, type, node.getZeroAttr(type.getElementType()));
  return Tensor(MatmulOp::create(node, ValueRange{node.materialize(lhs), node.materialize(rhs)}, ValueRange{init})
                    ->getResult(0));
}

static Tensor scale(Node &node, const Tensor &input, double factor) {
  if (!input || factor == 1.0)
    return input;
  return elementwise(node, input, input.getElementType(), [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
    return arith::MulFOp::create(b, args[0], scalar(b, args[0].getType(), factor));
  });
}

static Tensor add(Node &node, const Tensor &lhs, const Tensor &rhs) {
  if (!lhs)
    return {};
  return elementwise(node, {lhs, rhs}, lhs.getShape(), lhs.getElementType(),
                     [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                       return arith::AddFOp::create(b, args[0], args[1]);
                     });
}

LogicalResult nibble::onnx_import::importGemm(Node &node) {
  Tensor lhs = node.getInput(0), rhs = node.getInput(1), bias = node.getInput(2);
  Type elementType = lhs.getElementType();
  if (lhs.getRank() != 2 || rhs.getRank() != 2 || !isa<FloatType>(elementType) || rhs.getElementType() != elementType)
    return node.error("expected two matrices of the same float type, got " + formatShape(lhs.getShape()) + " and " +
                      formatShape(rhs.getShape()));
  double alpha = node.getFloat("alpha", 1.0), beta = node.getFloat("beta", 1.0);
  if (node.getInteger("transA", 0))
    lhs = transpose(node, lhs, {1, 0});
  if (node.getInteger("transB", 0))
    rhs = transpose(node, rhs, {1, 0});
  if (node.failed() || lhs.getSize(1) != rhs.getSize(0))
    return node.error("expected inner sizes that agree, got " + formatShape(lhs.getShape()) + " and " +
                      formatShape(rhs.getShape()));
  Tensor result = scale(node, createMatmul<linalg::MatmulOp>(node, lhs, rhs), alpha);
  if (!result || !bias || beta == 0.0)
    return node.setResult(result);
  auto shape = broadcastShapes(node, {result, bias});
  if (!shape || ArrayRef(*shape) != result.getShape() || bias.getElementType() != elementType)
    return node.error("expected a bias that broadcasts to " + formatShape(result.getShape()) + ", got " +
                      formatShape(bias.getShape()));
  return node.setResult(add(node, result, scale(node, bias, beta)));
}

/// Repeats the leading dimensions of `input` to `batch`; its last two stay.
static Tensor broadcastBatch(Node &node, const Tensor &input, ArrayRef<int64_t> batch) {
  SmallVector<int64_t> shape(batch);
  llvm::append_range(shape, input.getShape().take_back(2));
  if (input.getShape() == ArrayRef(shape))
    return input;
  return elementwise(node, input, shape, input.getElementType(),
                     [](ImplicitLocOpBuilder &, ValueRange args) { return args[0]; });
}

/// A batch of matrices as one dimension and the last two.
static Tensor flattenBatch(Node &node, const Tensor &input, int64_t batchSize) {
  if (!input)
    return {};
  ArrayRef<int64_t> matrix = input.getShape().take_back(2);
  return reshape(node, input, {batchSize, matrix[0], matrix[1]});
}

static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

/// Both operands have rank of at least 2. One matrix for a whole batch on the right side makes one matrix product.
static Tensor matmul(Node &node, const Tensor &lhs, const Tensor &rhs) {
  SmallVector<int64_t> resultShape;
  if (rhs.getRank() == 2) {
    ArrayRef<int64_t> rows = lhs.getShape().drop_back();
    resultShape.assign(rows.begin(), rows.end());
    resultShape.push_back(rhs.getSize(1));
    Tensor flat = reshape(node, lhs, {product(rows), lhs.getShape().back()});
    return reshape(node, createMatmul<linalg::MatmulOp>(node, flat, rhs), resultShape);
  }
  auto types = [&](const Tensor &tensor) {
    return Tensor(Constant(tensor.type.clone(tensor.getShape().drop_back(2)), {}, nullptr));
  };
  auto batch = broadcastShapes(node, {types(lhs), types(rhs)});
  if (!batch)
    return {};
  resultShape = *batch;
  resultShape.push_back(lhs.getShape().take_back(2).front());
  resultShape.push_back(rhs.getShape().back());
  if (!node.getTensorType(resultShape, lhs.getElementType()))
    return {};
  int64_t batchSize = product(*batch);
  Tensor left = flattenBatch(node, broadcastBatch(node, lhs, *batch), batchSize);
  Tensor right = flattenBatch(node, broadcastBatch(node, rhs, *batch), batchSize);
  return reshape(node, createMatmul<linalg::BatchMatmulOp>(node, left, right), resultShape);
}

LogicalResult nibble::onnx_import::importMatMul(Node &node) {
  Tensor lhs = node.getInput(0), rhs = node.getInput(1);
  if (lhs.getRank() == 0 || rhs.getRank() == 0 || lhs.getElementType() != rhs.getElementType() ||
      !isa<FloatType>(lhs.getElementType()))
    return node.error("expected two inputs of the same float type and a rank of at least 1, got " +
                      formatShape(lhs.getShape()) + " and " + formatShape(rhs.getShape()));
  bool isRow = lhs.getRank() == 1, isColumn = rhs.getRank() == 1;
  if (isRow)
    lhs = reshape(node, lhs, {1, lhs.getSize(0)});
  if (isColumn)
    rhs = reshape(node, rhs, {rhs.getSize(0), 1});
  if (lhs.getShape().back() != rhs.getShape().take_back(2).front())
    return node.error("expected inner sizes that agree, got " + formatShape(lhs.getShape()) + " and " +
                      formatShape(rhs.getShape()));
  Tensor result = matmul(node, lhs, rhs);
  if (!result)
    return failure();
  // A vector's dimension of 1 is not part of the result.
  SmallVector<int64_t> shape(result.getShape());
  if (isRow)
    shape.erase(shape.end() - 2);
  if (isColumn)
    shape.pop_back();
  return node.setResult(reshape(node, result, shape));
}
