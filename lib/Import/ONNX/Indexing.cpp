//===- Indexing.cpp - Slice, Gather, Pad and others that select elements -----------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

//===----------------------------------------------------------------------------------------------===//
// Slice, Split
//===----------------------------------------------------------------------------------------------===//

namespace {
struct SliceLists {
  SmallVector<int64_t> starts, ends, axes, steps;
};
} // namespace

/// Attributes before version 10, then inputs.
static SliceLists readSlice(Node &node) {
  SliceLists lists;
  bool asInputs = node.getOpset() >= 10;
  lists.starts = asInputs ? node.getConstantIntegers(1, "starts") : node.getIntegers("starts");
  lists.ends = asInputs ? node.getConstantIntegers(2, "ends") : node.getIntegers("ends");
  if (!asInputs)
    lists.axes = node.getIntegers("axes");
  else if (node.hasInput(3))
    lists.axes = node.getConstantIntegers(3, "axes");
  if (lists.axes.empty())
    lists.axes = llvm::to_vector(llvm::seq<int64_t>(lists.starts.size()));
  if (node.hasInput(4))
    lists.steps = node.getConstantIntegers(4, "steps");
  if (lists.steps.empty())
    lists.steps.assign(lists.starts.size(), 1);
  return lists;
}

LogicalResult nibble::onnx_import::importSlice(Node &node) {
  const Tensor &input = node.getInput(0);
  SliceLists lists = readSlice(node);
  SmallVector<int64_t> axes = node.normalizeAxes(lists.axes, input.getRank());
  if (node.failed())
    return failure();
  if (lists.ends.size() != lists.starts.size() || axes.size() != lists.starts.size() ||
      lists.steps.size() != lists.starts.size())
    return node.error("expected starts, ends, axes and steps of equal length");
  SmallVector<int64_t> offsets(input.getRank(), 0), sizes(input.getShape()), strides(input.getRank(), 1);
  for (auto [axis, start, end, step] : llvm::zip_equal(axes, lists.starts, lists.ends, lists.steps)) {
    int64_t size = input.getSize(axis);
    if (step == 0)
      return node.error("expected a step other than 0");
    step = std::clamp<int64_t>(step, -size - 1, size + 1);
    // Backwards, positions run from size - 1 down to 0, and an end of -1 means past the first element.
    int64_t first = step > 0 ? 0 : -1, last = step > 0 ? size : size - 1;
    auto clampTo = [&](int64_t position) { return std::clamp(position < 0 ? position + size : position, first, last); };
    offsets[axis] = clampTo(start);
    int64_t distance = clampTo(end) - offsets[axis];
    sizes[axis] = distance == 0 || (distance < 0) != (step < 0) ? 0 : llvm::divideCeil(std::abs(distance), std::abs(step));
    strides[axis] = step;
    if (sizes[axis] <= 1) {
      strides[axis] = 1;
      offsets[axis] = sizes[axis] == 0 ? 0 : offsets[axis];
    }
  }
  return node.setResult(slice(node, input, offsets, sizes, strides));
}

/// The sizes of the parts: an attribute before version 13, then an input; equal parts when absent.
static SmallVector<int64_t> readSplitSizes(Node &node, int64_t size) {
  if (node.getOpset() >= 13 && node.hasInput(1))
    return node.getConstantIntegers(1, "split");
  if (node.hasAttribute("split"))
    return node.getIntegers("split");
  auto count = static_cast<int64_t>(node.getNumOutputs());
  int64_t part = llvm::divideCeil(size, count);
  SmallVector<int64_t> sizes(count, part);
  sizes.back() = size - part * (count - 1);
  return sizes;
}

