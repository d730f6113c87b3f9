//===- Scatter.cpp - ScatterElements, ScatterND ------------------------------------------------------===//
//
// An element of the result is looked for among all updates that may hit it, in their order, so that the last one wins (or
// all are combined): a reduction over the updates, which needs no writes at computed positions. Where positions are known
// and nothing is combined, each element knows its update while importing.
//
//===----------------------------------------------------------------------------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "Indices.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace nibble::onnx_import;

namespace {
enum class Combination { Replace, Add, Mul, Max, Min };

/// Updates of `data` along an axis, behind whose loops one more runs over the updates. The maps say which element of
/// indices and updates belongs to it.
struct ScatterArguments {
  Tensor data, indices, updates;
  AffineMap indexMap, updateMap;
  int64_t axis;
  Combination combination;
};
} // namespace

static std::optional<Combination> readCombination(Node &node) {
  std::string name = node.getString("reduction", "none");
  auto combination = llvm::StringSwitch<std::optional<Combination>>(name)
                         .Case("none", Combination::Replace)
                         .Case("add", Combination::Add)
                         .Case("mul", Combination::Mul)
                         .Case("max", Combination::Max)
                         .Case("min", Combination::Min)
                         .Default(std::nullopt);
  if (!combination)
    (void)node.error("expected reduction of none, add, mul, max or min, got '" + name + "'");
  return node.failed() ? std::nullopt : combination;
}

template <typename FloatOp, typename SignedOp, typename UnsignedOp>
static Value create(ImplicitLocOpBuilder &b, Value old, Value update, bool isUnsigned) {
  if (isa<FloatType>(old.getType()))
    return FloatOp::create(b, old, update);
  return isUnsigned ? Value(UnsignedOp::create(b, old, update)) : Value(SignedOp::create(b, old, update));
}

static Value combine(ImplicitLocOpBuilder &b, Value old, Value update, Combination combination, bool isUnsigned) {
  switch (combination) {
  case Combination::Replace: return update;
  case Combination::Add: return create<arith::AddFOp, arith::AddIOp, arith::AddIOp>(b, old, update, isUnsigned);
  case Combination::Mul: return create<arith::MulFOp, arith::MulIOp, arith::MulIOp>(b, old, update, isUnsigned);
  case Combination::Max: return create<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>(b, old, update, isUnsigned);
  case Combination::Min: return create<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>(b, old, update, isUnsigned);
  }
  return {};
}

static Tensor scatter(Node &node, const ScatterArguments &scatter) {
  if (node.failed() || !scatter.data || !scatter.updates || !scatter.indices)
    return {};
  const Tensor &data = scatter.data;
  unsigned rank = data.getRank();
  SmallVector<AffineMap> maps = {scatter.indexMap, scatter.updateMap,
                                 node.getMultiDimIdentityMap(rank + 1).getMajorSubMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  SmallVector<Value> inputs = {node.materialize(scatter.indices), node.materialize(scatter.updates)};
  auto op = linalg::GenericOp::create(
      node, TypeRange{data.type}, inputs, ValueRange{node.materialize(data)}, maps, iterators,
      [&](OpBuilder &builder, Location loc, ValueRange args) {
        ImplicitLocOpBuilder b(loc, builder);
        Value position = normalizeIndex(b, args[0], data.getSize(scatter.axis));
        Value own = linalg::IndexOp::create(b, scatter.axis);
        Value isHit = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, position, own);
        Value updated = combine(b, args[2], args[1], scatter.combination, data.isUnsigned);
        linalg::YieldOp::create(b, Value(arith::SelectOp::create(b, isHit, updated, args[2])));
      });
  return Tensor(op.getResult(0), data.isUnsigned);
}

/// Writes `part` over the beginning of `whole`.
static Tensor overwriteStart(Node &node, const Tensor &whole, const Tensor &part) {
  if (!part || part.getShape() == whole.getShape())
    return part;
  SmallVector<int64_t> zeros(whole.getRank(), 0), ones(whole.getRank(), 1);
  MLIRContext *context = node.getContext();
  Value result = tensor::InsertSliceOp::create(node, node.materialize(part), node.materialize(whole),
                                               getAsIndexOpFoldResult(context, zeros),
                                               getAsIndexOpFoldResult(context, part.getShape()),
                                               getAsIndexOpFoldResult(context, ones));
  return Tensor(result, whole.isUnsigned);
}

LogicalResult nibble::onnx_import::importScatterElements(Node &node) {
  const Tensor &data = node.getInput(0), &indices = node.getInput(1), &updates = node.getInput(2);
  int64_t axis = node.normalizeAxis(node.getInteger("axis", 0), data.getRank());
  auto combination = readCombination(node);
  if (!combination || failed(checkIndices(node, indices, data.getSize(axis))))
    return failure();
  bool fits = indices.getRank() == data.getRank() && updates.getShape() == indices.getShape() &&
              updates.getElementType() == data.getElementType();
  for (int64_t dim = 0; fits && dim < data.getRank(); ++dim)
    fits = dim == axis || indices.getSize(dim) <= data.getSize(dim);
  if (!fits)
    return node.error("expected indices and updates of one shape within " + formatShape(data.getShape()) +
                      " but for axis " + Twine(axis) + ", got " + formatShape(indices.getShape()) + " and " +
                      formatShape(updates.getShape()));
  // Elements outside of what the indices span along the other axes keep their values.
  SmallVector<int64_t> zeros(data.getRank(), 0), ones(data.getRank(), 1), sizes(indices.getShape());
  sizes[axis] = data.getSize(axis);
  Tensor reached = slice(node, data, zeros, sizes, ones);
  AffineMap all = node.getMultiDimIdentityMap(data.getRank() + 1);
  SmallVector<AffineExpr> exprs(all.getResults().drop_back());
  exprs[axis] = all.getResults().back();
  AffineMap map = AffineMap::get(data.getRank() + 1, 0, exprs, node.getContext());
  return node.setResult(
      overwriteStart(node, data, scatter(node, {reached, indices, updates, map, map, axis, *combination})));
}

