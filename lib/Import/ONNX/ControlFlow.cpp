//===- ControlFlow.cpp - If, Loop, Scan --------------------------------------------------------------===//
//
// Control flow is decided while importing: conditions and trip counts must be known, and bodies are imported in place, as
// often as they run.
//
//===----------------------------------------------------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// Bodies are imported at most this often, because each time makes ops.
static constexpr int64_t maxIterations = 1 << 12;

/// The attribute of a subgraph; null and an error when it is missing.
static const onnx::GraphProto *getGraph(Node &node, StringRef name) {
  const onnx::AttributeProto *attribute = node.findAttribute(name);
  if (attribute && attribute->has_g())
    return &attribute->g();
  (void)node.error("expected a graph as attribute '" + name + "'");
  return nullptr;
}

/// Imports a body; empty and an error when numbers of inputs or outputs do not fit.
static SmallVector<Tensor> importBody(Node &node, const onnx::GraphProto &body, ArrayRef<Tensor> inputs,
                                      size_t numOutputs) {
  if (static_cast<size_t>(body.input_size()) != inputs.size() || static_cast<size_t>(body.output_size()) != numOutputs) {
    (void)node.error("expected a body of " + Twine(inputs.size()) + " inputs and " + Twine(numOutputs) +
                     " outputs, got " + Twine(body.input_size()) + " and " + Twine(body.output_size()));
    return {};
  }
  return node.getGraph().importSubgraph(body, inputs);
}

/// A condition that is known.
static std::optional<bool> readCondition(Node &node, const Tensor &condition) {
  if (condition && condition.constant && condition.getElementType().isInteger(1) &&
      condition.type.getNumElements() == 1)
    return condition.constant.getIntegers().front() != 0;
  (void)node.error("expected a condition known at compile time");
  return std::nullopt;
}

LogicalResult nibble::onnx_import::importIf(Node &node) {
  auto condition = readCondition(node, node.getInput(0));
  if (!condition)
    return failure();
  const onnx::GraphProto *branch = getGraph(node, *condition ? "then_branch" : "else_branch");
  if (!branch)
    return failure();
  SmallVector<Tensor> results = importBody(node, *branch, {}, node.getNumOutputs());
  for (auto [index, result] : llvm::enumerate(results))
    if (failed(node.setResult(index, result)))
      return failure();
  return failure(node.failed());
}

/// One result of every iteration, side by side along a new axis.
static Tensor stack(Node &node, ArrayRef<Tensor> parts, int64_t axis) {
  if (parts.empty()) {
    (void)node.error("expected at least one iteration, on which the shape of the result depends");
    return {};
  }
  SmallVector<Tensor> slices;
  for (const Tensor &part : parts) {
    if (!part || part.type != parts.front().type) {
      (void)node.error("expected results of one shape from all iterations");
      return {};
    }
    SmallVector<int64_t> shape(part.getShape());
    shape.insert(shape.begin() + axis, 1);
    slices.push_back(reshape(node, part, shape));
  }
  return concat(node, slices, axis);
}

