//===- Model.cpp - the interface of a model: inputs, outputs, dimensions -----------------------------===//

#include "Model.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::onnx_import;

/// The name by which a dimension without a fixed size is bound.
static std::string getSymbol(const onnx::ValueInfoProto &value, int axis) {
  const auto &dim = value.type().tensor_type().shape().dim(axis);
  return dim.dim_param().empty() ? value.name() + ":" + std::to_string(axis) : dim.dim_param();
}

std::optional<int64_t> DimBinder::bind(StringRef symbol, bool isLeading) {
  if (!llvm::is_contained(symbols, symbol))
    symbols.push_back(symbol.str());
  auto bound = options.dims.find(symbol);
  if (bound != options.dims.end() && !isLeading)
    return bound->second;
  if (auto batch = batchSymbols.find(symbol); batch != batchSymbols.end())
    return batch->second;
  if (!isLeading)
    return std::nullopt;
  // Whatever the model calls it, a leading dimension is also the batch.
  if (bound == options.dims.end())
    bound = options.dims.find("batch");
  return batchSymbols[symbol] = bound != options.dims.end() ? bound->second : 1;
}

std::optional<Port> DimBinder::bindInput(const onnx::ValueInfoProto &input, MLIRContext *context,
                                         std::vector<std::string> &problems) {
  std::string where = "input '" + input.name() + "': ";
  if (!input.type().has_tensor_type()) {
    problems.push_back(where + "only tensors are supported");
    return std::nullopt;
  }
  const auto &tensorType = input.type().tensor_type();
  auto element = getElementType(tensorType.elem_type(), context);
  if (!element) {
    problems.push_back(where + llvm::toString(element.takeError()));
    return std::nullopt;
  }
  if (!tensorType.has_shape()) {
    problems.push_back(where + "it has no shape");
    return std::nullopt;
  }

  Port port{input.name(), {}, *element, {}};
  SmallVector<int64_t> shape;
  for (int axis = 0; axis < tensorType.shape().dim_size(); ++axis) {
    if (tensorType.shape().dim(axis).has_dim_value()) {
      shape.push_back(tensorType.shape().dim(axis).dim_value());
      continue;
    }
    std::string symbol = getSymbol(input, axis);
    std::optional<int64_t> size = bind(symbol, axis == 0);
    if (!size)
      problems.push_back(where + "dimension " + std::to_string(axis) + " has no fixed size: give it with --dim " +
                         symbol + "=SIZE");
    if (batchSymbols.contains(symbol) && !port.batchAxis)
      port.batchAxis = axis;
    shape.push_back(size.value_or(1));
  }
  auto type = getTensorType(shape, element->type);
  if (!type) {
    problems.push_back(where + llvm::toString(type.takeError()));
    return std::nullopt;
  }
  port.type = *type;
  return port;
}

SmallVector<Port> DimBinder::bindInputs(const onnx::GraphProto &graph, MLIRContext *context,
                                        std::vector<std::string> &problems) {
  // Before version 4 of the file format every initializer is an input as well.
  llvm::StringSet<> initializers;
  for (const onnx::TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());
  // Leading dimensions first: which symbols are the batch does not depend on the order of the inputs.
  for (const onnx::ValueInfoProto &input : graph.input()) {
    const auto &shape = input.type().tensor_type().shape();
    if (!initializers.contains(input.name()) && shape.dim_size() != 0 && !shape.dim(0).has_dim_value())
      (void)bind(getSymbol(input, 0), /*isLeading=*/true);
  }
  SmallVector<Port> ports;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!initializers.contains(input.name()))
      if (std::optional<Port> port = bindInput(input, context, problems))
        ports.push_back(*port);
  return ports;
}

std::optional<int64_t> DimBinder::findBatchAxis(const onnx::ValueInfoProto &output, RankedTensorType type) const {
  const auto &shape = output.type().tensor_type().shape();
  if (batchSymbols.empty() || shape.dim_size() != type.getRank())
    return std::nullopt;
  for (int axis = 0; axis < shape.dim_size(); ++axis)
    if (batchSymbols.contains(shape.dim(axis).dim_param()))
      return axis;
  if (shape.dim_size() != 0 && !shape.dim(0).has_dim_value() &&
      llvm::any_of(batchSymbols, [&](const auto &batch) { return batch.second == type.getDimSize(0); }))
    return 0;
  return std::nullopt;
}

void DimBinder::checkAllUsed(std::vector<std::string> &problems) const {
  for (const auto &binding : options.dims)
    if (!llvm::is_contained(symbols, binding.first()) && !(binding.first() == "batch" && !batchSymbols.empty()))
      problems.push_back("--dim " + binding.first().str() + ": no input has a dimension of that name" +
                         (symbols.empty() ? "; all sizes are fixed" : " (they are: " + llvm::join(symbols, ", ") + ")"));
}
