//===- Tensor.cpp - values of the reference interpreter --------------------------------------------===//

#include "nibble/Reference/Tensor.h"
#include "nibble/Numerics/SmallFloat.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace nibble::reference;

std::optional<ElementKind> nibble::reference::getElementKind(Type type) {
  if (type.isIndex())
    return ElementKind::I64;
  if (auto integer = dyn_cast<IntegerType>(type)) {
    switch (integer.getWidth()) {
    case 1:
      return ElementKind::I1;
    case 8:
      return ElementKind::I8;
    case 16:
      return ElementKind::I16;
    case 32:
      return ElementKind::I32;
    case 64:
      return ElementKind::I64;
    default:
      return std::nullopt;
    }
  }
  if (type.isF16())
    return ElementKind::F16;
  if (type.isBF16())
    return ElementKind::BF16;
  if (type.isF32())
    return ElementKind::F32;
  if (type.isF64())
    return ElementKind::F64;
  return std::nullopt;
}

int64_t nibble::reference::getSizeInBytes(ElementKind kind) {
  switch (kind) {
  case ElementKind::I1:
  case ElementKind::I8:
    return 1;
  case ElementKind::I16:
  case ElementKind::F16:
  case ElementKind::BF16:
    return 2;
  case ElementKind::I32:
  case ElementKind::F32:
    return 4;
  case ElementKind::I64:
  case ElementKind::F64:
    return 8;
  }
  llvm_unreachable("all kinds are covered");
}

//===----------------------------------------------------------------------------------------------===//
// View
//===----------------------------------------------------------------------------------------------===//

int64_t View::getNumElements() const { return ShapedType::getNumElements(shape); }

SmallVector<int64_t, 4> nibble::reference::getRowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t, 4> strides(shape.size(), 1);
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * shape[dim + 1];
  return strides;
}

bool View::isContiguous() const {
  if (getNumElements() == 0)
    return true;
  for (auto [extent, stride, expected] : llvm::zip_equal(shape, strides, getRowMajorStrides(shape)))
    if (extent != 1 && stride != expected)
      return false;
  return true;
}

static void copyElements(const char *from, ArrayRef<int64_t> fromStrides, char *to, ArrayRef<int64_t> toStrides,
                         ArrayRef<int64_t> shape, int64_t elementSize) {
  if (shape.empty()) {
    std::memcpy(to, from, elementSize);
    return;
  }
  if (shape.size() == 1 && fromStrides[0] == 1 && toStrides[0] == 1) {
    std::memcpy(to, from, shape[0] * elementSize);
    return;
  }
  for (int64_t i = 0; i < shape[0]; ++i)
    copyElements(from + i * fromStrides[0] * elementSize, fromStrides.drop_front(), to + i * toStrides[0] * elementSize,
                 toStrides.drop_front(), shape.drop_front(), elementSize);
}

void nibble::reference::copyElements(const View &from, const View &to) {
  assert(from.shape == to.shape && from.kind == to.kind);
  if (from.getNumElements() == 0)
    return;
  int64_t elementSize = getSizeInBytes(from.kind);
  if (from.isContiguous() && to.isContiguous())
    std::memcpy(to.data, from.data, from.getNumElements() * elementSize);
  else
    ::copyElements(from.data, from.strides, to.data, to.strides, from.shape, elementSize);
}

//===----------------------------------------------------------------------------------------------===//
// Tensor
//===----------------------------------------------------------------------------------------------===//

/// Memory for the elements of a shape; null when there is no such amount.
static std::shared_ptr<char> allocate(ElementKind kind, ArrayRef<int64_t> shape) {
  constexpr int64_t maxSizeInBytes = int64_t(1) << 36; // far beyond any model, and no product below overflows
  int64_t size = getSizeInBytes(kind);
  for (int64_t extent : shape) {
    if (extent < 0 || (extent > 0 && size > maxSizeInBytes / extent))
      return nullptr;
    size *= extent;
  }
  constexpr size_t alignment = 64;
  size_t allocated = llvm::alignTo(std::max<int64_t>(size, 1), alignment);
  std::shared_ptr<char> storage(static_cast<char *>(std::aligned_alloc(alignment, allocated)), std::free);
  if (storage)
    std::memset(storage.get(), 0xff, allocated);
  // A byte of 0xff is no bool.
  if (storage && kind == ElementKind::I1)
    std::memset(storage.get(), 1, allocated);
  return storage;
}

