//===- Masks.cpp - OneHot, Trilu, EyeLike: values that depend on the position ------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "TensorReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// The column minus the row of an element: the number of its diagonal.
static Value getDiagonal(ImplicitLocOpBuilder &b, int64_t rank) {
  Value row = linalg::IndexOp::create(b, rank - 2), column = linalg::IndexOp::create(b, rank - 1);
  return arith::SubIOp::create(b, column, row);
}

LogicalResult nibble::onnx_import::importTrilu(Node &node) {
  const Tensor &input = node.getInput(0);
  int64_t rank = input.getRank();
  auto diagonal = static_cast<int64_t>(node.getConstantNumber(1, "diagonal", 0));
  bool isUpper = node.getInteger("upper", 1) != 0;
  if (rank < 2)
    return node.error("expected an input of rank 2 or more, got " + formatShape(input.getShape()));
  SmallVector<int64_t> all = llvm::to_vector(llvm::seq(rank));
  Tensor result = elementwiseAlong(node, {input}, {all}, input.getShape(), input.getElementType(),
                                   [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                                     auto predicate = isUpper ? arith::CmpIPredicate::sge : arith::CmpIPredicate::sle;
                                     Value limit = arith::ConstantIndexOp::create(b, diagonal);
                                     Value isKept = arith::CmpIOp::create(b, predicate, getDiagonal(b, rank), limit);
                                     return arith::SelectOp::create(b, isKept, args[0], scalar(b, args[0].getType(), 0));
                                   });
  result.isUnsigned = input.isUnsigned;
  return node.setResult(result);
}

LogicalResult nibble::onnx_import::importEyeLike(Node &node) {
  const Tensor &input = node.getInput(0);
  ElementType type{input.getElementType(), input.isUnsigned};
  if (node.hasAttribute("dtype")) {
    auto read = getElementType(static_cast<int32_t>(node.getInteger("dtype", 0)), node.getContext());
    if (!read)
      return node.error(llvm::toString(read.takeError()));
    type = *read;
  }
  int64_t diagonal = node.getInteger("k", 0);
  if (input.getRank() != 2)
    return node.error("expected an input of rank 2, got " + formatShape(input.getShape()));
  Tensor result = elementwiseAlong(node, {}, {}, input.getShape(), type.type,
                                   [&](ImplicitLocOpBuilder &b, ValueRange) -> Value {
                                     Value wanted = arith::ConstantIndexOp::create(b, diagonal);
                                     Value isOne = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, getDiagonal(b, 2), wanted);
                                     return arith::SelectOp::create(b, isOne, scalar(b, type.type, 1), scalar(b, type.type, 0));
                                   });
  result.isUnsigned = type.isUnsigned;
  return node.setResult(result);
}

/// Indices are numbers of any type; negative ones count from the end, and what is out of range hits nothing.
static Value hits(ImplicitLocOpBuilder &b, Value index, Value position, int64_t depth, bool isUnsigned) {
  Type type = b.getI64Type();
  if (isa<FloatType>(index.getType()))
    index = arith::FPToSIOp::create(b, type, index);
  else if (index.getType().getIntOrFloatBitWidth() < 64)
    index = isUnsigned ? Value(arith::ExtUIOp::create(b, type, index)) : Value(arith::ExtSIOp::create(b, type, index));
  Value wrapped = arith::AddIOp::create(b, index, arith::ConstantOp::create(b, b.getI64IntegerAttr(depth)));
  Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, index, scalar(b, type, 0));
  Value own = arith::IndexCastOp::create(b, type, position);
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, arith::SelectOp::create(b, isNegative, wrapped, index), own);
}

LogicalResult nibble::onnx_import::importOneHot(Node &node) {
  const Tensor &indices = node.getInput(0), &values = node.getInput(2);
  auto depth = static_cast<int64_t>(node.getConstantNumber(1, "depth", 0));
  int64_t axis = node.normalizeAxis(node.getInteger("axis", -1), indices.getRank() + 1);
  if (node.failed())
    return failure();
  if (depth < 1 || values.getShape() != ArrayRef<int64_t>(2))
    return node.error("expected a depth of at least 1 and two values, got " + Twine(depth) + " and " +
                      formatShape(values.getShape()));
  SmallVector<int64_t> shape(indices.getShape()), dims = llvm::to_vector(llvm::seq(indices.getRank()));
  shape.insert(shape.begin() + axis, depth);
  for (int64_t &dim : dims)
    dim += dim >= axis;
  Tensor off = slice(node, values, {0}, {1}, {1}), on = slice(node, values, {1}, {1}, {1});
  Tensor result = elementwiseAlong(
      node, {indices, reshape(node, off, {}), reshape(node, on, {})}, {dims, {}, {}}, shape, values.getElementType(),
      [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
        Value isHit = hits(b, args[0], linalg::IndexOp::create(b, axis), depth, indices.isUnsigned);
        return arith::SelectOp::create(b, isHit, args[2], args[1]);
      });
  result.isUnsigned = values.isUnsigned;
  return node.setResult(result);
}
