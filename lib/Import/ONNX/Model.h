//===- Model.h - the interface of a model: inputs, outputs, dimensions -------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_MODEL_H
#define NIBBLE_LIB_IMPORT_ONNX_MODEL_H

#include "OnnxProto.h"
#include "TensorReader.h"
#include "nibble/Import/Importer.h"

namespace nibble::onnx_import {

/// An input or output with static sizes.
struct Port {
  std::string name;
  mlir::RankedTensorType type;
  ElementType element;
  /// The dimension that was bound from the batch symbol.
  std::optional<int64_t> batchAxis;
};

/// Gives symbolic dimensions their sizes (ImportOptions::dims).
class DimBinder {
public:
  explicit DimBinder(const ImportOptions &options) : options(options) {}

  /// The inputs of the graph that are not initializers; one error a line of `problems` for what cannot be bound.
  llvm::SmallVector<Port> bindInputs(const onnx::GraphProto &graph, mlir::MLIRContext *context,
                                     std::vector<std::string> &problems);
  /// The batch axis of an output of that type: where its symbol is the batch symbol, else axis 0 when that has no fixed
  /// size in the file and the size of the batch.
  std::optional<int64_t> findBatchAxis(const onnx::ValueInfoProto &output, mlir::RankedTensorType type) const;
  /// Bindings that no dimension asked for.
  void checkAllUsed(std::vector<std::string> &problems) const;

private:
  std::optional<Port> bindInput(const onnx::ValueInfoProto &input, mlir::MLIRContext *context,
                                std::vector<std::string> &problems);
  std::optional<int64_t> bind(llvm::StringRef symbol, bool isLeading);

  const ImportOptions &options;
  llvm::StringMap<int64_t> batchSymbols;
  llvm::SmallVector<std::string> symbols;
};

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_MODEL_H
