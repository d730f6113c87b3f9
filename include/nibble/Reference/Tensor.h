//===- Tensor.h - values of the reference interpreter ----------------------------------------------===//
//
// A Tensor is a value: elements of one type in row-major order, shared between copies and never changed once it has
// been handed on. A scalar is a tensor of rank 0. A Buffer is a memref: a strided window on memory that others may see
// too.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_REFERENCE_TENSOR_H
#define NIBBLE_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <optional>
#include <string>

namespace nibble::reference {

/// How one element is stored. Integers have no sign of their own; `index` is I64; an I1 takes a byte that is 0 or 1.
enum class ElementKind : uint8_t { I1, I8, I16, I32, I64, F16, BF16, F32, F64 };

/// The kind of a scalar type; nothing for types that the interpreter does not hold (tuples, complex, i4, f8, …).
std::optional<ElementKind> getElementKind(mlir::Type type);
int64_t getSizeInBytes(ElementKind kind);
inline bool isFloat(ElementKind kind) { return kind >= ElementKind::F16; }

/// A strided window on memory: what the loops of an op run over. Strides count elements.
struct View {
  char *data = nullptr;
  ElementKind kind = ElementKind::I8;
  llvm::SmallVector<int64_t, 4> shape, strides;

  int64_t getRank() const { return shape.size(); }
  int64_t getNumElements() const;
  bool isContiguous() const;
};

/// The strides of row-major order.
llvm::SmallVector<int64_t, 4> getRowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Copies elements between windows of one shape and element kind that do not overlap.
void copyElements(const View &from, const View &to);

class Tensor {
public:
  Tensor() = default;

  /// New memory, filled with ones in every bit: a NaN or -1, so that reading what was never written shows. Fails when
  /// the element type is none the interpreter holds, or the memory cannot be had.
  static mlir::FailureOr<Tensor> create(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  /// A window on the caller's memory, which is never written and must outlive all copies; it is aligned for the type.
  static Tensor borrow(mlir::Type elementType, llvm::ArrayRef<int64_t> shape, const void *data);
  /// The elements of a constant: in place for resources and dense constants, spread out for splats. Fails when the
  /// element type is none the interpreter holds, or a resource has not as many bytes as its type says.
  static mlir::FailureOr<Tensor> get(mlir::ElementsAttr attribute);
  /// A scalar of type `index`.
  static Tensor getIndex(mlir::MLIRContext *context, int64_t value);

  mlir::Type getElementType() const { return elementType; }
  ElementKind getKind() const { return *getElementKind(elementType); }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t getNumElements() const { return numElements; }
  int64_t getSizeInBytes() const { return numElements * reference::getSizeInBytes(getKind()); }
  mlir::RankedTensorType getType() const { return mlir::RankedTensorType::get(shape, elementType); }

  const char *getData() const { return data; }
  /// For the one who created the tensor, before handing it on.
  char *getMutableData() { return data; }
  /// The elements as an array; `T` has the size of one element.
  template <typename T> llvm::ArrayRef<T> getElements() const {
    assert(sizeof(T) == size_t(reference::getSizeInBytes(getKind())));
    return {reinterpret_cast<const T *>(data), size_t(numElements)};
  }
  template <typename T> llvm::MutableArrayRef<T> getMutableElements() {
    assert(sizeof(T) == size_t(reference::getSizeInBytes(getKind())));
    return {reinterpret_cast<T *>(data), size_t(numElements)};
  }
  View getView() const;

  /// Element number `index` in row-major order; integers are sign-extended, an I1 is 0 or 1.
  double getFloat(int64_t index) const;
  int64_t getInteger(int64_t index) const;
  /// Rounds to the element type, which is a float; for the one who created the tensor.
  void setFloat(int64_t index, double value);

  /// A copy in memory of its own.
  mlir::FailureOr<Tensor> clone() const;
  /// The same elements in another shape with as many of them.
  Tensor reshape(llvm::ArrayRef<int64_t> newShape) const;
  /// As a constant: a splat, a dense attribute up to 1 KiB, a resource beyond.
  mlir::ElementsAttr toAttribute() const;

private:
  mlir::Type elementType;
  llvm::SmallVector<int64_t, 4> shape;
  int64_t numElements = 0;
  char *data = nullptr;
  std::shared_ptr<char> storage; // null when borrowed
};

/// An element with as many digits as make it different from its neighbours.
std::string formatElement(const Tensor &tensor, int64_t index);
/// The position of an element, `[1, 2]`.
std::string formatPosition(const Tensor &tensor, int64_t index);

/// A memref. Every element that shape and strides reach lies in the storage.
struct Buffer {
  mlir::Type elementType;
  View view;
  std::shared_ptr<char> storage;
  /// The bytes of the storage, for windows that are made from this one.
  char *begin = nullptr, *end = nullptr;

  /// New memory filled with ones in every bit.
  static mlir::FailureOr<Buffer> create(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  /// New memory with the elements of a tensor.
  static mlir::FailureOr<Buffer> create(const Tensor &tensor);
  /// Whether all elements lie between `begin` and `end`.
  bool isInBounds() const;
  /// The elements now.
  mlir::FailureOr<Tensor> toTensor() const;
};

} // namespace nibble::reference

#endif // NIBBLE_REFERENCE_TENSOR_H