LogicalResult nibble::onnx_import::importSplit(Node &node) {
  const Tensor &input = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInteger("axis", 0), input.getRank());
  if (node.failed())
    return failure();
  SmallVector<int64_t> parts = readSplitSizes(node, input.getSize(axis));
  if (node.failed())
    return failure();
  int64_t total = 0;
  for (int64_t part : parts)
    if (part < 0 || llvm::AddOverflow(total, part, total))
      return node.error("expected parts of at least 0 elements, got " + Twine(part));
  if (total != input.getSize(axis) || parts.size() != node.getNumOutputs())
    return node.error("expected " + Twine(node.getNumOutputs()) + " parts of " + Twine(input.getSize(axis)) +
                      " elements together, got " + Twine(parts.size()) + " of " + Twine(total));
  SmallVector<int64_t> offsets(input.getRank(), 0), sizes(input.getShape()), strides(input.getRank(), 1);
  for (auto [index, part] : llvm::enumerate(parts)) {
    sizes[axis] = part;
    if (failed(node.setResult(index, slice(node, input, offsets, sizes, strides))))
      return failure();
    offsets[axis] += part;
  }
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------------------------------===//

/// An index of the file as one of the dimension: negative ones count from the end.
static Value normalizeIndex(ImplicitLocOpBuilder &b, Value index, int64_t size) {
  Value position = arith::IndexCastOp::create(b, b.getIndexType(), index);
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, position, zero);
  Value wrapped = arith::AddIOp::create(b, position, arith::ConstantIndexOp::create(b, size));
  return arith::SelectOp::create(b, isNegative, wrapped, position);
}

/// Checks indices that are known; others must be in range at run time.
static LogicalResult checkIndices(Node &node, const Tensor &indices, int64_t size) {
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
  RankedTensorType type = node.getTensorType(shape, input.getElementType());
  if (!type)
    return failure();

  int64_t size = input.getSize(axis), indexRank = indices.getRank();
  if (indices.constant && canFoldMove({input}, type)) {
    SmallVector<int64_t> known = indices.constant.getIntegers();
    return node.setResult(Tensor(foldMove(input.constant, type, [&](ArrayRef<int64_t> at) {
      int64_t index = known[linearize(indices.getShape(), at.slice(axis, indexRank))];
      SmallVector<int64_t> source(at.take_front(axis));
      source.push_back(index < 0 ? index + size : index);
      llvm::append_range(source, at.drop_front(axis + indexRank));
      return linearize(input.getShape(), source);
    }), input.isUnsigned));
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

//===----------------------------------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------------------------------===//

namespace {
struct Pads {
  SmallVector<int64_t> low, high;
};
} // namespace

/// Attribute before version 11, then inputs; from version 18 only for some axes.
static std::optional<Pads> readPads(Node &node, int64_t rank) {
  bool asInputs = node.getOpset() >= 11;
  SmallVector<int64_t> values = asInputs ? node.getConstantIntegers(1, "pads") : node.getIntegers("pads");
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(rank));
  if (node.hasInput(3))
    axes = node.normalizeAxes(node.getConstantIntegers(3, "axes"), rank);
  if (!node.failed() && values.size() != 2 * axes.size())
    (void)node.error("expected " + Twine(2 * axes.size()) + " pads, got " + Twine(values.size()));
  if (node.failed())
    return std::nullopt;
  Pads pads{SmallVector<int64_t>(rank, 0), SmallVector<int64_t>(rank, 0)};
  constexpr int64_t maxPad = int64_t(1) << 40;
  for (auto [index, axis] : llvm::enumerate(axes)) {
    pads.low[axis] = values[index];
    pads.high[axis] = values[index + axes.size()];
    if (std::abs(pads.low[axis]) > maxPad || std::abs(pads.high[axis]) > maxPad) {
      (void)node.error("expected pads of at most 2^40 elements");
      return std::nullopt;
    }
  }
  return pads;
}

/// The value of constant padding: an attribute before version 11, then an input.
static TypedAttr readPadValue(Node &node, Type elementType) {
  if (node.getOpset() < 11)
    return scalarAttr(elementType, node.getFloat("value", 0));
  return scalarAttr(elementType, node.getConstantNumber(2, "padding value", 0));
}

LogicalResult nibble::onnx_import::importPad(Node &node) {
  const Tensor &input = node.getInput(0);
  auto pads = readPads(node, input.getRank());
  std::string mode = node.getString("mode", "constant");
  if (!pads || node.failed())
    return failure();
  if (mode != "constant")
    return node.error("mode '" + mode + "' is not supported");
  TypedAttr value = readPadValue(node, input.getElementType());
  return node.setResult(pad(node, input, pads->low, pads->high, value));
}
