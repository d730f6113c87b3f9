//===- EmitTake.cpp - elements at known positions along an axis --------------------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// More runs than this are looked up in a table.
static constexpr size_t maxRuns = 8;

namespace {
/// Positions start, start + step, …
struct Run {
  int64_t start, step, count;
};
} // namespace

static SmallVector<Run> splitIntoRuns(ArrayRef<int64_t> positions) {
  SmallVector<Run> runs;
  for (int64_t position : positions) {
    Run *last = runs.empty() ? nullptr : &runs.back();
    if (last && last->count == 1)
      last->step = position - last->start;
    if (last && position == last->start + last->count * last->step)
      ++last->count;
    else
      runs.push_back({position, 1, 1});
  }
  return runs;
}

/// The positions as `first + (i + phase) floordiv factor`: each element repeated. Null where they are not.
static AffineExpr matchRepetition(ArrayRef<int64_t> positions, AffineExpr dim) {
  auto countAt = [&](size_t begin) {
    size_t end = begin;
    while (end < positions.size() && positions[end] == positions[begin])
      ++end;
    return static_cast<int64_t>(end - begin);
  };
  if (positions.empty())
    return {};
  // The first and the last may be repeated less often; all between them have the same count.
  int64_t first = countAt(0);
  int64_t factor = first < static_cast<int64_t>(positions.size()) ? std::max(first, countAt(first)) : first;
  int64_t phase = factor - first;
  for (auto [index, position] : llvm::enumerate(positions))
    if (position != positions[0] + (static_cast<int64_t>(index) + phase) / factor)
      return {};
  return (dim + phase).floorDiv(factor) + positions[0];
}

static Tensor takeRun(Node &node, const Tensor &input, int64_t axis, const Run &run) {
  SmallVector<int64_t> offsets(input.getRank(), 0), sizes(input.getShape()), strides(input.getRank(), 1);
  offsets[axis] = run.start;
  sizes[axis] = run.count;
  strides[axis] = run.step;
  return slice(node, input, offsets, sizes, strides);
}

static Tensor takeByTable(Node &node, const Tensor &input, int64_t axis, ArrayRef<int64_t> positions) {
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = static_cast<int64_t>(positions.size());
  RankedTensorType type = node.getTensorType(shape, input.getElementType());
  if (!type)
    return {};
  if (canFoldMove(input, type))
    return input.with(foldMove(input.constant, type, [&](ArrayRef<int64_t> index) {
      SmallVector<int64_t> source(index);
      source[axis] = positions[index[axis]];
      return linearize(input.getShape(), source);
    }));
  Value table = node.materialize(integers(node, positions));
  return gather(node, input, shape, [&](ImplicitLocOpBuilder &b, ValueRange index) {
    SmallVector<Value> source(index);
    Value position = tensor::ExtractOp::create(b, table, index[axis]);
    source[axis] = arith::IndexCastOp::create(b, b.getIndexType(), position);
    return source;
  });
}

Tensor nibble::onnx_import::integers(Node &node, ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, node.getI64Type());
  return Constant::getIntegers(type, values, node.getName());
}

Tensor nibble::onnx_import::take(Node &node, const Tensor &input, int64_t axis, ArrayRef<int64_t> positions) {
  if (node.failed() || !input)
    return {};
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = static_cast<int64_t>(positions.size());
  SmallVector<Run> runs = splitIntoRuns(positions);
  if (runs.size() == 1)
    return takeRun(node, input, axis, runs.front());
  if (AffineExpr repeated = matchRepetition(positions, node.getAffineDimExpr(axis))) {
    AffineMap identity = node.getMultiDimIdentityMap(input.getRank());
    SmallVector<AffineExpr> source(identity.getResults());
    source[axis] = repeated;
    return copyFrom(node, input, shape, AffineMap::get(input.getRank(), 0, source, node.getContext()));
  }
  if (runs.empty() || runs.size() > maxRuns)
    return takeByTable(node, input, axis, positions);
  SmallVector<Tensor> parts =
      llvm::map_to_vector(runs, [&](const Run &run) { return takeRun(node, input, axis, run); });
  return concat(node, parts, axis);
}
