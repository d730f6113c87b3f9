//===- GraphOrder.cpp - in which order nodes are imported --------------------------------------------===//

#include "GraphOrder.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <queue>

using namespace nibble::onnx_import;
using llvm::SmallVector;
using llvm::StringRef;

/// Names that a subgraph reads and does not define. The nesting is bounded by protobuf's limit on recursion.
static void forEachCapture(const onnx::GraphProto &graph, llvm::function_ref<void(StringRef)> visit) {
  llvm::StringSet<> own;
  for (const auto &input : graph.input())
    own.insert(input.name());
  for (const auto &initializer : graph.initializer())
    own.insert(initializer.name());
  for (const auto &node : graph.node())
    for (const auto &name : node.output())
      own.insert(name);
  auto visitOuter = [&](StringRef name) {
    if (!own.contains(name))
      visit(name);
  };
  for (const auto &node : graph.node())
    forEachRead(node, visitOuter);
  for (const auto &output : graph.output())
    visitOuter(output.name());
}

void nibble::onnx_import::forEachRead(const onnx::NodeProto &node, llvm::function_ref<void(StringRef)> visit) {
  for (const std::string &name : node.input())
    visit(name);
  for (const onnx::AttributeProto &attribute : node.attribute())
    if (attribute.has_g())
      forEachCapture(attribute.g(), visit);
}

namespace {
/// The graph as indices: who defines a name, and which nodes read what a node defines.
struct Dependences {
  llvm::StringMap<int> definedBy;
  std::vector<SmallVector<int>> readers;
  std::vector<int> numReads;
};
} // namespace

static std::string nameOf(const onnx::NodeProto &node) {
  if (!node.name().empty() || node.output_size() == 0)
    return node.name();
  return node.output(0);
}

static llvm::Expected<Dependences> collect(const onnx::GraphProto &graph) {
  Dependences result;
  for (int index = 0; index < graph.node_size(); ++index)
    for (const std::string &name : graph.node(index).output())
      if (!name.empty() && !result.definedBy.try_emplace(name, index).second)
        return llvm::createStringError("value '%s' is defined twice, by node '%s' and node '%s'", name.c_str(),
                                       nameOf(graph.node(result.definedBy[name])).c_str(),
                                       nameOf(graph.node(index)).c_str());
  result.readers.resize(graph.node_size());
  result.numReads.resize(graph.node_size());
  for (int index = 0; index < graph.node_size(); ++index)
    forEachRead(graph.node(index), [&](StringRef name) {
      auto it = result.definedBy.find(name);
      if (name.empty() || it == result.definedBy.end())
        return;
      result.readers[it->second].push_back(index);
      ++result.numReads[index];
    });
  return result;
}

/// Nodes that the outputs need, found backwards.
static llvm::BitVector findNeeded(const onnx::GraphProto &graph, const Dependences &dependences) {
  llvm::BitVector needed(graph.node_size());
  SmallVector<int> work;
  auto need = [&](StringRef name) {
    auto it = dependences.definedBy.find(name);
    if (it == dependences.definedBy.end() || needed.test(it->second))
      return;
    needed.set(it->second);
    work.push_back(it->second);
  };
  for (const auto &output : graph.output())
    need(output.name());
  while (!work.empty())
    forEachRead(graph.node(work.pop_back_val()), need);
  return needed;
}

llvm::Expected<SmallVector<int>> nibble::onnx_import::orderNodes(const onnx::GraphProto &graph) {
  auto dependences = collect(graph);
  if (!dependences)
    return dependences.takeError();
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int index = 0; index < graph.node_size(); ++index)
    if (dependences->numReads[index] == 0)
      ready.push(index);

  llvm::BitVector needed = findNeeded(graph, *dependences);
  SmallVector<int> order;
  int numVisited = 0;
  for (; !ready.empty(); ++numVisited) {
    int index = ready.top();
    ready.pop();
    if (needed.test(index))
      order.push_back(index);
    for (int reader : dependences->readers[index])
      if (--dependences->numReads[reader] == 0)
        ready.push(reader);
  }
  if (numVisited == graph.node_size())
    return order;
  std::string names;
  for (int index = 0; index < graph.node_size(); ++index)
    if (dependences->numReads[index] > 0)
      names += (names.empty() ? "'" : ", '") + nameOf(graph.node(index)) + "'";
  return llvm::createStringError("nodes wait for each other in a cycle: %s", names.c_str());
}
