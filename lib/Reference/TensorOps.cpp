//===- TensorOps.cpp - ops that make, cut and join tensors -----------------------------------------===//

#include "Evaluators.h"
#include "LoopNest.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>
#include <numeric>

using namespace mlir;
using namespace nibble::reference;

//===----------------------------------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------------------------------===//

FailureOr<View> nibble::reference::getSlice(Operation *op, const View &view, ArrayRef<int64_t> offsets,
                                            ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  View slice = view;
  int64_t start = 0;
  for (int64_t dim = 0; dim < view.getRank(); ++dim) {
    int64_t last = offsets[dim] + (sizes[dim] - 1) * strides[dim], extent = view.shape[dim];
    if (sizes[dim] < 0 ||
        (sizes[dim] > 0 && (std::min(offsets[dim], last) < 0 || std::max(offsets[dim], last) >= extent)))
      return op->emitOpError() << "takes " << sizes[dim] << " elements from " << offsets[dim] << " with stride "
                               << strides[dim] << " of dimension " << dim << ", which has " << extent << " elements";
    start += offsets[dim] * view.strides[dim];
    slice.shape[dim] = sizes[dim];
    slice.strides[dim] = view.strides[dim] * strides[dim];
  }
  slice.data += start * getSizeInBytes(view.kind);
  return slice;
}

/// The elements of a tensor seen as a shape with as many elements.
static View getViewAs(const Tensor &tensor, ArrayRef<int64_t> shape) {
  View view = tensor.getView();
  view.shape.assign(shape.begin(), shape.end());
  view.strides = getRowMajorStrides(shape);
  return view;
}

/// The offset of one element; an error at the op when it lies outside.
static FailureOr<int64_t> getElement(Operation *op, const Tensor &tensor, ValueRange indices, const Frame &frame) {
  int64_t element = 0;
  for (auto [dim, index] : llvm::enumerate(indices)) {
    int64_t position = frame.getInteger(index), extent = tensor.getShape()[dim];
    if (position < 0 || position >= extent)
      return op->emitOpError() << "accesses element " << position << " of dimension " << dim << ", which has " << extent
                               << " elements";
    element = element * extent + position;
  }
  return element;
}

/// Sets every element to what a region yields at its indices.
static LogicalResult fillFromRegion(Operation *op, Block &block, const View &view, const Frame &frame) {
  FailureOr<ScalarProgram> program = ScalarProgram::compile(block);
  if (failed(program))
    return failure();
  for (auto [loop, port] : llvm::enumerate(program->inputs))
    program->loopIndices.push_back({port.reg, loop});
  LoopNest nest;
  nest.extents.assign(view.shape.begin(), view.shape.end());
  nest.isParallel.assign(view.shape.size(), true);
  AffineMap identity = AffineMap::getMultiDimIdentityMap(view.getRank(), op->getContext());
  nest.operands.push_back({view, identity, std::nullopt, program->outputs.front()});
  ScalarMachine machine = frame.makeMachine(*program);
  return nest.execute(op, *program, machine);
}

/// The shape of a result: static sizes from its type, the others from operands in order.
static SmallVector<int64_t> getResultShape(RankedTensorType type, ValueRange dynamicSizes, const Frame &frame) {
  SmallVector<int64_t> shape(type.getShape());
  auto next = dynamicSizes.begin();
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent = frame.getInteger(*next++);
  return shape;
}

