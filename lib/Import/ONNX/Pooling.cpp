//===- Pooling.cpp - MaxPool, AveragePool and the global ones ----------------------------------------===//

#include "Elementwise.h"
#include "Fold.h"
#include "Operators.h"
#include "Pool.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace nibble::onnx_import;

//===----------------------------------------------------------------------------------------------===//
// Maximum
//===----------------------------------------------------------------------------------------------===//

/// How far apart neighbours along each dimension are in the numbering of the input's elements; the spatial dimensions of one
/// channel row-major or column-major.
static SmallVector<int64_t> getSteps(const Tensor &input, bool isColumnMajor) {
  SmallVector<int64_t> steps(input.getRank(), 1);
  int64_t step = 1;
  auto visit = [&](int64_t dim) {
    steps[dim] = step;
    step *= input.getSize(dim);
  };
  for (int64_t dim = 2; dim < input.getRank(); ++dim)
    visit(isColumnMajor ? dim : input.getRank() + 1 - dim);
  visit(1);
  visit(0);
  return steps;
}

/// The number of the first element of each window that is its maximum.
static Tensor locateMaximum(Node &node, const Tensor &padded, const Tensor &maximum, const Window &window,
                            ArrayRef<int64_t> steps) {
  auto none = node.getI64IntegerAttr(-1);
  auto rank = static_cast<int64_t>(steps.size());
  return reduceWindows(node, padded, window, none, maximum, [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
    auto times = [&](int64_t loop, int64_t factor) -> Value {
      return arith::MulIOp::create(b, linalg::IndexOp::create(b, loop), arith::ConstantIndexOp::create(b, factor));
    };
    int64_t origin = 0;
    Value number = arith::AddIOp::create(b, times(0, steps[0]), times(1, steps[1]));
    for (int64_t axis = 0; axis < rank - 2; ++axis) {
      number = arith::AddIOp::create(b, number, times(axis + 2, window.strides[axis] * steps[axis + 2]));
      number = arith::AddIOp::create(b, number, times(axis + rank, window.dilations[axis] * steps[axis + 2]));
      origin += window.low[axis] * steps[axis + 2];
    }
    number = arith::SubIOp::create(b, number, arith::ConstantIndexOp::create(b, origin));
    number = arith::IndexCastOp::create(b, b.getI64Type(), number);
    Value isMaximum = isa<FloatType>(args[0].getType())
                          ? Value(arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, args[0], args[1]))
                          : Value(arith::CmpIOp::create(b, arith::CmpIPredicate::eq, args[0], args[1]));
    Value isFirst = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, args[2], scalar(b, b.getI64Type(), 0));
    return arith::SelectOp::create(b, arith::AndIOp::create(b, isMaximum, isFirst), number, args[2]);
  });
}

LogicalResult nibble::onnx_import::importMaxPool(Node &node) {
  const Tensor &input = node.getInput(0);
  auto window = resolvePool(node, input);
  if (!window)
    return failure();
  Tensor padded = padWindow(node, input, *window, lowestAttr(input.getElementType(), input.isUnsigned));
  Tensor maximum = pool(node, padded, *window, PoolKind::Max);
  if (failed(node.setResult(maximum)) || !node.hasOutput(1))
    return failure(node.failed());
  bool isColumnMajor = node.getInteger("storage_order", 0) != 0;
  return node.setResult(1, locateMaximum(node, padded, maximum, *window, getSteps(input, isColumnMajor)));
}

//===----------------------------------------------------------------------------------------------===//
// Average
//===----------------------------------------------------------------------------------------------===//

/// How many elements each window averages along one dimension: those of the input, and of its padding if it counts.
/// What ceil_mode adds never counts.
static SmallVector<double> countElements(const Window &window, size_t axis, int64_t inputSize, bool countPadding) {
  int64_t begin = countPadding ? 0 : window.low[axis];
  int64_t end = countPadding ? window.low[axis] + inputSize + window.high[axis] : begin + inputSize;
  SmallVector<double> counts;
  for (int64_t position = 0; position < window.outputSizes[axis]; ++position) {
    int64_t count = 0;
    for (int64_t tap = 0; tap < window.kernel[axis]; ++tap) {
      int64_t at = position * window.strides[axis] + tap * window.dilations[axis];
      count += at >= begin && at < end;
    }
    counts.push_back(static_cast<double>(count));
  }
  return counts;
}

/// The number of elements of each window: one number when all agree, else a tensor of the spatial sizes.
static Tensor countElements(Node &node, const Window &window, const Tensor &input, bool countPadding) {
  SmallVector<SmallVector<double>> perAxis;
  for (size_t axis = 0; axis < window.kernel.size(); ++axis)
    perAxis.push_back(countElements(window, axis, input.getSize(axis + 2), countPadding));
  SmallVector<double> counts;
  forEachIndex(window.outputSizes, [&](ArrayRef<int64_t> index) {
    double product = 1;
    for (auto [axis, position] : llvm::enumerate(index))
      product *= perAxis[axis][position];
    counts.push_back(product);
  });
  Type elementType = input.getElementType();
  if (!counts.empty() && llvm::all_equal(counts))
    return Tensor(Constant::getFloats(RankedTensorType::get({}, elementType), counts.front()));
  return Tensor(Constant::getFloats(RankedTensorType::get(window.outputSizes, elementType), counts,
                                    node.getName().str() + ".count"));
}

static Tensor divide(Node &node, const Tensor &sum, const Tensor &count) {
  return elementwise(node, {sum, count}, sum ? sum.getElementType() : Type(),
                     [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                       return arith::DivFOp::create(b, args[0], args[1]);
                     });
}

/// Sums are of f32 at least.
static Tensor average(Node &node, const Tensor &input, const Window &window, bool countPadding) {
  Tensor wide = convert(node, input, getWideType(input));
  Tensor padded = wide ? padWindow(node, wide, window, node.getZeroAttr(wide.getElementType())) : Tensor();
  Tensor sum = pool(node, padded, window, PoolKind::Sum);
  if (!sum)
    return {};
  return convert(node, divide(node, sum, countElements(node, window, wide, countPadding)), getElementType(input));
}

Tensor nibble::onnx_import::averagePool(Node &node, const Tensor &input) {
  auto window = resolvePool(node, input);
  return window ? average(node, input, *window, node.getInteger("count_include_pad", 0) != 0) : Tensor();
}

Tensor nibble::onnx_import::globalAveragePool(Node &node, const Tensor &input) {
  auto window = resolveGlobalPool(node, input);
  return window ? average(node, input, *window, /*countPadding=*/false) : Tensor();
}

LogicalResult nibble::onnx_import::importAveragePool(Node &node) {
  if (!isa<FloatType>(node.getInput(0).getElementType()))
    return node.error("expected an input of floats");
  return node.setResult(averagePool(node, node.getInput(0)));
}

LogicalResult nibble::onnx_import::importGlobalAveragePool(Node &node) {
  return node.setResult(globalAveragePool(node, node.getInput(0)));
}

LogicalResult nibble::onnx_import::importGlobalMaxPool(Node &node) {
  auto window = resolveGlobalPool(node, node.getInput(0));
  return window ? node.setResult(pool(node, node.getInput(0), *window, PoolKind::Max)) : failure();
}
