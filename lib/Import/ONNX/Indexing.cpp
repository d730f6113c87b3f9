//===- Indexing.cpp - Slice, Split -------------------------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

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
