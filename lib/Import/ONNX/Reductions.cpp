//===- Reductions.cpp - ReduceSum and its kin --------------------------------------------------------===//

#include "Reductions.h"
#include "Operators.h"
#include <limits>

using namespace mlir;

namespace nibble::onnx_import {

//===----------------------------------------------------------------------------------------------===//
// Parts of other operators
//===----------------------------------------------------------------------------------------------===//

SmallVector<int64_t> keepAxes(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept(shape);
  for (int64_t axis : axes)
    kept[axis] = 1;
  return kept;
}

SmallVector<int64_t> dropAxes(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> others;
  for (auto [axis, size] : llvm::enumerate(shape))
    if (!llvm::is_contained(axes, static_cast<int64_t>(axis)))
      others.push_back(size);
  return others;
}

double countReduced(const Tensor &input, ArrayRef<int64_t> axes) {
  double count = 1;
  for (int64_t axis : axes)
    count *= static_cast<double>(input.getSize(axis));
  return count;
}

Tensor reduceKeepingAxes(Node &node, ArrayRef<Tensor> inputs, ArrayRef<int64_t> axes, TypedAttr init, Function combine) {
  if (node.failed() || !llvm::all_of(inputs, [](const Tensor &input) { return static_cast<bool>(input); }))
    return {};
  const Tensor &first = inputs.front();
  bool isUnsigned = first.isUnsigned && first.getElementType() == init.getType();
  SmallVector<Tensor> arguments(inputs);
  arguments.push_back({});
  arguments.back().isUnsigned = isUnsigned;
  auto body = [&](ImplicitLocOpBuilder &b, ValueRange values) { return apply(b, values, arguments, combine).getValue(); };

  Tensor reduced;
  if (inputs.size() == 1 && first.getElementType() == init.getType()) {
    reduced = reduce(node, first, axes, init, body);
  } else {
    SmallVector<Tensor> operands;
    SmallVector<SmallVector<int64_t>> dims;
    for (const Tensor &input : inputs) {
      Projection projection = project(node, input, first.getShape());
      operands.push_back(projection.tensor);
      dims.push_back(projection.dims);
    }
    SmallVector<int64_t> all = llvm::to_vector(llvm::seq(first.getRank()));
    reduced = accumulate(node, operands, dims, first.getShape(), dropAxes(all, axes), init, body);
  }
  reduced.isUnsigned = isUnsigned;
  return reshape(node, reduced, keepAxes(first.getShape(), axes));
}

Tensor sumKeepingAxes(Node &node, const Tensor &input, ArrayRef<int64_t> axes) {
  return reduceKeepingAxes(node, input, axes, node.getZeroAttr(input.getElementType()),
                           [](ArrayRef<Scalar> x) { return x[1] + x[0]; });
}

Tensor maxKeepingAxes(Node &node, const Tensor &input, ArrayRef<int64_t> axes) {
  return reduceKeepingAxes(node, input, axes, lowestAttr(input.getElementType(), input.isUnsigned),
                           [](ArrayRef<Scalar> x) { return max(x[1], x[0]); });
}

Tensor minKeepingAxes(Node &node, const Tensor &input, ArrayRef<int64_t> axes) {
  return reduceKeepingAxes(node, input, axes, highestAttr(input.getElementType(), input.isUnsigned),
                           [](ArrayRef<Scalar> x) { return min(x[1], x[0]); });
}

Tensor alongAxis(Node &node, const Tensor &input, int64_t version, AlongAxis emit) {
  bool isFlattened = version < 13;
  int64_t axis = node.normalizeAxis(node.getInteger("axis", isFlattened ? 1 : -1), input.getRank());
  if (node.failed())
    return {};
  ArrayRef<int64_t> inner = input.getShape().drop_front(axis + 1);
  if (!isFlattened || llvm::all_of(inner, [](int64_t size) { return size == 1; }))
    return emit(node, input, axis);
  SmallVector<int64_t> shape(input.getShape().take_front(axis));
  int64_t count = 1;
  for (int64_t size : input.getShape().drop_front(axis))
    count *= size;
  shape.push_back(count);
  return reshape(node, emit(node, reshape(node, input, shape), axis), input.getShape());
}

LogicalResult importAlongAxis(Node &node, AlongAxis emit) {
  const Tensor &input = node.getInput(0);
  if (!isFloat(input) || input.getRank() == 0)
    return node.error("expected an input of floats of rank 1 or more");
  return node.setResult(alongAxis(node, input, node.getOpset(), emit));
}

//===----------------------------------------------------------------------------------------------===//
// The operators
//===----------------------------------------------------------------------------------------------===//

/// An attribute before version 13 of ReduceSum and 18 of the others, then an input; either is taken. None stands for all, or
/// for no reduction at all with noop_with_empty_axes, when nothing is returned.
static std::optional<SmallVector<int64_t>> readAxes(Node &node, int64_t rank) {
  SmallVector<int64_t> axes = node.hasInput(1) ? node.getConstantIntegers(1, "axes") : node.getIntegers("axes");
  if (axes.empty() && node.getInteger("noop_with_empty_axes", 0) != 0)
    return std::nullopt;
  return axes.empty() ? llvm::to_vector(llvm::seq(rank)) : node.normalizeAxes(axes, rank);
}

/// Reduces the input over the node's axes: `emit` gets it in a type that sums are made in, and returns what keeps the axes.
static LogicalResult importReduction(Node &node, bool isWide,
                                     function_ref<Tensor(const Tensor &, ArrayRef<int64_t>)> emit) {
  Tensor input = node.getInput(0);
  std::optional<SmallVector<int64_t>> axes = readAxes(node, input.getRank());
  if (node.failed() || !axes)
    return node.failed() ? failure() : node.setResult(input);
  ElementType type = getElementType(input);
  SmallVector<int64_t> shape = dropAxes(input.getShape(), *axes);
  if (node.getInteger("keepdims", 1) != 0)
    shape = keepAxes(input.getShape(), *axes);
  // A scalar is a vector of one element, which is reduced.
  if (input.getRank() == 0) {
    input = reshape(node, input, {1});
    axes->assign(1, 0);
  }
  Tensor reduced = emit(isWide ? convert(node, input, getWideType(input)) : input, *axes);
  return node.setResult(convert(node, reshape(node, reduced, shape), type));
}

/// Input 1 are the axes.
static LogicalResult checkReducible(Node &node) {
  return isBoolean(node.getInput(0)) ? node.error("expected numbers, got booleans") : success();
}

/// A sum of `term` of each element, then `finish` of the sum and the number of terms. Floats of 16 bits are summed in f32.
/// Integers are summed in their type, unless `isReal` says that a function of the sum is no integer.
static LogicalResult importSumOf(Node &node, bool isReal, UnaryFunction term,
                               function_ref<Scalar(Scalar, double)> finish = nullptr) {
  if (failed(checkReducible(node)))
    return failure();
  return importReduction(node, isReal || isFloat(node.getInput(0)), [&](const Tensor &input, ArrayRef<int64_t> axes) {
    if (!input)
      return Tensor();
    Tensor sum = reduceKeepingAxes(node, input, axes, node.getZeroAttr(input.getElementType()),
                                   [&](ArrayRef<Scalar> x) { return x[1] + term(x[0]); });
    double count = countReduced(input, axes);
    return finish ? compute(node, sum, [&](Scalar x) { return finish(x, count); }) : sum;
  });
}

static Scalar same(Scalar x) { return x; }
static Scalar square(Scalar x) { return x * x; }

LogicalResult importReduceSum(Node &node) { return importSumOf(node, /*isReal=*/false, same); }
LogicalResult importReduceL1(Node &node) { return importSumOf(node, /*isReal=*/false, abs); }
LogicalResult importReduceSumSquare(Node &node) { return importSumOf(node, /*isReal=*/false, square); }
LogicalResult importReduceMean(Node &node) {
  return importSumOf(node, /*isReal=*/false, same, [](Scalar sum, double count) { return sum / count; });
}
LogicalResult importReduceL2(Node &node) {
  return importSumOf(node, /*isReal=*/true, square, [](Scalar sum, double) { return sqrt(sum); });
}
LogicalResult importReduceLogSum(Node &node) {
  return importSumOf(node, /*isReal=*/true, same, [](Scalar sum, double) { return log(sum); });
}

/// max + log(sum(exp(x - max))), which does not overflow. An infinite maximum is not subtracted: the difference would be NaN.
LogicalResult importReduceLogSumExp(Node &node) {
  if (failed(checkReducible(node)))
    return failure();
  return importReduction(node, /*isWide=*/true, [&](const Tensor &input, ArrayRef<int64_t> axes) {
    Tensor max = maxKeepingAxes(node, input, axes);
    Tensor shift = compute(node, max, [](Scalar x) {
      return select(isEqual(abs(x), std::numeric_limits<double>::infinity()), x.constant(0), x);
    });
    Tensor sum = reduceKeepingAxes(node, {input, shift}, axes, node.getZeroAttr(input.getElementType()),
                                   [](ArrayRef<Scalar> x) { return x[2] + exp(x[0] - x[1]); });
    return compute(node, {sum, shift}, [](ArrayRef<Scalar> x) { return log(x[0]) + x[1]; });
  });
}

LogicalResult importReduceProd(Node &node) {
  if (failed(checkReducible(node)))
    return failure();
  return importReduction(node, /*isWide=*/isFloat(node.getInput(0)), [&](const Tensor &input, ArrayRef<int64_t> axes) {
    return reduceKeepingAxes(node, input, axes, node.getOneAttr(input.getElementType()),
                             [](ArrayRef<Scalar> x) { return x[1] * x[0]; });
  });
}

LogicalResult importReduceMax(Node &node) {
  return importReduction(node, /*isWide=*/false, [&](const Tensor &input, ArrayRef<int64_t> axes) {
    return maxKeepingAxes(node, input, axes);
  });
}

LogicalResult importReduceMin(Node &node) {
  return importReduction(node, /*isWide=*/false, [&](const Tensor &input, ArrayRef<int64_t> axes) {
    return minKeepingAxes(node, input, axes);
  });
}

} // namespace nibble::onnx_import
