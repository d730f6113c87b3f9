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

/// An element type of ONNX. Tensors are signless in MLIR, so the sign of integers is kept beside their type.
struct ElementType {
  mlir::Type type;
  bool isUnsigned = false;
};

/// `dataType` is a TensorProto::DataType; the error names a type that is not supported.
llvm::Expected<ElementType> getElementType(int32_t dataType, mlir::MLIRContext *context);

/// The static type of that shape, or an error when a size is negative or the tensor has more than 2^40 elements.
llvm::Expected<mlir::RankedTensorType> getTensorType(llvm::ArrayRef<int64_t> shape, mlir::Type elementType);

/// A constant and whether its integers are unsigned.
struct ReadTensor {
  Constant constant;
  bool isUnsigned = false;
};

/// Reads TensorProtos. External data is mapped from files in the model's folder, each once.
class TensorReader {
public:
  /// `folder` is where the model file lies; external data is refused when it is empty.
  TensorReader(mlir::MLIRContext *context, llvm::StringRef folder) : context(context), folder(folder.str()) {}

  /// Takes the bytes out of `tensor` where they are raw. Errors do not name the tensor.
  llvm::Expected<ReadTensor> read(onnx::TensorProto &tensor);

private:
  llvm::Expected<Constant> readExternal(const onnx::TensorProto &tensor, mlir::RankedTensorType type);
  llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> openExternal(llvm::StringRef location);

  mlir::MLIRContext *context;
  std::string folder;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
};

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_TENSORREADER_H