FailureOr<Tensor> Tensor::create(Type elementType, ArrayRef<int64_t> shape) {
  std::optional<ElementKind> kind = getElementKind(elementType);
  if (!kind)
    return failure();
  Tensor tensor;
  tensor.storage = allocate(*kind, shape);
  if (!tensor.storage)
    return failure();
  tensor.elementType = elementType;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.numElements = ShapedType::getNumElements(shape);
  tensor.data = tensor.storage.get();
  return tensor;
}

Tensor Tensor::borrow(Type elementType, ArrayRef<int64_t> shape, const void *data) {
  Tensor tensor;
  tensor.elementType = elementType;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.numElements = ShapedType::getNumElements(shape);
  tensor.data = const_cast<char *>(static_cast<const char *>(data));
  return tensor;
}

/// Fills a tensor with copies of its first element.
static void spreadFirstElement(Tensor &tensor) {
  int64_t size = getSizeInBytes(tensor.getKind());
  for (int64_t i = 1; i < tensor.getNumElements(); ++i)
    std::memcpy(tensor.getMutableData() + i * size, tensor.getData(), size);
}

/// The elements of a dense attribute, which packs booleans into bits and splats into one element.
static FailureOr<Tensor> getDense(DenseElementsAttr attribute) {
  ShapedType type = attribute.getType();
  ArrayRef<char> raw = attribute.getRawData();
  bool isBool = type.getElementType().isInteger(1);
  if (!isBool && !attribute.isSplat() && llvm::isAddrAligned(llvm::Align(8), raw.data()))
    return Tensor::borrow(type.getElementType(), type.getShape(), raw.data());
  FailureOr<Tensor> tensor = Tensor::create(type.getElementType(), type.getShape());
  if (failed(tensor) || tensor->getNumElements() == 0)
    return tensor;
  if (isBool) {
    for (auto [element, value] : llvm::zip_equal(tensor->getMutableElements<uint8_t>(), attribute.getValues<bool>()))
      element = value;
    return tensor;
  }
  std::memcpy(tensor->getMutableData(), raw.data(), raw.size());
  if (attribute.isSplat())
    spreadFirstElement(*tensor);
  return tensor;
}

static FailureOr<Tensor> getResource(DenseResourceElementsAttr attribute) {
  ShapedType type = attribute.getType();
  AsmResourceBlob *blob = attribute.getRawHandle().getBlob();
  if (!blob)
    return failure();
  ArrayRef<char> raw = blob->getData();
  int64_t elementSize = getSizeInBytes(*getElementKind(type.getElementType()));
  if (static_cast<int64_t>(raw.size()) != type.getNumElements() * elementSize)
    return failure();
  if (llvm::isAddrAligned(llvm::Align(elementSize), raw.data()))
    return Tensor::borrow(type.getElementType(), type.getShape(), raw.data());
  FailureOr<Tensor> tensor = Tensor::create(type.getElementType(), type.getShape());
  if (succeeded(tensor))
    std::memcpy(tensor->getMutableData(), raw.data(), raw.size());
  return tensor;
}

FailureOr<Tensor> Tensor::get(ElementsAttr attribute) {
  if (!getElementKind(attribute.getElementType()) || !attribute.getShapedType().hasStaticShape())
    return failure();
  if (auto dense = dyn_cast<DenseIntOrFPElementsAttr>(attribute))
    return getDense(dense);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute))
    return getResource(resource);
  return failure();
}

Tensor Tensor::getIndex(MLIRContext *context, int64_t value) {
  FailureOr<Tensor> tensor = create(IndexType::get(context), {});
  tensor->getMutableElements<int64_t>()[0] = value;
  return *tensor;
}

View Tensor::getView() const {
  View view;
  view.data = data;
  view.kind = getKind();
  view.shape = shape;
  view.strides = getRowMajorStrides(shape);
  return view;
}

double Tensor::getFloat(int64_t index) const {
  switch (getKind()) {
  case ElementKind::F16:
    return numerics::halfToFloat(getElements<uint16_t>()[index]);
  case ElementKind::BF16:
    return numerics::bfloatToFloat(getElements<uint16_t>()[index]);
  case ElementKind::F32:
    return getElements<float>()[index];
  case ElementKind::F64:
    return getElements<double>()[index];
  default:
    return static_cast<double>(getInteger(index));
  }
}

int64_t Tensor::getInteger(int64_t index) const {
  switch (getKind()) {
  case ElementKind::I1:
  case ElementKind::I8:
    return getElements<int8_t>()[index];
  case ElementKind::I16:
    return getElements<int16_t>()[index];
  case ElementKind::I32:
    return getElements<int32_t>()[index];
  case ElementKind::I64:
    return getElements<int64_t>()[index];
  default:
    llvm_unreachable("the element is a float");
  }
}

