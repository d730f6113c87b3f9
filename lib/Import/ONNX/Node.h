//===- Node.h - what the importer of one operator sees -----------------------------------------------===//
//
// An operator's import function (Operators.def) reads inputs and attributes of its Node, builds ops with it and sets its
// results. The first problem is recorded by `error`; from then on tensors may be null, and every function of Emit.h
// gives a null tensor for a null one, so that only code which builds ops itself has to look at `failed()`.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_NODE_H
#define NIBBLE_LIB_IMPORT_ONNX_NODE_H

#include "Constant.h"
#include "OnnxProto.h"
#include "nibble/Import/Problems.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace nibble::onnx_import {

using nibble::formatShape;

/// A tensor of the graph: an SSA value, or a constant that becomes one when an op needs it.
struct Tensor {
  mlir::RankedTensorType type;
  mlir::Value value;
  Constant constant;
  /// Integers are signless in MLIR; operators choose signed or unsigned ops by this.
  bool isUnsigned = false;
  /// The name in Codecs.def of what elements stand for, where MLIR's type does not say it: each is the code of a small integer
  /// or float, in an i8 of its own. Integers are extended by their sign. Empty for all other tensors.
  llvm::StringRef codec;

  Tensor() = default;
  Tensor(mlir::Value value, bool isUnsigned = false)
      : type(value ? mlir::cast<mlir::RankedTensorType>(value.getType()) : mlir::RankedTensorType()), value(value),
        isUnsigned(isUnsigned) {}
  Tensor(Constant constant, bool isUnsigned = false)
      : type(constant.getType()), constant(std::move(constant)), isUnsigned(isUnsigned) {}

  /// A tensor whose elements stand for the same as this one's: moved ones.
  Tensor with(Tensor moved) const {
    moved.isUnsigned = isUnsigned;
    moved.codec = codec;
    return moved;
  }

  explicit operator bool() const { return static_cast<bool>(type); }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t getRank() const { return type.getRank(); }
  int64_t getSize(int64_t axis) const { return type.getDimSize(axis); }
  mlir::Type getElementType() const { return type.getElementType(); }
};

/// Makes each constant one op at the top of the function, in order of first use.
class ConstantPool {
public:
  explicit ConstantPool(mlir::Block *block) : block(block) {}
  mlir::Value materialize(const Constant &constant, mlir::Location fallback);

private:
  mlir::Block *block;
  mlir::Operation *last = nullptr;
  llvm::DenseMap<std::pair<const void *, mlir::Type>, mlir::Value> values;
  llvm::DenseMap<mlir::Attribute, mlir::Value> inlined;
  std::vector<Constant> owners;
};

/// What a node asks of the graph around it.
class GraphServices {
public:
  virtual ~GraphServices() = default;
  virtual mlir::Value materialize(const Tensor &tensor, mlir::Location loc) = 0;
  virtual llvm::Expected<Tensor> readTensor(const onnx::TensorProto &tensor) = 0;
  /// The outputs of a subgraph for as many inputs as it has, whose ops are built in place; null tensors where it has problems,
  /// which are reported.
  virtual llvm::SmallVector<Tensor> importSubgraph(const onnx::GraphProto &graph, llvm::ArrayRef<Tensor> inputs) = 0;
};

class Node : public mlir::ImplicitLocOpBuilder {
public:
  /// Absent optional inputs are null tensors.
  Node(const mlir::OpBuilder &builder, mlir::Location loc, const onnx::NodeProto &proto, int64_t opset,
       llvm::ArrayRef<Tensor> inputs, GraphServices &graph);

  /// The version of the operator's domain that the model imports.
  int64_t getOpset() const { return opset; }
  const onnx::NodeProto &getProto() const { return proto; }
  /// The node's name; its first output's when it has none.
  llvm::StringRef getName() const;

  // Inputs and results.
  size_t getNumInputs() const { return inputs.size(); }
  bool hasInput(size_t index) const { return index < inputs.size() && inputs[index]; }
  /// A null tensor when the input is absent.
  const Tensor &getInput(size_t index) const;
  llvm::ArrayRef<Tensor> getInputs() const { return inputs; }
  size_t getNumOutputs() const { return proto.output_size(); }
  bool hasOutput(size_t index) const;
  /// The elements of an input that must be known while importing; an error that calls it `what` otherwise.
  llvm::SmallVector<int64_t> getConstantIntegers(size_t index, llvm::StringRef what);
  /// The value of a one-element input that must be known while importing, or the default when the input is absent.
  double getConstantNumber(size_t index, llvm::StringRef what, double defaultValue);

  /// The SSA value of a tensor, made of a constant where needed. Null for a null tensor.
  mlir::Value materialize(const Tensor &tensor) { return graph.materialize(tensor, getLoc()); }
  GraphServices &getGraph() { return graph; }

  mlir::LogicalResult setResult(size_t index, const Tensor &tensor);
  mlir::LogicalResult setResult(const Tensor &tensor) { return setResult(0, tensor); }
  llvm::ArrayRef<Tensor> getResults() const { return results; }

  // Attributes; one of another kind than asked for is an error.
  bool hasAttribute(llvm::StringRef name) const { return findAttribute(name); }
  const onnx::AttributeProto *findAttribute(llvm::StringRef name) const;
  int64_t getInteger(llvm::StringRef name, int64_t defaultValue);
  double getFloat(llvm::StringRef name, double defaultValue);
  std::string getString(llvm::StringRef name, llvm::StringRef defaultValue);
  llvm::SmallVector<int64_t> getIntegers(llvm::StringRef name);
  /// `axis` with negative values counted from the end; an error unless within the rank.
  int64_t normalizeAxis(int64_t axis, int64_t rank);
  /// The same for several axes, which must be distinct.
  llvm::SmallVector<int64_t> normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  /// A type with that shape; null and an error when it is not a possible shape.
  mlir::RankedTensorType getTensorType(llvm::ArrayRef<int64_t> shape, mlir::Type elementType);

  /// Records the first problem. Returns failure.
  mlir::LogicalResult error(const llvm::Twine &message);
  bool failed() const { return problem.has_value(); }
  const std::optional<std::string> &getProblem() const { return problem; }

private:
  const onnx::NodeProto &proto;
  int64_t opset;
  llvm::SmallVector<Tensor> inputs, results;
  GraphServices &graph;
  std::optional<std::string> problem;
};

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_NODE_H