LogicalResult nibble::onnx_import::importLoop(Node &node) {
  const onnx::GraphProto *body = getGraph(node, "body");
  auto limit = static_cast<int64_t>(node.getConstantNumber(0, "trip count", static_cast<double>(maxIterations) + 1));
  Tensor condition = node.getInput(1);
  if (!body || node.failed())
    return failure();
  if (!condition)
    condition = splat(node, {}, node.getBoolAttr(true));
  size_t numCarried = node.getNumInputs() < 2 ? 0 : node.getNumInputs() - 2;
  SmallVector<Tensor> carried(node.getInputs().take_back(numCarried));
  size_t numStacked = node.getNumOutputs() < numCarried ? 0 : node.getNumOutputs() - numCarried;
  SmallVector<SmallVector<Tensor>> stacked(numStacked);
  for (int64_t iteration = 0; iteration < limit; ++iteration) {
    auto continues = readCondition(node, condition);
    if (!continues)
      return failure();
    if (!*continues)
      break;
    if (iteration == maxIterations)
      return node.error("expected at most " + Twine(maxIterations) + " iterations");
    Tensor number = Constant::getIntegers(RankedTensorType::get({}, node.getI64Type()), iteration, node.getName());
    SmallVector<Tensor> inputs = {number, condition};
    llvm::append_range(inputs, carried);
    SmallVector<Tensor> outputs = importBody(node, *body, inputs, 1 + numCarried + numStacked);
    if (node.failed() || !llvm::all_of(outputs, [](const Tensor &output) { return static_cast<bool>(output); }))
      return node.error("its body cannot be imported");
    condition = outputs.front();
    carried.assign(outputs.begin() + 1, outputs.begin() + 1 + numCarried);
    for (auto [list, part] : llvm::zip_equal(stacked, ArrayRef(outputs).drop_front(1 + numCarried)))
      list.push_back(part);
  }
  for (auto [index, tensor] : llvm::enumerate(carried))
    if (failed(node.setResult(index, tensor)))
      return failure();
  for (auto [index, parts] : llvm::enumerate(stacked))
    if (failed(node.setResult(numCarried + index, stack(node, parts, 0))))
      return failure();
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------------------------------===//

namespace {
/// An input that is cut into slices, or an output that is made of slices.
struct Scanned {
  int64_t axis;
  bool isBackward;
};
} // namespace

/// Axes and directions of `ranks.size()` tensors; absent attributes mean axis 0, forward.
static SmallVector<Scanned> readScanned(Node &node, StringRef kind, ArrayRef<int64_t> ranks) {
  SmallVector<int64_t> axes = node.getIntegers(("scan_" + kind + "_axes").str());
  SmallVector<int64_t> directions = node.getIntegers(("scan_" + kind + "_directions").str());
  axes.resize(std::max(axes.size(), ranks.size()), 0);
  directions.resize(std::max(directions.size(), ranks.size()), 0);
  SmallVector<Scanned> scanned;
  for (auto [index, rank] : llvm::enumerate(ranks))
    scanned.push_back({node.normalizeAxis(axes[index], rank), directions[index] != 0});
  return scanned;
}

LogicalResult nibble::onnx_import::importScan(Node &node) {
  const onnx::GraphProto *body = getGraph(node, "body");
  auto numInputs = static_cast<int64_t>(node.getNumInputs());
  int64_t numScanned = node.getInteger("num_scan_inputs", 0), numStates = numInputs - numScanned;
  if (!body || node.failed())
    return failure();
  if (numScanned < 1 || numStates < 0 || static_cast<int64_t>(node.getNumOutputs()) < numStates)
    return node.error("expected from 1 to " + Twine(numInputs) + " scanned inputs, got " + Twine(numScanned));
  SmallVector<Tensor> states(node.getInputs().take_front(numStates));
  ArrayRef<Tensor> scannedInputs = node.getInputs().drop_front(numStates);
  SmallVector<Scanned> inputs = readScanned(
      node, "input", llvm::map_to_vector(scannedInputs, [](const Tensor &input) { return input.getRank(); }));
  if (node.failed())
    return failure();
  int64_t count = scannedInputs.front().getSize(inputs.front().axis);
  for (auto [input, scanned] : llvm::zip_equal(scannedInputs, inputs))
    if (input.getSize(scanned.axis) != count || count < 1 || count > maxIterations)
      return node.error("expected scanned inputs of equally many slices, from 1 to " + Twine(maxIterations) + ", got " +
                        Twine(input.getSize(scanned.axis)));
  SmallVector<SmallVector<Tensor>> stacked(node.getNumOutputs() - numStates);
  for (int64_t iteration = 0; iteration < count; ++iteration) {
    SmallVector<Tensor> arguments(states);
    for (auto [input, scanned] : llvm::zip_equal(scannedInputs, inputs)) {
      SmallVector<int64_t> shape(input.getShape());
      shape.erase(shape.begin() + scanned.axis);
      int64_t position = scanned.isBackward ? count - 1 - iteration : iteration;
      arguments.push_back(reshape(node, take(node, input, scanned.axis, position), shape));
    }
    SmallVector<Tensor> outputs = importBody(node, *body, arguments, node.getNumOutputs());
    if (node.failed() || !llvm::all_of(outputs, [](const Tensor &output) { return static_cast<bool>(output); }))
      return node.error("its body cannot be imported");
    states.assign(outputs.begin(), outputs.begin() + numStates);
    for (auto [list, part] : llvm::zip_equal(stacked, ArrayRef(outputs).drop_front(numStates)))
      list.push_back(part);
  }
  SmallVector<Scanned> results = readScanned(node, "output", llvm::map_to_vector(stacked, [](ArrayRef<Tensor> parts) {
    return parts.front().getRank() + 1;
  }));
  for (auto [index, tensor] : llvm::enumerate(states))
    if (failed(node.setResult(index, tensor)))
      return failure();
  for (auto [index, parts] : llvm::enumerate(stacked)) {
    if (results[index].isBackward)
      std::reverse(parts.begin(), parts.end());
    if (failed(node.setResult(numStates + index, stack(node, parts, results[index].axis))))
      return failure();
  }
  return success();
}
