//===- TensorReader.h - tensors of an ONNX file ------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_TENSORREADER_H
#define NIBBLE_LIB_IMPORT_ONNX_TENSORREADER_H

#include "Constant.h"
#include "OnnxProto.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/ADT/StringMap.h"

namespace nibble::onnx_import {

/// An element type of ONNX. Tensors are signless in MLIR, so the sign of integers is kept beside their type, and so is the
/// codec of small integers and floats (Tensor::codec).
struct ElementType {
  mlir::Type type;
  bool isUnsigned = false;
  llvm::StringRef codec = "";

  bool operator==(const ElementType &other) const {
    return type == other.type && isUnsigned == other.isUnsigned && codec == other.codec;
  }
};

/// `dataType` is a TensorProto::DataType; the error names a type that is not supported.
llvm::Expected<ElementType> getElementType(int32_t dataType, mlir::MLIRContext *context);

/// How messages call an element type: "uint8", "float16", "float8e4m3fn".
std::string getElementName(ElementType element);

/// The static type of that shape, or an error when a size is negative or the tensor has more than 2^40 elements.
llvm::Expected<mlir::RankedTensorType> getTensorType(llvm::ArrayRef<int64_t> shape, mlir::Type elementType);

/// A constant and what its elements are.
struct ReadTensor {
  Constant constant;
  ElementType element;
};

/// Reads TensorProtos. External data is mapped from files in the model's folder, each once.
class TensorReader {
public:
  /// `folder` is where the model file lies; external data is refused when it is empty.
  TensorReader(mlir::MLIRContext *context, llvm::StringRef folder) : context(context), folder(folder.str()) {}

  /// Takes the bytes out of `tensor` where they are raw. Errors do not name the tensor.
  llvm::Expected<ReadTensor> read(onnx::TensorProto &tensor);

private:
  /// The elements as they are in the file, which are to be of that type.
  llvm::Expected<Constant> readBytes(onnx::TensorProto &tensor, mlir::RankedTensorType type);
  llvm::Expected<Constant> readExternal(const onnx::TensorProto &tensor, mlir::RankedTensorType type);
  llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> openExternal(llvm::StringRef location);

  mlir::MLIRContext *context;
  std::string folder;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
};

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_TENSORREADER_H
