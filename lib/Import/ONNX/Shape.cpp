//===- Shape.cpp - Reshape, Transpose and others that keep all elements ------------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

Tensor nibble::onnx_import::concatByAttribute(Node &node, ArrayRef<Tensor> inputs) {
  if (node.failed())
    return {};
  const Tensor &first = inputs.front();
  int64_t axis = node.normalizeAxis(node.getInteger("axis", 1), first.getRank());
  for (const Tensor &input : inputs) {
    bool agrees = input && input.getRank() == first.getRank() && input.getElementType() == first.getElementType() &&
                  input.codec == first.codec;
    for (int64_t dim = 0; agrees && dim < first.getRank(); ++dim)
      agrees = dim == axis || input.getSize(dim) == first.getSize(dim);
    if (!agrees)
      (void)node.error("expected inputs that agree with " + formatShape(first.getShape()) + " but for axis " + Twine(axis) +
                       ", got " + (input ? formatShape(input.getShape()) : "none"));
  }
  return concat(node, inputs, axis);
}

namespace nibble::onnx_import {

LogicalResult importShape(Node &node) {
  ArrayRef<int64_t> shape = node.getInput(0).getShape();
  auto rank = static_cast<int64_t>(shape.size());
  auto clampAxis = [&](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  int64_t start = clampAxis(node.getInteger("start", 0)), end = clampAxis(node.getInteger("end", rank));
  return node.setResult(integers(node, shape.slice(start, std::max<int64_t>(end - start, 0))));
}

LogicalResult importSize(Node &node) {
  return node.setResult(Constant::getIntegers(RankedTensorType::get({}, node.getI64Type()),
                                              node.getInput(0).type.getNumElements(), node.getName()));
}

LogicalResult importReshape(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> shape = node.getConstantIntegers(1, "shape");
  if (node.failed())
    return failure();
  bool allowZero = node.getInteger("allowzero", 0) != 0;
  int64_t known = 1, inferred = -1;
  for (auto [axis, size] : llvm::enumerate(shape)) {
    if (size == 0 && !allowZero) {
      if (static_cast<int64_t>(axis) >= input.getRank())
        return node.error("size 0 copies dimension " + Twine(axis) + ", which " + formatShape(input.getShape()) +
                          " does not have");
      size = input.getSize(axis);
    }
    if (size == -1 && inferred == -1)
      inferred = static_cast<int64_t>(axis);
    else if (size < 0 || llvm::MulOverflow(known, size, known))
      return node.error("expected sizes with at most one -1, got " + formatShape(shape));
  }
  if (inferred >= 0) {
    if (known == 0 || input.type.getNumElements() % known != 0)
      return node.error("cannot reshape " + formatShape(input.getShape()) + " to " + formatShape(shape));
    shape[inferred] = input.type.getNumElements() / known;
  }
  return node.setResult(reshape(node, input, shape));
}

LogicalResult importFlatten(Node &node) {
  const Tensor &input = node.getInput(0);
  int64_t axis = node.getInteger("axis", 1), rank = input.getRank();
  if (axis != rank)
    axis = node.normalizeAxis(axis, rank);
  if (node.failed())
    return failure();
  int64_t rows = 1, columns = 1;
  for (auto [position, size] : llvm::enumerate(input.getShape()))
    (static_cast<int64_t>(position) < axis ? rows : columns) *= size;
  return node.setResult(reshape(node, input, {rows, columns}));
}

/// The axes of Squeeze and Unsqueeze: an attribute before version 13, then an input.
static SmallVector<int64_t> getAxes(Node &node) {
  return node.getOpset() >= 13 && node.hasInput(1) ? node.getConstantIntegers(1, "axes") : node.getIntegers("axes");
}

LogicalResult importSqueeze(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> axes = node.normalizeAxes(getAxes(node), input.getRank()), shape;
  if (node.failed())
    return failure();
  bool takesAll = axes.empty() && !node.hasInput(1);
  for (auto [axis, size] : llvm::enumerate(input.getShape())) {
    bool isNamed = llvm::is_contained(axes, static_cast<int64_t>(axis));
    if (isNamed && size != 1)
      return node.error("expected dimension " + Twine(axis) + " of size 1, got " + formatShape(input.getShape()));
    if (!isNamed && !(takesAll && size == 1))
      shape.push_back(size);
  }
  return node.setResult(reshape(node, input, shape));
}

LogicalResult importUnsqueeze(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> axes = getAxes(node);
  axes = node.normalizeAxes(axes, input.getRank() + static_cast<int64_t>(axes.size()));
  if (node.failed())
    return failure();
  SmallVector<int64_t> shape(input.getShape());
  llvm::sort(axes);
  for (int64_t axis : axes)
    shape.insert(shape.begin() + axis, 1);
  return node.setResult(reshape(node, input, shape));
}

LogicalResult importTranspose(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> permutation = node.getIntegers("perm");
  if (!node.hasAttribute("perm"))
    permutation = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(input.getRank())));
  permutation = node.normalizeAxes(permutation, input.getRank());
  if (!node.failed() && static_cast<int64_t>(permutation.size()) != input.getRank())
    return node.error("expected a permutation of " + Twine(input.getRank()) + " dimensions, got " +
                      Twine(permutation.size()));
  return node.setResult(transpose(node, input, permutation));
}

LogicalResult importConcat(Node &node) { return node.setResult(concatByAttribute(node, node.getInputs())); }

LogicalResult importIdentity(Node &node) { return node.setResult(node.getInput(0)); }

LogicalResult importDropout(Node &node) {
  if (node.getConstantNumber(2, "training mode", 0) != 0)
    return node.error("training mode is not supported");
  if (node.hasOutput(1)) {
    Tensor mask = splat(node, node.getInput(0).getShape(), node.getBoolAttr(true));
    if (failed(node.setResult(1, mask)))
      return failure();
  }
  return node.setResult(node.getInput(0));
}

} // namespace nibble::onnx_import
