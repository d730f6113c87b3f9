//===- FunctionOps.cpp - constants, calls, control flow --------------------------------------------===//

#include "Evaluators.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble::reference;

LogicalResult nibble::reference::evaluateOp(arith::ConstantOp op, Frame &frame) {
  auto elements = dyn_cast<ElementsAttr>(op.getValue());
  if (!elements && getElementKind(op.getType()))
    elements = DenseElementsAttr::get(RankedTensorType::get({}, op.getType()), Attribute(op.getValue()));
  FailureOr<Tensor> tensor = elements ? Tensor::get(elements) : FailureOr<Tensor>(failure());
  if (failed(tensor))
    return op.emitOpError()
           << "has a value of type " << op.getType()
           << " that the reference interpreter cannot read (unknown element type, or a resource that is "
              "missing or has the wrong size)";
  frame.set(op, *tensor);
  return success();
}

/// Sets the results of an op to values.
static void setResults(Operation *op, ArrayRef<RuntimeValue> values, Frame &frame) {
  for (auto [result, value] : llvm::zip_equal(op->getResults(), values))
    frame.set(result, value);
}

static SmallVector<RuntimeValue> getValues(ValueRange values, const Frame &frame) {
  return llvm::map_to_vector(values, [&](Value value) { return frame.get(value); });
}

LogicalResult nibble::reference::evaluateOp(func::CallOp op, Frame &frame) {
  auto function = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(op, op.getCalleeAttr());
  if (!function)
    return op.emitOpError() << "calls " << op.getCalleeAttr() << ", which does not exist";
  FailureOr<SmallVector<RuntimeValue>> results = frame.call(op, function, getValues(op.getOperands(), frame));
  if (failed(results))
    return failure();
  setResults(op, *results, frame);
  return success();
}

LogicalResult nibble::reference::evaluateOp(nibble::LaunchOp op, Frame &frame) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(op, op.getKernelAttr());
  if (!kernel)
    return op.emitOpError() << "launches " << op.getKernelAttr() << ", which does not exist";
  for (int64_t tile = 0; tile < static_cast<int64_t>(op.getTiles()); ++tile) {
    SmallVector<RuntimeValue> arguments = {Tensor::getIndex(op.getContext(), tile)};
    llvm::append_range(arguments, getValues(op.getOperands(), frame));
    if (failed(frame.call(op, kernel, arguments)))
      return failure();
  }
  return success();
}

/// A scalar of type index, i64 or i32.
static FailureOr<Tensor> makeCounter(scf::ForOp op, int64_t value, const Frame &frame) {
  FailureOr<Tensor> counter = frame.create(op, op.getInductionVar().getType(), {});
  if (failed(counter))
    return failure();
  if (counter->getKind() == ElementKind::I64)
    counter->getMutableElements<int64_t>()[0] = value;
  else if (counter->getKind() == ElementKind::I32)
    counter->getMutableElements<int32_t>()[0] = static_cast<int32_t>(value);
  else
    return op.emitOpError() << "counts in " << counter->getElementType()
                            << ", which is not supported by the reference interpreter";
  return counter;
}

LogicalResult nibble::reference::evaluateOp(scf::ForOp op, Frame &frame) {
  int64_t lower = frame.getInteger(op.getLowerBound()), upper = frame.getInteger(op.getUpperBound()),
          step = frame.getInteger(op.getStep());
  if (step <= 0)
    return op.emitOpError() << "expected a positive step, got " << step;
  SmallVector<RuntimeValue> carried = getValues(op.getInitArgs(), frame);
  uint64_t numIterations = upper > lower ? (uint64_t(upper) - uint64_t(lower) - 1) / step + 1 : 0;
  for (uint64_t i = 0; i < numIterations; ++i) {
    FailureOr<Tensor> counter = makeCounter(op, lower + static_cast<int64_t>(i) * step, frame);
    if (failed(counter))
      return failure();
    SmallVector<RuntimeValue> arguments = {*counter};
    llvm::append_range(arguments, carried);
    FailureOr<SmallVector<RuntimeValue>> next = frame.evaluate(*op.getBody(), arguments);
    if (failed(next))
      return failure();
    carried = *next;
  }
  setResults(op, carried, frame);
  return success();
}

