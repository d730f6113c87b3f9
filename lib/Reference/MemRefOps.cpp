//===- MemRefOps.cpp - memory and windows on it ----------------------------------------------------===//
//
// Every op that makes a window checks that it lies in its storage; loops then check their indices against the window.
//
//===----------------------------------------------------------------------------------------------===//

#include "Evaluators.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>

using namespace mlir;
using namespace nibble::reference;

/// Sets the result to a window; an error when it reaches outside of its storage.
static LogicalResult setWindow(Operation *op, Buffer window, Frame &frame) {
  if (!window.isInBounds())
    return op->emitOpError("makes a window that reaches outside of its memory");
  frame.set(op->getResult(0), std::move(window));
  return success();
}

/// The same storage seen with another shape and other strides.
static Buffer withLayout(Buffer buffer, ArrayRef<int64_t> shape, ArrayRef<int64_t> strides) {
  buffer.view.shape.assign(shape.begin(), shape.end());
  buffer.view.strides.assign(strides.begin(), strides.end());
  return buffer;
}

//===----------------------------------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------------------------------===//

template <typename AllocLikeOp> static LogicalResult allocate(AllocLikeOp op, Frame &frame) {
  MemRefType type = op.getType();
  SmallVector<int64_t> shape(type.getShape());
  auto next = op.getDynamicSizes().begin();
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent = frame.getInteger(*next++);
  FailureOr<Buffer> buffer = Buffer::create(type.getElementType(), shape);
  if (failed(buffer) || !type.getLayout().isIdentity())
    return op.emitOpError() << "allocates " << type << ", which the reference interpreter cannot hold";
  frame.set(op, *buffer);
  return success();
}

LogicalResult nibble::reference::evaluateOp(memref::AllocOp op, Frame &frame) { return allocate(op, frame); }
LogicalResult nibble::reference::evaluateOp(memref::AllocaOp op, Frame &frame) { return allocate(op, frame); }

/// Memory lives as long as a window on it.
LogicalResult nibble::reference::evaluateOp(memref::DeallocOp, Frame &) { return success(); }

LogicalResult nibble::reference::evaluateOp(memref::CopyOp op, Frame &frame) {
  const Buffer &source = frame.getBuffer(op.getSource()), &target = frame.getBuffer(op.getTarget());
  if (source.view.shape != target.view.shape)
    return op.emitOpError("copies between different shapes");
  // Source and target may overlap, so that the copy goes through a tensor.
  FailureOr<Tensor> elements = source.toTensor();
  if (failed(elements))
    return op.emitOpError("copies more than the reference interpreter can hold");
  copyElements(elements->getView(), target.view);
  return success();
}

/// The address of one element; an error at the op when it lies outside.
static FailureOr<char *> getAddress(Operation *op, const View &view, ValueRange indices, const Frame &frame) {
  SmallVector<int64_t> offsets = llvm::map_to_vector(indices, [&](Value index) { return frame.getInteger(index); });
  SmallVector<int64_t> ones(offsets.size(), 1);
  FailureOr<View> element = getSlice(op, view, offsets, ones, ones);
  if (failed(element))
    return failure();
  return element->data;
}

LogicalResult nibble::reference::evaluateOp(memref::LoadOp op, Frame &frame) {
  const Buffer &buffer = frame.getBuffer(op.getMemref());
  FailureOr<char *> address = getAddress(op, buffer.view, op.getIndices(), frame);
  FailureOr<Tensor> result = frame.create(op, buffer.elementType, {});
  if (failed(address) || failed(result))
    return failure();
  std::memcpy(result->getMutableData(), *address, getSizeInBytes(result->getKind()));
  frame.set(op, *result);
  return success();
}