LogicalResult nibble::onnx_import::importScatter(Node &node) { return importScatterElements(node); }

//===----------------------------------------------------------------------------------------------===//
// ScatterND
//===----------------------------------------------------------------------------------------------===//

/// Row-major numbers of the positions in `sizes` that known rows of indices name; none and an error where one is outside.
static SmallVector<int64_t> numberKnownRows(Node &node, const Tensor &rows, ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> indices = rows.constant.getIntegers(), numbers;
  for (int64_t row : llvm::seq(rows.getSize(0))) {
    SmallVector<int64_t> position;
    for (auto [part, size] : llvm::enumerate(sizes)) {
      int64_t index = indices[row * sizes.size() + part];
      position.push_back(index < 0 ? index + size : index);
      if (position.back() < 0 || position.back() >= size) {
        (void)node.error("expected indices within " + Twine(size) + " elements, got " + Twine(index));
        return {};
      }
    }
    numbers.push_back(linearize(sizes, position));
  }
  return numbers;
}

/// The same at run time.
static Tensor numberRows(Node &node, const Tensor &rows, ArrayRef<int64_t> sizes) {
  SmallVector<Tensor> parts;
  for (int64_t part : llvm::seq(rows.getSize(1)))
    parts.push_back(reshape(node, slice(node, rows, {0, part}, {rows.getSize(0), 1}, {1, 1}), {rows.getSize(0)}));
  return elementwise(node, parts, node.getI64Type(), [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
    Value number = arith::ConstantIndexOp::create(b, 0);
    for (auto [arg, size] : llvm::zip_equal(args, sizes)) {
      Value scaled = arith::MulIOp::create(b, number, arith::ConstantIndexOp::create(b, size));
      number = arith::AddIOp::create(b, scaled, normalizeIndex(b, arg, size));
    }
    return arith::IndexCastOp::create(b, b.getI64Type(), number);
  });
}

/// Each row of the result is the last update that hits it, or stays.
static Tensor replaceRows(Node &node, const Tensor &data, ArrayRef<int64_t> numbers, const Tensor &updates) {
  auto sources = llvm::to_vector(llvm::seq(data.getSize(0)));
  for (auto [row, number] : llvm::enumerate(numbers))
    sources[number] = data.getSize(0) + static_cast<int64_t>(row);
  return take(node, concat(node, {data, updates}, 0), 0, sources);
}

LogicalResult nibble::onnx_import::importScatterND(Node &node) {
  const Tensor &data = node.getInput(0), &indices = node.getInput(1), &updates = node.getInput(2);
  auto combination = readCombination(node);
  if (!combination)
    return failure();
  int64_t depth = indices.getRank() ? indices.getShape().back() : -1;
  SmallVector<int64_t> expected(indices.getShape().drop_back(indices.getRank() ? 1 : 0));
  if (depth >= 1 && depth <= data.getRank())
    llvm::append_range(expected, data.getShape().drop_front(depth));
  if (depth < 1 || depth > data.getRank() || updates.getShape() != ArrayRef(expected) ||
      !isa<IntegerType>(indices.getElementType()) || updates.getElementType() != data.getElementType())
    return node.error("expected rows of integer indices into " + formatShape(data.getShape()) +
                      " and an update for each, got " + formatShape(indices.getShape()) + " and " +
                      formatShape(updates.getShape()));
  ArrayRef<int64_t> sizes = data.getShape().take_front(depth);
  int64_t numRows = ShapedType::getNumElements(sizes), numUpdates = indices.type.getNumElements() / depth;
  int64_t rowSize = ShapedType::getNumElements(data.getShape().drop_front(depth));
  Tensor rows = reshape(node, data, {numRows, rowSize}), updateRows = reshape(node, updates, {numUpdates, rowSize});
  Tensor indexRows = reshape(node, indices, {numUpdates, depth});
  SmallVector<int64_t> known;
  if (indexRows && indexRows.constant)
    known = numberKnownRows(node, indexRows, sizes);
  if (node.failed())
    return failure();
  if (indexRows.constant && *combination == Combination::Replace)
    return node.setResult(reshape(node, replaceRows(node, rows, known, updateRows), data.getShape()));
  Tensor numbers = indexRows.constant ? integers(node, known) : numberRows(node, indexRows, sizes);
  AffineMap all = node.getMultiDimIdentityMap(3), indexMap = all.getSubMap({2u}), updateMap = all.getSubMap({2u, 1u});
  Tensor result = scatter(node, {rows, numbers, updateRows, indexMap, updateMap, 0, *combination});
  return node.setResult(reshape(node, result, data.getShape()));
}
