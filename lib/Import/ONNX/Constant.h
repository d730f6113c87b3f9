//===- Constant.h - tensors known while importing ----------------------------------------------------===//
//
// Weights and shape arithmetic. A Constant is bytes with a type; copies, reshapes and the attribute that it becomes share
// the bytes of the file.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_CONSTANT_H
#define NIBBLE_LIB_IMPORT_ONNX_CONSTANT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <memory>
#include <string>

namespace nibble::onnx_import {

class Constant {
public:
  Constant() = default;

  /// Bytes in row-major order, one byte for an i1, or a single element that is repeated (a splat). `owner` keeps them.
  Constant(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes, std::shared_ptr<const void> owner,
           llvm::StringRef name = "");

  /// Takes the bytes over.
  static Constant get(mlir::RankedTensorType type, std::vector<char> bytes, llvm::StringRef name = "");
  static Constant getIntegers(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> values, llvm::StringRef name = "");
  static Constant getFloats(mlir::RankedTensorType type, llvm::ArrayRef<double> values, llvm::StringRef name = "");

  explicit operator bool() const { return static_cast<bool>(type); }
  mlir::RankedTensorType getType() const { return type; }
  llvm::StringRef getName() const { return name; }
  void setName(llvm::StringRef newName) { name = newName.str(); }

  bool isSplat() const { return splat; }
  /// All bytes: those of a single element for a splat.
  llvm::ArrayRef<char> getBytes() const { return bytes; }
  /// The bytes of element `index` in row-major order.
  llvm::ArrayRef<char> getElement(int64_t index) const;
  /// Element `index` as an attribute of the element type.
  mlir::TypedAttr getElementAttr(int64_t index) const;

  /// All elements, integers and booleans widened (zero-extended when `isUnsigned`). The element type must be an integer.
  llvm::SmallVector<int64_t> getIntegers(bool isUnsigned = false) const;
  /// All elements of a float constant; exact for every float type up to f64.
  llvm::SmallVector<double> getFloats() const;

  /// The same bytes with another shape of as many elements.
  Constant reshape(llvm::ArrayRef<int64_t> shape) const;

  /// The value of an `arith.constant`: `dense<…>` up to 64 bytes and for splats, else `dense_resource<name>` on the same
  /// bytes.
  mlir::ElementsAttr toAttribute() const;

private:
  mlir::RankedTensorType type;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<const void> owner;
  std::string name;
  bool splat = false;
};

/// Bytes that one element takes in a Constant; 1 for i1.
int64_t getElementSizeInBytes(mlir::Type elementType);

/// The bytes of a scalar attribute, as a Constant holds them.
void appendElement(mlir::Attribute element, std::vector<char> &bytes);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_CONSTANT_H