LogicalResult nibble::reference::evaluateOp(memref::StoreOp op, Frame &frame) {
  const Tensor &value = frame.getTensor(op.getValue());
  FailureOr<char *> address = getAddress(op, frame.getView(op.getMemref()), op.getIndices(), frame);
  if (failed(address))
    return failure();
  std::memcpy(*address, value.getData(), getSizeInBytes(value.getKind()));
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::reference::evaluateOp(memref::AssumeAlignmentOp op, Frame &frame) {
  frame.set(op, frame.get(op.getMemref()));
  return success();
}

LogicalResult nibble::reference::evaluateOp(memref::CastOp op, Frame &frame) {
  if (!isa<MemRefType>(op.getType()) || !isa<MemRefType>(op.getSource().getType()))
    return op.emitOpError("is supported by the reference interpreter for ranked memrefs only");
  frame.set(op, frame.get(op.getSource()));
  return success();
}

LogicalResult nibble::reference::evaluateOp(memref::DimOp op, Frame &frame) {
  View view = frame.getView(op.getSource());
  int64_t dim = frame.getInteger(op.getIndex());
  if (dim < 0 || dim >= view.getRank())
    return op.emitOpError() << "asks for dimension " << dim << " of a memref of rank " << view.getRank();
  frame.set(op, Tensor::getIndex(op.getContext(), view.shape[dim]));
  return success();
}

LogicalResult nibble::reference::evaluateOp(memref::ViewOp op, Frame &frame) {
  MemRefType type = op.getType();
  SmallVector<int64_t> shape(type.getShape());
  auto next = op.getSizes().begin();
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent = frame.getInteger(*next++);
  std::optional<ElementKind> kind = getElementKind(type.getElementType());
  int64_t shift = frame.getInteger(op.getByteShift());
  Buffer window = withLayout(frame.getBuffer(op.getSource()), shape, getRowMajorStrides(shape));
  if (!kind || shift < 0 || shift > window.end - window.view.data || shift % getSizeInBytes(*kind))
    return op.emitOpError() << "has a byte shift of " << shift << " that does not fit its memory or its element type "
                            << type.getElementType();
  window.elementType = type.getElementType();
  window.view.kind = *kind;
  window.view.data += shift;
  return setWindow(op, std::move(window), frame);
}

LogicalResult nibble::reference::evaluateOp(memref::SubViewOp op, Frame &frame) {
  Buffer window = frame.getBuffer(op.getSource());
  FailureOr<View> slice = getSlice(op, window.view, frame.getIntegers(op.getMixedOffsets()),
                                   frame.getIntegers(op.getMixedSizes()), frame.getIntegers(op.getMixedStrides()));
  if (failed(slice))
    return failure();
  window.view.data = slice->data;
  window.view.shape.clear();
  window.view.strides.clear();
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (int64_t dim = 0; dim < slice->getRank(); ++dim) {
    if (dropped[dim])
      continue;
    window.view.shape.push_back(slice->shape[dim]);
    window.view.strides.push_back(slice->strides[dim]);
  }
  return setWindow(op, std::move(window), frame);
}

LogicalResult nibble::reference::evaluateOp(memref::ReinterpretCastOp op, Frame &frame) {
  const Buffer &source = frame.getBuffer(op.getSource());
  int64_t elementSize = getSizeInBytes(source.view.kind), offset = frame.getIntegers(op.getMixedOffsets()).front();
  Buffer window = withLayout(source, frame.getIntegers(op.getMixedSizes()), frame.getIntegers(op.getMixedStrides()));
  // The offset counts from the storage's begin.
  if (offset < 0 || offset > (source.end - source.begin) / elementSize)
    return op.emitOpError("makes a window that reaches outside of its memory");
  window.view.data = source.begin + offset * elementSize;
  return setWindow(op, std::move(window), frame);
}

LogicalResult nibble::reference::evaluateOp(memref::ExpandShapeOp op, Frame &frame) {
  const Buffer &source = frame.getBuffer(op.getSrc());
  SmallVector<int64_t> shape = frame.getIntegers(op.getMixedOutputShape()), strides(shape.size());
  for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
    int64_t stride = source.view.strides[dim];
    for (int64_t expanded : llvm::reverse(group)) {
      strides[expanded] = stride;
      stride *= shape[expanded];
    }
  }
  return setWindow(op, withLayout(source, shape, strides), frame);
}

LogicalResult nibble::reference::evaluateOp(memref::CollapseShapeOp op, Frame &frame) {
  const Buffer &source = frame.getBuffer(op.getSrc());
  SmallVector<int64_t> shape, strides;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    int64_t extent = 1, stride = 1;
    for (int64_t dim : llvm::reverse(group)) {
      int64_t dimExtent = source.view.shape[dim], dimStride = source.view.strides[dim];
      if (extent == 1)
        stride = dimStride;
      else if (dimExtent != 1 && dimStride != stride * extent)
        return op.emitOpError("collapses dimensions that do not follow each other in memory");
      extent *= dimExtent;
    }
    shape.push_back(extent);
    strides.push_back(stride);
  }
  return setWindow(op, withLayout(source, shape, strides), frame);
}