//===----------------------------------------------------------------------------------------------===//
// Making tensors
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::reference::evaluateOp(tensor::EmptyOp op, Frame &frame) {
  FailureOr<Tensor> result =
      frame.create(op, op.getType().getElementType(), getResultShape(op.getType(), op.getDynamicSizes(), frame));
  if (failed(result))
    return failure();
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::FromElementsOp op, Frame &frame) {
  FailureOr<Tensor> result = frame.create(op, op.getType().getElementType(), op.getType().getShape());
  if (failed(result))
    return failure();
  int64_t size = getSizeInBytes(result->getKind());
  for (auto [number, element] : llvm::enumerate(op.getElements()))
    std::memcpy(result->getMutableData() + number * size, frame.getTensor(element).getData(), size);
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::SplatOp op, Frame &frame) {
  FailureOr<Tensor> result =
      frame.create(op, op.getType().getElementType(), getResultShape(op.getType(), op.getDynamicSizes(), frame));
  if (failed(result))
    return failure();
  View scalar = frame.getView(op.getInput());
  scalar.shape.assign(result->getShape().begin(), result->getShape().end());
  scalar.strides.assign(result->getRank(), 0);
  copyElements(scalar, result->getView());
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::GenerateOp op, Frame &frame) {
  auto type = cast<RankedTensorType>(op.getType());
  FailureOr<Tensor> result =
      frame.create(op, type.getElementType(), getResultShape(type, op.getDynamicExtents(), frame));
  if (failed(result) || failed(fillFromRegion(op, op.getBody().front(), result->getView(), frame)))
    return failure();
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::PadOp op, Frame &frame) {
  const Tensor &source = frame.getTensor(op.getSource());
  SmallVector<int64_t> low = frame.getIntegers(op.getMixedLowPad()), high = frame.getIntegers(op.getMixedHighPad());
  SmallVector<int64_t> shape(source.getShape()), ones(shape.size(), 1);
  for (auto [extent, before, after] : llvm::zip_equal(shape, low, high)) {
    if (before < 0 || after < 0)
      return op.emitOpError() << "pads by " << (before < 0 ? before : after) << " elements";
    extent += before + after;
  }
  FailureOr<Tensor> result = frame.create(op, source.getElementType(), shape);
  if (failed(result) || failed(fillFromRegion(op, op.getRegion().front(), result->getView(), frame)))
    return failure();
  FailureOr<View> inner = getSlice(op, result->getView(), low, source.getShape(), ones);
  if (failed(inner))
    return failure();
  copyElements(source.getView(), *inner);
  frame.set(op, *result);
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::reference::evaluateOp(tensor::CastOp op, Frame &frame) {
  frame.set(op, frame.get(op.getSource()));
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::DimOp op, Frame &frame) {
  const Tensor &source = frame.getTensor(op.getSource());
  int64_t dim = frame.getInteger(op.getIndex());
  if (dim < 0 || dim >= source.getRank())
    return op.emitOpError() << "asks for dimension " << dim << " of a tensor of rank " << source.getRank();
  frame.set(op, Tensor::getIndex(op.getContext(), source.getShape()[dim]));
  return success();
}

/// Sets the result to the source in another shape.
static LogicalResult setReshaped(Operation *op, const Tensor &source, ArrayRef<int64_t> shape, Frame &frame) {
  if (ShapedType::getNumElements(shape) != source.getNumElements())
    return op->emitOpError() << "reshapes " << source.getNumElements() << " elements to [" << shape << "]";
  frame.set(op->getResult(0), source.reshape(shape));
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::CollapseShapeOp op, Frame &frame) {
  const Tensor &source = frame.getTensor(op.getSrc());
  SmallVector<int64_t> shape;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    int64_t &extent = shape.emplace_back(1);
    for (int64_t dim : group)
      extent *= source.getShape()[dim];
  }
  return setReshaped(op, source, shape, frame);
}

LogicalResult nibble::reference::evaluateOp(tensor::ExpandShapeOp op, Frame &frame) {
  return setReshaped(op, frame.getTensor(op.getSrc()), frame.getIntegers(op.getMixedOutputShape()), frame);
}

LogicalResult nibble::reference::evaluateOp(tensor::ReshapeOp op, Frame &frame) {
  const Tensor &shape = frame.getTensor(op.getShape());
  SmallVector<int64_t> extents;
  for (int64_t dim = 0; dim < shape.getNumElements(); ++dim)
    extents.push_back(shape.getInteger(dim));
  return setReshaped(op, frame.getTensor(op.getSource()), extents, frame);
}

