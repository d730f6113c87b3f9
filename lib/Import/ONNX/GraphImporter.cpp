//===- GraphImporter.cpp - a graph of an ONNX file to the body of a function -------------------------===//

#include "GraphImporter.h"
#include "Elementwise.h"
#include "GraphOrder.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble::onnx_import;

std::string nibble::onnx_import::describe(const onnx::NodeProto &node) {
  std::string name = !node.name().empty() || node.output_size() == 0 ? node.name() : node.output(0);
  std::string domain = node.domain().empty() || node.domain() == "ai.onnx" ? "" : node.domain() + ".";
  return "node '" + name + "' (" + domain + node.op_type() + ")";
}

void GraphImporter::define(StringRef name, const Tensor &tensor) {
  if (!scopes.back().try_emplace(name, tensor).second)
    addProblem("value '" + name + "' is defined twice");
}

std::optional<Tensor> GraphImporter::lookup(StringRef name) const {
  for (const Scope &scope : llvm::reverse(scopes))
    if (auto it = scope.find(name); it != scope.end())
      return it->second;
  return std::nullopt;
}

int64_t GraphImporter::getOpset(StringRef domain) const {
  return opsets.lookup(domain == "ai.onnx" ? "" : domain);
}

Tensor GraphImporter::makeInitializer(StringRef name, const ReadTensor &read) {
  Tensor tensor = makeTensor(read.constant, read.element);
  bool isWeight = isFloat(tensor) && tensor.getRank() > 0 && tensor.codec.empty();
  if (!isWeight || !options.keepsWeight || !options.keepsWeight(name))
    return tensor;
  Location loc = NameLoc::get(builder.getStringAttr(name));
  return Tensor(arith::ConstantOp::create(builder, loc, read.constant.toAttribute()).getResult());
}

void GraphImporter::importInitializers(onnx::GraphProto &graph) {
  for (onnx::TensorProto &tensor : *graph.mutable_initializer()) {
    std::string name = tensor.name();
    auto read = reader.read(tensor);
    if (!read)
      addProblem("initializer '" + name + "': " + llvm::toString(read.takeError()));
    define(name, read ? makeInitializer(name, *read) : Tensor());
  }
  if (graph.sparse_initializer_size() != 0)
    addProblem("sparse initializers are not supported");
}

SmallVector<Tensor> GraphImporter::import(onnx::GraphProto &graph) {
  importInitializers(graph);
  auto order = orderNodes(graph);
  if (order) {
    for (int index : *order)
      importNode(*graph.mutable_node(index));
  } else {
    addProblem(llvm::toString(order.takeError()));
  }
  SmallVector<Tensor> outputs;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    std::optional<Tensor> tensor = lookup(output.name());
    if (!tensor)
      addProblem("output '" + output.name() + "' is not defined");
    outputs.push_back(tensor.value_or(Tensor()));
  }
  return outputs;
}

Value GraphImporter::materialize(const Tensor &tensor, Location loc) {
  if (!tensor || tensor.value)
    return tensor.value;
  return pool.materialize(tensor.constant, loc);
}

llvm::Expected<Tensor> GraphImporter::readTensor(const onnx::TensorProto &tensor) {
  onnx::TensorProto copy = tensor;
  auto read = reader.read(copy);
  if (!read)
    return read.takeError();
  return makeTensor(read->constant, read->element);
}

SmallVector<Tensor> GraphImporter::importSubgraph(const onnx::GraphProto &graph, ArrayRef<Tensor> inputs) {
  onnx::GraphProto copy = graph;
  scopes.emplace_back();
  for (auto [port, tensor] : llvm::zip_equal(graph.input(), inputs))
    define(port.name(), tensor);
  SmallVector<Tensor> outputs = import(copy);
  scopes.pop_back();
  return outputs;
}

void GraphImporter::importWith(const Operator &op, Node &node) {
  for (size_t index = 0; index < op.minInputs; ++index)
    if (!node.hasInput(index))
      (void)node.error("expected at least " + Twine(op.minInputs) + " inputs, input " + Twine(index) + " is missing");
  for (const Tensor &input : node.getInputs())
    if (input && !input.codec.empty() && !takesSmallElements(op))
      (void)node.error("its inputs cannot be of element type " + getElementName(getElementType(input)));
  if (node.getOpset() < op.sinceVersion)
    (void)node.error("version " + Twine(node.getOpset()) + " of the operator set is older than " +
                     Twine(op.sinceVersion) + ", the oldest that is supported");
  if (node.failed())
    return;
  if (failed(op.import(node)))
    (void)node.error("it cannot be imported");
  for (size_t index = 0; index < node.getNumOutputs(); ++index)
    if (node.hasOutput(index) && !node.getResults()[index])
      (void)node.error("its output " + Twine(index) + " is not supported");
}

void GraphImporter::importNode(const onnx::NodeProto &proto) {
  bool isBlocked = false;
  SmallVector<Tensor> inputs;
  for (const std::string &name : proto.input()) {
    std::optional<Tensor> input = name.empty() ? Tensor() : lookup(name);
    if (!input)
      addProblem(describe(proto) + ": input '" + name + "' is not defined");
    inputs.push_back(input.value_or(Tensor()));
    isBlocked |= !name.empty() && !inputs.back();
  }
  // Said also when inputs could not be computed: the list of what is missing is complete.
  const Operator *op = findOperator(proto.domain(), proto.op_type());
  if (!op)
    addProblem(describe(proto) + ": operator is not supported");

  StringRef name = proto.name().empty() && proto.output_size() != 0 ? proto.output(0) : proto.name();
  Node node(builder, NameLoc::get(builder.getStringAttr(name)), proto, getOpset(proto.domain()), inputs, *this);
  bool isImported = op && !isBlocked;
  if (isImported) {
    importWith(*op, node);
    isImported = !node.failed();
    if (!isImported)
      addProblem(describe(proto) + ": " + *node.getProblem());
  }
  for (auto [index, output] : llvm::enumerate(proto.output()))
    if (!output.empty())
      define(output, isImported ? node.getResults()[index] : Tensor());
}
