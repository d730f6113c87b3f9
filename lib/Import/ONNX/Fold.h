//===- Fold.h - computing with constants while importing ---------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_FOLD_H
#define NIBBLE_LIB_IMPORT_ONNX_FOLD_H

#include "Emit.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace nibble::onnx_import {

/// Whether elements of `inputs` may be moved to a result of `type` at import: they are constants, and the result is small
/// or not larger than they are together.
bool canFoldMove(llvm::ArrayRef<Tensor> inputs, mlir::RankedTensorType type);
/// Whether a result of `type` may be calculated of `inputs` at import: they are constants, and both are small.
bool canFoldArithmetic(llvm::ArrayRef<Tensor> inputs, mlir::RankedTensorType type);

/// The result whose element at an index is the element of `input` at the linear index `source(index)`.
Constant foldMove(const Constant &input, mlir::RankedTensorType type,
                  llvm::function_ref<int64_t(llvm::ArrayRef<int64_t>)> source);

/// Calls `visit` for each index of a shape in row-major order.
void forEachIndex(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit);
/// The row-major position of an index.
int64_t linearize(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> index);

/// A scalar body that is evaluated by the folders of its ops, so that it has one definition only.
class ScalarProgram {
public:
  ScalarProgram(mlir::Location loc, mlir::TypeRange inputTypes, Body body);
  /// The result for these inputs, or null when an op does not fold.
  mlir::TypedAttr run(llvm::ArrayRef<mlir::Attribute> inputs);

private:
  mlir::OwningOpRef<mlir::ModuleOp> owner;
  mlir::Block *block;
  mlir::Value result;
};

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_FOLD_H