//===----------------------------------------------------------------------------------------------===//
// Elements and slices
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::reference::evaluateOp(tensor::ExtractOp op, Frame &frame) {
  const Tensor &source = frame.getTensor(op.getTensor());
  FailureOr<int64_t> element = getElement(op, source, op.getIndices(), frame);
  FailureOr<Tensor> result = frame.create(op, source.getElementType(), {});
  if (failed(element) || failed(result))
    return failure();
  int64_t size = getSizeInBytes(source.getKind());
  std::memcpy(result->getMutableData(), source.getData() + *element * size, size);
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::InsertOp op, Frame &frame) {
  FailureOr<Tensor> result = frame.clone(op, frame.getTensor(op.getDest()));
  if (failed(result))
    return failure();
  FailureOr<int64_t> element = getElement(op, *result, op.getIndices(), frame);
  if (failed(element))
    return failure();
  int64_t size = getSizeInBytes(result->getKind());
  std::memcpy(result->getMutableData() + *element * size, frame.getTensor(op.getScalar()).getData(), size);
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::ExtractSliceOp op, Frame &frame) {
  const Tensor &source = frame.getTensor(op.getSource());
  SmallVector<int64_t> sizes = frame.getIntegers(op.getMixedSizes());
  FailureOr<View> slice = getSlice(op, source.getView(), frame.getIntegers(op.getMixedOffsets()), sizes,
                                   frame.getIntegers(op.getMixedStrides()));
  if (failed(slice))
    return failure();
  SmallVector<int64_t> shape;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (!dropped[dim])
      shape.push_back(size);
  FailureOr<Tensor> result = frame.create(op, source.getElementType(), shape);
  if (failed(result))
    return failure();
  copyElements(*slice, getViewAs(*result, sizes));
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::InsertSliceOp op, Frame &frame) {
  const Tensor &source = frame.getTensor(op.getSource());
  FailureOr<Tensor> result = frame.clone(op, frame.getTensor(op.getDest()));
  if (failed(result))
    return failure();
  SmallVector<int64_t> sizes = frame.getIntegers(op.getMixedSizes());
  FailureOr<View> slice = getSlice(op, result->getView(), frame.getIntegers(op.getMixedOffsets()), sizes,
                                   frame.getIntegers(op.getMixedStrides()));
  if (failed(slice))
    return failure();
  if (slice->getNumElements() != source.getNumElements())
    return op.emitOpError() << "inserts " << source.getNumElements() << " elements into a slice of [" << sizes << "]";
  copyElements(getViewAs(source, sizes), *slice);
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::ConcatOp op, Frame &frame) {
  uint64_t dim = op.getDim();
  SmallVector<int64_t> shape(frame.getTensor(op.getInputs().front()).getShape());
  shape[dim] = 0;
  for (Value input : op.getInputs())
    shape[dim] += frame.getTensor(input).getShape()[dim];
  FailureOr<Tensor> result = frame.create(op, op.getResultType().getElementType(), shape);
  if (failed(result))
    return failure();
  SmallVector<int64_t> offsets(shape.size(), 0), ones(shape.size(), 1);
  for (Value input : op.getInputs()) {
    const Tensor &source = frame.getTensor(input);
    FailureOr<View> slice = getSlice(op, result->getView(), offsets, source.getShape(), ones);
    if (failed(slice))
      return failure();
    if (slice->shape != source.getView().shape)
      return op.emitOpError("has inputs of different shapes");
    copyElements(source.getView(), *slice);
    offsets[dim] += source.getShape()[dim];
  }
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(tensor::GatherOp op, Frame &frame) {
  const Tensor &source = frame.getTensor(op.getSource()), &indices = frame.getTensor(op.getIndices());
  // Each row of indices gives a slice of size 1 in the gathered dimensions and whole in the others.
  int64_t rowLength = indices.getShape().back(), rank = source.getRank();
  SmallVector<int64_t> sizes(source.getShape()), ones(rank, 1);
  for (int64_t dim : op.getGatherDims())
    sizes[dim] = 1;
  int64_t sliceElements = ShapedType::getNumElements(sizes);
  int64_t numSlices = rowLength ? indices.getNumElements() / rowLength : 1;

  SmallVector<int64_t> shape(indices.getShape().drop_back());
  bool isRankReduced = op.getResultType().getRank() != static_cast<int64_t>(shape.size()) + rank;
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (!isRankReduced || !llvm::is_contained(op.getGatherDims(), static_cast<int64_t>(dim)))
      shape.push_back(size);
  FailureOr<Tensor> result = frame.create(op, source.getElementType(), shape);
  if (failed(result))
    return failure();
  for (int64_t number = 0; number < numSlices; ++number) {
    SmallVector<int64_t> offsets(rank, 0);
    for (auto [position, dim] : llvm::enumerate(op.getGatherDims()))
      offsets[dim] = indices.getInteger(number * rowLength + position);
    FailureOr<View> slice = getSlice(op, source.getView(), offsets, sizes, ones);
    if (failed(slice))
      return failure();
    View target = getViewAs(*result, sizes);
    target.data += number * sliceElements * getSizeInBytes(source.getKind());
    copyElements(*slice, target);
  }
  frame.set(op, *result);
  return success();
}