/// Whether `index` moved to the next of the points from `lower` below `upper`, the last dimension fastest.
static bool advance(MutableArrayRef<int64_t> index, ArrayRef<int64_t> lower, ArrayRef<int64_t> upper,
                    ArrayRef<int64_t> steps) {
  for (size_t dim = index.size(); dim-- > 0;) {
    if (index[dim] < upper[dim] - steps[dim]) {
      index[dim] += steps[dim];
      return true;
    }
    index[dim] = lower[dim];
  }
  return false;
}

/// Iterations are independent of each other; here they are done in order. Tensors that they would build in common are not supported.
LogicalResult nibble::reference::evaluateOp(scf::ForallOp op, Frame &frame) {
  if (op.getNumResults() > 0)
    return op.emitOpError("is supported by the reference interpreter on memrefs only");
  SmallVector<int64_t> lower = frame.getIntegers(op.getMixedLowerBound()),
                       upper = frame.getIntegers(op.getMixedUpperBound()), steps = frame.getIntegers(op.getMixedStep());
  for (auto [begin, end, step] : llvm::zip_equal(lower, upper, steps)) {
    if (step <= 0)
      return op.emitOpError() << "expected a positive step, got " << step;
    if (begin >= end)
      return success();
  }
  SmallVector<int64_t> index = lower;
  do {
    SmallVector<RuntimeValue> arguments = llvm::map_to_vector(
        index, [&](int64_t i) -> RuntimeValue { return Tensor::getIndex(op.getContext(), i); });
    if (failed(frame.evaluate(*op.getBody(), arguments)))
      return failure();
  } while (advance(index, lower, upper, steps));
  return success();
}

LogicalResult nibble::reference::evaluateOp(scf::IfOp op, Frame &frame) {
  bool condition = frame.getInteger(op.getCondition()) != 0;
  if (!condition && op.getElseRegion().empty())
    return success();
  FailureOr<SmallVector<RuntimeValue>> results =
      frame.evaluate((condition ? op.getThenRegion() : op.getElseRegion()).front(), {});
  if (failed(results))
    return failure();
  setResults(op, *results, frame);
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Affine maps of indices
//===----------------------------------------------------------------------------------------------===//

/// The values of all results of a map.
static FailureOr<SmallVector<int64_t>> applyMap(Operation *op, AffineMap map, const Frame &frame) {
  Builder builder(op->getContext());
  SmallVector<Attribute> operands = llvm::map_to_vector(
      op->getOperands(), [&](Value value) -> Attribute { return builder.getIndexAttr(frame.getInteger(value)); });
  SmallVector<Attribute> results;
  bool hasPoison = false;
  if (failed(map.constantFold(operands, results, &hasPoison)) || hasPoison)
    return op->emitOpError("divides by zero or by a negative number");
  return llvm::map_to_vector(results, [](Attribute result) { return cast<IntegerAttr>(result).getInt(); });
}

LogicalResult nibble::reference::evaluateOp(affine::AffineApplyOp op, Frame &frame) {
  FailureOr<SmallVector<int64_t>> values = applyMap(op, op.getAffineMap(), frame);
  if (failed(values))
    return failure();
  frame.set(op, Tensor::getIndex(op.getContext(), values->front()));
  return success();
}

LogicalResult nibble::reference::evaluateOp(affine::AffineMinOp op, Frame &frame) {
  FailureOr<SmallVector<int64_t>> values = applyMap(op, op.getAffineMap(), frame);
  if (failed(values))
    return failure();
  frame.set(op, Tensor::getIndex(op.getContext(), *llvm::min_element(*values)));
  return success();
}

LogicalResult nibble::reference::evaluateOp(affine::AffineMaxOp op, Frame &frame) {
  FailureOr<SmallVector<int64_t>> values = applyMap(op, op.getAffineMap(), frame);
  if (failed(values))
    return failure();
  frame.set(op, Tensor::getIndex(op.getContext(), *llvm::max_element(*values)));
  return success();
}