void Tensor::setFloat(int64_t index, double value) {
  switch (getKind()) {
  case ElementKind::F16:
    getMutableElements<uint16_t>()[index] = numerics::floatToHalf(numerics::doubleToFloatRoundToOdd(value));
    return;
  case ElementKind::BF16:
    getMutableElements<uint16_t>()[index] = numerics::floatToBfloat(numerics::doubleToFloatRoundToOdd(value));
    return;
  case ElementKind::F32:
    getMutableElements<float>()[index] = static_cast<float>(value);
    return;
  case ElementKind::F64:
    getMutableElements<double>()[index] = value;
    return;
  default:
    llvm_unreachable("the element is an integer");
  }
}

FailureOr<Tensor> Tensor::clone() const {
  FailureOr<Tensor> copy = create(elementType, shape);
  if (succeeded(copy) && numElements > 0)
    std::memcpy(copy->data, data, getSizeInBytes());
  return copy;
}

Tensor Tensor::reshape(ArrayRef<int64_t> newShape) const {
  assert(ShapedType::getNumElements(newShape) == numElements);
  Tensor result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  return result;
}

ElementsAttr Tensor::toAttribute() const {
  RankedTensorType type = getType();
  int64_t elementSize = reference::getSizeInBytes(getKind()), size = getSizeInBytes();
  if (getKind() == ElementKind::I1)
    return DenseElementsAttr::get(type, ArrayRef(reinterpret_cast<const bool *>(data), numElements));
  if (numElements == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  // All elements are equal when the bytes equal themselves shifted by one element.
  bool isSplat = std::memcmp(data, data + elementSize, size - elementSize) == 0;
  ArrayRef<char> bytes(data, isSplat ? elementSize : size);
  constexpr int64_t maxDenseSizeInBytes = 1024;
  if (static_cast<int64_t>(bytes.size()) <= maxDenseSizeInBytes)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(type, "folded", HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

std::string nibble::reference::formatElement(const Tensor &tensor, int64_t index) {
  if (!isFloat(tensor.getKind()))
    return std::to_string(tensor.getInteger(index));
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(tensor.getKind() == ElementKind::F64 ? "%.17g" : "%.9g",
                                                 tensor.getFloat(index));
  return text;
}

std::string nibble::reference::formatPosition(const Tensor &tensor, int64_t index) {
  SmallVector<int64_t> position(tensor.getRank());
  for (int64_t dim = tensor.getRank() - 1; dim >= 0; --dim) {
    position[dim] = index % tensor.getShape()[dim];
    index /= tensor.getShape()[dim];
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[';
  llvm::interleaveComma(position, os);
  os << ']';
  return text;
}

//===----------------------------------------------------------------------------------------------===//
// Buffer
//===----------------------------------------------------------------------------------------------===//

FailureOr<Buffer> Buffer::create(Type elementType, ArrayRef<int64_t> shape) {
  std::optional<ElementKind> kind = getElementKind(elementType);
  if (!kind)
    return failure();
  Buffer buffer;
  buffer.elementType = elementType;
  buffer.storage = allocate(*kind, shape);
  if (!buffer.storage)
    return failure();
  buffer.view = {buffer.storage.get(), *kind, SmallVector<int64_t, 4>(shape), getRowMajorStrides(shape)};
  buffer.begin = buffer.storage.get();
  buffer.end = buffer.begin + buffer.view.getNumElements() * getSizeInBytes(*kind);
  return buffer;
}

FailureOr<Buffer> Buffer::create(const Tensor &tensor) {
  FailureOr<Buffer> buffer = create(tensor.getElementType(), tensor.getShape());
  if (succeeded(buffer) && tensor.getNumElements() > 0)
    std::memcpy(buffer->begin, tensor.getData(), tensor.getSizeInBytes());
  return buffer;
}

bool Buffer::isInBounds() const {
  if (view.getNumElements() == 0)
    return true;
  int64_t lowest = 0, highest = 0; // element offsets
  for (auto [extent, stride] : llvm::zip_equal(view.shape, view.strides))
    (stride < 0 ? lowest : highest) += (extent - 1) * stride;
  int64_t elementSize = getSizeInBytes(view.kind);
  return view.data + lowest * elementSize >= begin && view.data + (highest + 1) * elementSize <= end;
}

FailureOr<Tensor> Buffer::toTensor() const {
  FailureOr<Tensor> tensor = Tensor::create(elementType, view.shape);
  if (succeeded(tensor))
    copyElements(view, tensor->getView());
  return tensor;
}
