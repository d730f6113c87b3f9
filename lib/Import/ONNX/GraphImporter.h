//===- GraphImporter.h - a graph of an ONNX file to the body of a function ---------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_GRAPHIMPORTER_H
#define NIBBLE_LIB_IMPORT_ONNX_GRAPHIMPORTER_H

#include "Node.h"
#include "TensorReader.h"
#include "nibble/Import/Importer.h"

namespace nibble::onnx_import {

struct Operator;

/// Imports nodes into one block. A node that cannot be imported is written down, and so are those that follow as far as
/// they do not depend on it: one run finds all independent problems.
class GraphImporter : private GraphServices {
public:
  /// `options` outlives the importer.
  GraphImporter(mlir::Block *block, llvm::StringMap<int64_t> opsets, llvm::StringRef folder, const ImportOptions &options)
      : builder(mlir::OpBuilder::atBlockEnd(block)), opsets(std::move(opsets)), options(options),
        reader(builder.getContext(), folder), pool(block) {}

  /// Gives a name of the outermost graph its tensor; reports a name that has one already.
  void define(llvm::StringRef name, const Tensor &tensor);

  /// Initializers, then nodes. Takes the bytes of the initializers out of `graph`. Returns one tensor for each output,
  /// null where a problem stands in the way.
  llvm::SmallVector<Tensor> import(onnx::GraphProto &graph);

  mlir::Value materialize(const Tensor &tensor, mlir::Location loc) override;
  void addProblem(const llvm::Twine &problem) { problems.push_back(problem.str()); }
  /// What was found, one line each.
  llvm::ArrayRef<std::string> getProblems() const { return problems; }

private:
  using Scope = llvm::StringMap<Tensor>;

  llvm::Expected<Tensor> readTensor(const onnx::TensorProto &tensor) override;
  llvm::SmallVector<Tensor> importSubgraph(const onnx::GraphProto &graph, llvm::ArrayRef<Tensor> inputs) override;

  void importInitializers(onnx::GraphProto &graph);
  /// An initializer as a value: a constant of the module where its name and type are to be seen in it.
  Tensor makeInitializer(llvm::StringRef name, const ReadTensor &read);
  void importNode(const onnx::NodeProto &node);
  void importWith(const Operator &op, Node &node);
  std::optional<Tensor> lookup(llvm::StringRef name) const;
  int64_t getOpset(llvm::StringRef domain) const;

  mlir::OpBuilder builder;
  llvm::StringMap<int64_t> opsets;
  const ImportOptions &options;
  TensorReader reader;
  ConstantPool pool;
  /// The graph and the subgraphs around the current node, innermost last. A null tensor stands for a result of a node
  /// that could not be imported.
  llvm::SmallVector<Scope> scopes{Scope()};
  std::vector<std::string> problems;
};

/// "node 'name' (Op)", how messages call a node.
std::string describe(const onnx::NodeProto &node);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_GRAPHIMPORTER_H
