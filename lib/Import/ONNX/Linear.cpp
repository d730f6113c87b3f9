//===- Linear.cpp - Gemm, MatMul ---------------------------------------------------------------------===//

#include "Linear.h"
#include "Elementwise.h"
#include "Operators.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <cmath>

using namespace mlir;
using namespace nibble::onnx_import;

int64_t nibble::onnx_import::product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

/// `MatmulOp` of two matrices (or batches of them) into zeros.
template <typename MatmulOp>
static Tensor createMatmul(Node &node, const Tensor &lhs, const Tensor &rhs, RankedTensorType type) {
  Value init = filled(node, type, node.getZeroAttr(type.getElementType()));
  auto op = MatmulOp::create(node, ValueRange{node.materialize(lhs), node.materialize(rhs)}, ValueRange{init});
  return Tensor(op->getResult(0), lhs.isUnsigned);
}

Tensor nibble::onnx_import::multiplyMatrices(Node &node, const Tensor &lhs, const Tensor &rhs) {
  if (node.failed() || !lhs || !rhs)
    return {};
  if (isFloat(lhs) && getWideType(lhs).type != lhs.getElementType()) {
    ElementType narrow = getElementType(lhs), wide = getWideType(lhs);
    return convert(node, multiplyMatrices(node, convert(node, lhs, wide), convert(node, rhs, wide)), narrow);
  }
  SmallVector<int64_t> shape(lhs.getShape());
  shape.back() = rhs.getShape().back();
  RankedTensorType type = node.getTensorType(shape, lhs.getElementType());
  if (!type)
    return {};
  return lhs.getRank() == 2 ? createMatmul<linalg::MatmulOp>(node, lhs, rhs, type)
                            : createMatmul<linalg::BatchMatmulOp>(node, lhs, rhs, type);
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

/// Both operands have rank of at least 2. One matrix for a whole batch on the right side makes one matrix product.
static Tensor matmul(Node &node, const Tensor &lhs, const Tensor &rhs) {
  if (!lhs || !rhs)
    return {};
  if (lhs.getShape().back() != rhs.getShape().take_back(2).front()) {
    (void)node.error("expected inner sizes that agree, got " + formatShape(lhs.getShape()) + " and " +
                     formatShape(rhs.getShape()));
    return {};
  }
  if (rhs.getRank() > 2 && rhs.getRank() <= lhs.getRank() && product(rhs.getShape().drop_back(2)) == 1)
    return matmul(node, lhs, reshape(node, rhs, rhs.getShape().take_back(2)));
  SmallVector<int64_t> resultShape;
  if (rhs.getRank() == 2) {
    ArrayRef<int64_t> rows = lhs.getShape().drop_back();
    resultShape.assign(rows.begin(), rows.end());
    resultShape.push_back(rhs.getSize(1));
    Tensor flat = reshape(node, lhs, {product(rows), lhs.getShape().back()});
    return reshape(node, multiplyMatrices(node, flat, rhs), resultShape);
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
  return reshape(node, multiplyMatrices(node, left, right), resultShape);
}

//===----------------------------------------------------------------------------------------------===//
// Gemm
//===----------------------------------------------------------------------------------------------===//

static Tensor scale(Node &node, const Tensor &input, double factor) {
  return factor == 1.0 ? input : compute(node, input, [&](Scalar x) { return x * factor; });
}

/// Numbers that can be multiplied by alpha and beta in their own type.
static LogicalResult checkFactors(Node &node, double alpha, double beta) {
  if (failed(checkNumbers(node)))
    return failure();
  bool areWhole = alpha == std::floor(alpha) && beta == std::floor(beta);
  if (!isFloat(node.getInput(0)) && !areWhole)
    return node.error("expected attributes 'alpha' and 'beta' to be whole numbers for integers");
  return success();
}

/// The last two dimensions exchanged.
static Tensor transposeMatrix(Node &node, const Tensor &input) {
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq(input.getRank()));
  std::swap(permutation.back(), permutation[permutation.size() - 2]);
  return transpose(node, input, permutation);
}

/// ONNX wants two matrices; batches of them, which some exporters make of a MatMul and an Add, are taken as by MatMul.
LogicalResult nibble::onnx_import::importGemm(Node &node) {
  Tensor lhs = node.getInput(0), rhs = node.getInput(1), bias = node.getInput(2);
  double alpha = node.getFloat("alpha", 1.0), beta = node.getFloat("beta", 1.0);
  if (failed(checkFactors(node, alpha, beta)))
    return failure();
  if (lhs.getRank() < 2 || rhs.getRank() < 2)
    return node.error("expected two matrices, got " + formatShape(lhs.getShape()) + " and " +
                      formatShape(rhs.getShape()));
  if (node.getInteger("transA", 0) != 0)
    lhs = transposeMatrix(node, lhs);
  if (node.getInteger("transB", 0) != 0)
    rhs = transposeMatrix(node, rhs);
  Tensor result = scale(node, matmul(node, lhs, rhs), alpha);
  if (!result || !bias || beta == 0.0)
    return node.setResult(result);
  auto biased = broadcastShapes(node, {result, bias});
  if (!biased || ArrayRef(*biased) != result.getShape())
    return node.error("expected a bias that broadcasts to " + formatShape(result.getShape()) + ", got " +
                      formatShape(bias.getShape()));
  return node.setResult(compute(node, {result, scale(node, bias, beta)}, [](ArrayRef<Scalar> x) {
    return x[0] + x[1];
  }));
}

//===----------------------------------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------------------------------===//

Tensor nibble::onnx_import::multiplyTensors(Node &node, const Tensor &left, const Tensor &right) {
  if (node.failed() || !left || !right)
    return {};
  Tensor lhs = left, rhs = right;
  if (lhs.getRank() == 0 || rhs.getRank() == 0) {
    (void)node.error("expected two inputs of rank 1 or more, got " + formatShape(lhs.getShape()) + " and " +
                     formatShape(rhs.getShape()));
    return {};
  }
  bool isRow = lhs.getRank() == 1, isColumn = rhs.getRank() == 1;
  if (isRow)
    lhs = reshape(node, lhs, {1, lhs.getSize(0)});
  if (isColumn)
    rhs = reshape(node, rhs, {rhs.getSize(0), 1});
  Tensor result = matmul(node, lhs, rhs);
  if (!result)
    return {};
  // A vector's dimension of 1 is not part of the result.
  SmallVector<int64_t> shape(result.getShape());
  if (isRow)
    shape.erase(shape.end() - 2);
  if (isColumn)
    shape.pop_back();
  return reshape(node, result, shape);
}

LogicalResult nibble::onnx_import::importMatMul(Node &node) {
  if (failed(checkNumbers(node)))
    return failure();
  return node.setResult(multiplyTensors(node, node.getInput(0), node.getInput(1)));
}
