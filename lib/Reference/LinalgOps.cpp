//===- LinalgOps.cpp - structured ops through their interface --------------------------------------===//

#include "Evaluators.h"
#include "LoopNest.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
using namespace nibble::reference;

/// How often each loop runs, from the actual shapes of the operands.
static FailureOr<SmallVector<int64_t>> getExtents(linalg::LinalgOp op, const Frame &frame) {
  AffineMap shapesToLoops = op.getShapesToLoopsMap();
  if (!shapesToLoops)
    return op.emitOpError("has loops whose extents do not follow from its operands");
  SmallVector<int64_t> sizes;
  for (Value operand : op->getOperands())
    llvm::append_range(sizes, frame.getView(operand).shape);
  return SmallVector<int64_t>(shapesToLoops.compose(sizes));
}

LogicalResult nibble::reference::evaluateLinalgOp(linalg::LinalgOp op, Frame &frame) {
  FailureOr<ScalarProgram> program = ScalarProgram::compile(*op.getBlock());
  FailureOr<SmallVector<int64_t>> extents = getExtents(op, frame);
  if (failed(program) || failed(extents))
    return failure();

  LoopNest nest;
  nest.extents = *extents;
  for (utils::IteratorType type : op.getIteratorTypesArray())
    nest.isParallel.push_back(type == utils::IteratorType::parallel);

  // Inputs are read where they are; results start as copies of the inits, memrefs are written in place.
  for (OpOperand &operand : op->getOpOperands()) {
    View view = frame.getView(operand.get());
    if (op.isDpsInit(&operand) && isa<RankedTensorType>(operand.get().getType())) {
      FailureOr<Tensor> result = frame.clone(op, frame.getTensor(operand.get()));
      if (failed(result))
        return failure();
      view = result->getView();
      frame.set(op.getTiedOpResult(&operand), *result);
    }
    LoopNest::Operand &added = nest.operands.emplace_back();
    added.view = view;
    added.map = op.getMatchingIndexingMap(&operand);
  }
  for (auto [operand, port] : llvm::zip_equal(op.getOpOperandsMatchingBBargs(), program->inputs))
    if (!op.getMatchingBlockArgument(operand).use_empty())
      nest.operands[operand->getOperandNumber()].read = port;
  for (auto [init, port] : llvm::zip_equal(op.getDpsInitsMutable(), program->outputs))
    nest.operands[init.getOperandNumber()].written = port;

  ScalarMachine machine = frame.makeMachine(*program);
  return nest.execute(op, *program, machine);
}

LogicalResult nibble::reference::evaluateElementwiseOp(Operation *op, Frame &frame) {
  if (llvm::any_of(op->getOperandTypes(), llvm::IsaPred<BaseMemRefType>))
    return op->emitOpError("is supported by the reference interpreter on tensors and scalars only");
  FailureOr<ScalarProgram> program = ScalarProgram::compile(op);
  if (failed(program))
    return failure();
  SmallVector<int64_t> shape;
  for (Value operand : op->getOperands())
    if (const Tensor &tensor = frame.getTensor(operand); tensor.getRank() > 0)
      shape.assign(tensor.getShape().begin(), tensor.getShape().end());

  LoopNest nest;
  nest.extents = shape;
  nest.isParallel.assign(shape.size(), true);
  AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), op->getContext());
  for (auto [operand, port] : llvm::zip_equal(op->getOperands(), program->inputs)) {
    View view = frame.getView(operand);
    bool isScalar = view.getRank() == 0; // the condition of a select of tensors may be one
    nest.operands.push_back({view, isScalar ? identity.getSubMap({}) : identity, port, std::nullopt});
  }
  for (auto [result, port] : llvm::zip_equal(op->getResults(), program->outputs)) {
    FailureOr<Tensor> tensor = frame.create(op, getElementTypeOrSelf(result.getType()), shape);
    if (failed(tensor))
      return failure();
    frame.set(result, *tensor);
    nest.operands.push_back({tensor->getView(), identity, std::nullopt, port});
  }
  ScalarMachine machine = frame.makeMachine(*program);
  return nest.execute(op, *program, machine);
}

/// One line of softmax: exp(x - max) / sum, in f64 with one rounding at the end.
template <typename Get, typename Set> static void computeSoftmax(int64_t extent, Get get, Set set) {
  double max = -INFINITY, sum = 0;
  for (int64_t i = 0; i < extent; ++i)
    max = std::fmax(max, get(i));
  for (int64_t i = 0; i < extent; ++i)
    sum += std::exp(get(i) - max);
  for (int64_t i = 0; i < extent; ++i)
    set(i, std::exp(get(i) - max) / sum);
}

LogicalResult nibble::reference::evaluateOp(linalg::SoftmaxOp op, Frame &frame) {
  View input = frame.getView(op.getInput()), output = frame.getView(op.getOutput());
  if (input.kind != ElementKind::F32 || output.kind != ElementKind::F32)
    return op.emitOpError("is supported by the reference interpreter for f32 only");
  if (input.shape != output.shape)
    return op.emitOpError("has an input and an output of different shapes");
  if (isa<RankedTensorType>(op.getOutput().getType())) {
    FailureOr<Tensor> result = frame.create(op, op.getOutputOperandType().getElementType(), output.shape);
    if (failed(result))
      return failure();
    output = result->getView();
    frame.set(op->getResult(0), *result);
  }
  // Every position of the other dimensions starts one line.
  int64_t dim = op.getDimension(), extent = input.shape[dim], numLines = extent ? input.getNumElements() / extent : 0;
  for (int64_t line = 0; line < numLines; ++line) {
    int64_t rest = line, from = 0, to = 0;
    for (int64_t d = input.getRank() - 1; d >= 0; --d) {
      if (d == dim)
        continue;
      from += rest % input.shape[d] * input.strides[d];
      to += rest % input.shape[d] * output.strides[d];
      rest /= input.shape[d];
    }
    const float *source = reinterpret_cast<const float *>(input.data) + from;
    float *target = reinterpret_cast<float *>(output.data) + to;
    computeSoftmax(
        extent, [&](int64_t i) -> double { return source[i * input.strides[dim]]; },
        [&](int64_t i, double value) { target[i * output.strides[dim]] = static_cast<float>(value); });
  }
  return success();
}
