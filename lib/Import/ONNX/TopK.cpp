//===- TopK.cpp - TopK -------------------------------------------------------------------------------===//
//
// An element's rank is the number of elements that come before it: the better ones, and equal ones in front of it. The k-th
// result is the element of rank k. Both are reductions without any order among their steps; comparing all pairs costs the
// square of the axis's size in operations that vectorize.
//
//===----------------------------------------------------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// A reduction over the last of the loops. Inputs, and the result of shape [outer…, size], vary along the outer loops, all but
/// the last two, and along `inner` of them.
static Tensor reduceLast(Node &node, ArrayRef<Tensor> inputs, ArrayRef<unsigned> inner, int64_t resultSize,
                         TypedAttr init, bool isUnsigned, Body body) {
  SmallVector<int64_t> shape(inputs.front().getShape());
  shape.back() = resultSize;
  auto rank = static_cast<unsigned>(shape.size());
  AffineMap all = node.getMultiDimIdentityMap(rank + 1);
  SmallVector<AffineMap> maps;
  for (unsigned loop : inner) {
    auto dims = llvm::to_vector(llvm::seq(rank - 1));
    dims.push_back(loop);
    maps.push_back(all.getSubMap(dims));
  }
  maps.push_back(all.getMajorSubMap(rank));
  RankedTensorType type = node.getTensorType(shape, init.getType());
  if (!type)
    return {};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  SmallVector<Value> values = llvm::map_to_vector(inputs, [&](const Tensor &input) { return node.materialize(input); });
  auto op = linalg::GenericOp::create(node, TypeRange{type}, values, ValueRange{filled(node, type, init)}, maps,
                                      iterators, [&](OpBuilder &builder, Location loc, ValueRange args) {
                                        ImplicitLocOpBuilder b(loc, builder);
                                        linalg::YieldOp::create(b, body(b, args));
                                      });
  return Tensor(op.getResult(0), isUnsigned);
}

/// Whether an element comes before another one: it is better, or in front of it and not worse.
static Value precedes(ImplicitLocOpBuilder &b, Value element, Value other, Value isInFront, bool isLargest,
                      bool isUnsigned) {
  Value isBetter, isNotWorse;
  if (isa<FloatType>(element.getType())) {
    isBetter = arith::CmpFOp::create(b, isLargest ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT, element, other);
    isNotWorse = arith::CmpFOp::create(b, isLargest ? arith::CmpFPredicate::OGE : arith::CmpFPredicate::OLE, element, other);
  } else {
    using Predicate = arith::CmpIPredicate;
    auto larger = isUnsigned ? Predicate::ugt : Predicate::sgt, smaller = isUnsigned ? Predicate::ult : Predicate::slt;
    auto atLeast = isUnsigned ? Predicate::uge : Predicate::sge, atMost = isUnsigned ? Predicate::ule : Predicate::sle;
    isBetter = arith::CmpIOp::create(b, isLargest ? larger : smaller, element, other);
    isNotWorse = arith::CmpIOp::create(b, isLargest ? atLeast : atMost, element, other);
  }
  return arith::SelectOp::create(b, isInFront, isNotWorse, isBetter);
}

/// The rank of each element along the last dimension.
static Tensor rankElements(Node &node, const Tensor &input, bool isLargest) {
  auto rank = static_cast<unsigned>(input.getRank());
  Type rankType = node.getI32Type();
  return reduceLast(
      node, {input, input}, {rank - 1, rank}, input.getShape().back(), node.getI32IntegerAttr(0), false,
      [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
        Value own = linalg::IndexOp::create(b, rank - 1), other = linalg::IndexOp::create(b, rank);
        Value isInFront = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, other, own);
        Value isBefore = precedes(b, args[1], args[0], isInFront, isLargest, input.isUnsigned);
        return arith::AddIOp::create(b, args[2], arith::ExtUIOp::create(b, rankType, isBefore));
      });
}

/// Whether the element of the last loop has the rank that the result's last loop counts.
static Value hasRank(ImplicitLocOpBuilder &b, Value rankOfElement, unsigned rank) {
  Value wanted = arith::IndexCastOp::create(b, rankOfElement.getType(), linalg::IndexOp::create(b, rank - 1));
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rankOfElement, wanted);
}

/// The number of results: an attribute before version 10, then an input.
static int64_t readK(Node &node, int64_t size) {
  auto k = node.getOpset() < 10 ? node.getInteger("k", -1) : static_cast<int64_t>(node.getConstantNumber(1, "k", -1));
  if (!node.failed() && (k < 0 || k > size))
    (void)node.error("expected k from 0 to " + Twine(size) + ", got " + Twine(k));
  return k;
}

LogicalResult nibble::onnx_import::importTopK(Node &node) {
  const Tensor &input = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInteger("axis", -1), input.getRank());
  int64_t k = node.failed() ? 0 : readK(node, input.getSize(axis));
  bool isLargest = node.getInteger("largest", 1) != 0;
  constexpr int64_t maxSize = std::numeric_limits<int32_t>::max();
  if (node.failed() || input.getSize(axis) > maxSize)
    return node.error("expected fewer than 2^31 elements along the axis");
  SmallVector<int64_t> toLast = llvm::to_vector(llvm::seq(input.getRank()));
  std::swap(toLast[axis], toLast.back());
  Tensor rows = transpose(node, input, toLast);
  if (!rows)
    return failure();
  Tensor ranks = rankElements(node, rows, isLargest);
  auto rank = static_cast<unsigned>(input.getRank());
  Tensor values = reduceLast(node, {ranks, rows}, {rank, rank}, k, node.getZeroAttr(input.getElementType()),
                             input.isUnsigned, [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                               return arith::SelectOp::create(b, hasRank(b, args[0], rank), args[1], args[2]);
                             });
  Tensor indices = reduceLast(node, {ranks}, {rank}, k, node.getI64IntegerAttr(0), false,
                              [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                                Value own = linalg::IndexOp::create(b, rank);
                                own = arith::IndexCastOp::create(b, b.getI64Type(), own);
                                return arith::SelectOp::create(b, hasRank(b, args[0], rank), own, args[1]);
                              });
  // Exchanging two dimensions is its own inverse.
  if (failed(node.setResult(0, transpose(node, values, toLast))))
    return failure();
  return node.setResult(1, transpose(node, indices, toLast));
}
