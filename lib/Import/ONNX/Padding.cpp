//===- Padding.cpp - Pad, CenterCropPad --------------------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

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

/// Where an element `position` before (negative) or behind `size` elements is copied from.
static int64_t wrapPosition(int64_t position, int64_t size, StringRef mode) {
  if (mode == "edge")
    return std::clamp<int64_t>(position, 0, size - 1);
  bool isPeriodic = mode == "wrap" || size == 1;
  int64_t period = isPeriodic ? size : 2 * (size - 1);
  position = (position % period + period) % period;
  return isPeriodic ? position : std::min(position, period - position);
}

/// Padding with elements of the input itself.
static Tensor padWithCopies(Node &node, Tensor input, const Pads &pads, StringRef mode) {
  // What negative pads cut off is not copied.
  auto crops = [](int64_t size) { return std::min<int64_t>(size, 0); };
  TypedAttr unused = node.getZeroAttr(input.getElementType());
  input = pad(node, input, llvm::map_to_vector(pads.low, crops), llvm::map_to_vector(pads.high, crops), unused);
  for (int64_t axis = 0; input && axis < input.getRank(); ++axis) {
    int64_t size = input.getSize(axis), low = std::max<int64_t>(pads.low[axis], 0);
    int64_t total = low + size + std::max<int64_t>(pads.high[axis], 0);
    if (total == size)
      continue;
    if (size == 0 || total > maxTakenSize) {
      (void)node.error("expected from 1 to " + Twine(maxTakenSize) + " elements along a padded axis, got " +
                       Twine(size) + " and " + Twine(total));
      return {};
    }
    input = take(node, input, axis, llvm::map_to_vector(llvm::seq(total), [&](int64_t position) {
      return wrapPosition(position - low, size, mode);
    }));
  }
  return input;
}

LogicalResult nibble::onnx_import::importPad(Node &node) {
  const Tensor &input = node.getInput(0);
  auto pads = readPads(node, input.getRank());
  std::string mode = node.getString("mode", "constant");
  if (!pads || node.failed())
    return failure();
  if (mode == "constant")
    return node.setResult(pad(node, input, pads->low, pads->high, readPadValue(node, input.getElementType())));
  if (mode != "reflect" && mode != "edge" && mode != "wrap")
    return node.error("expected mode of constant, reflect, edge or wrap, got '" + mode + "'");
  return node.setResult(padWithCopies(node, input, *pads, mode));
}

//===----------------------------------------------------------------------------------------------===//
// CenterCropPad
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::onnx_import::importCenterCropPad(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> sizes = node.getConstantIntegers(1, "shape");
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(input.getRank()));
  if (node.hasAttribute("axes"))
    axes = node.normalizeAxes(node.getIntegers("axes"), input.getRank());
  if (node.failed())
    return failure();
  if (sizes.size() != axes.size())
    return node.error("expected " + Twine(axes.size()) + " sizes, got " + Twine(sizes.size()));
  Pads pads{SmallVector<int64_t>(input.getRank(), 0), SmallVector<int64_t>(input.getRank(), 0)};
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    int64_t missing = size - input.getSize(axis);
    if (size < 0)
      return node.error("expected sizes of at least 0, got " + Twine(size));
    // Of an odd number of elements, the larger part is behind.
    pads.low[axis] = missing / 2;
    pads.high[axis] = missing - pads.low[axis];
  }
  return node.setResult(pad(node, input, pads.low, pads.high, node.getZeroAttr(input.getElementType())));
}
