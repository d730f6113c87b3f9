//===- Node.cpp - what the importer of one operator sees ---------------------------------------------===//

#include "Node.h"
#include "TensorReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace nibble::onnx_import;

//===----------------------------------------------------------------------------------------------===//
// ConstantPool
//===----------------------------------------------------------------------------------------------===//

Value ConstantPool::materialize(const Constant &constant, Location fallback) {
  // Bytes of the file are recognised by their address, which the pool keeps alive; small constants by their value.
  bool hasBytes = constant.getType().getNumElements() > 0;
  std::pair<const void *, Type> key(hasBytes ? constant.getElement(0).data() : nullptr, constant.getType());
  if (auto it = values.find(key); hasBytes && it != values.end())
    return it->second;
  ElementsAttr attr = constant.toAttribute();
  Value &value = inlined[attr];
  if (!value) {
    OpBuilder builder(fallback.getContext());
    if (last)
      builder.setInsertionPointAfter(last);
    else
      builder.setInsertionPointToStart(block);
    Location loc = constant.getName().empty() ? fallback : NameLoc::get(builder.getStringAttr(constant.getName()));
    last = arith::ConstantOp::create(builder, loc, attr);
    value = last->getResult(0);
  }
  if (hasBytes) {
    values[key] = value;
    owners.push_back(constant);
  }
  return value;
}

//===----------------------------------------------------------------------------------------------===//
// Inputs and results
//===----------------------------------------------------------------------------------------------===//

Node::Node(const OpBuilder &builder, Location loc, const onnx::NodeProto &proto, int64_t opset,
           ArrayRef<Tensor> inputs, GraphServices &graph)
    : ImplicitLocOpBuilder(loc, builder), proto(proto), opset(opset), inputs(inputs), results(proto.output_size()),
      graph(graph) {}

StringRef Node::getName() const {
  if (!proto.name().empty() || proto.output_size() == 0)
    return proto.name();
  return proto.output(0);
}

const Tensor &Node::getInput(size_t index) const {
  static const Tensor absent;
  return index < inputs.size() ? inputs[index] : absent;
}

bool Node::hasOutput(size_t index) const {
  return index < getNumOutputs() && !proto.output(static_cast<int>(index)).empty();
}

SmallVector<int64_t> Node::getConstantIntegers(size_t index, StringRef what) {
  const Tensor &input = getInput(index);
  // Lists of axes, sizes or pads are short; a longer one is no such list.
  constexpr int64_t maxElements = 1 << 16;
  if (!input) {
    (void)error("expected an input for the " + what);
    return {};
  }
  if (!input.constant || !input.getElementType().isInteger() || input.type.getNumElements() > maxElements) {
    (void)error("expected the " + what + " ('" + proto.input(static_cast<int>(index)) +
                "') to be integers known at compile time");
    return {};
  }
  return input.constant.getIntegers(input.isUnsigned);
}

double Node::getConstantNumber(size_t index, StringRef what, double defaultValue) {
  const Tensor &input = getInput(index);
  if (!input)
    return defaultValue;
  if (!input.constant || input.type.getNumElements() != 1) {
    (void)error("expected the " + what + " ('" + proto.input(static_cast<int>(index)) +
                "') to be one number known at compile time");
    return defaultValue;
  }
  if (input.getElementType().isInteger())
    return static_cast<double>(input.constant.getIntegers(input.isUnsigned).front());
  return input.constant.getFloats().front();
}

LogicalResult Node::setResult(size_t index, const Tensor &tensor) {
  if (failed() || !tensor)
    return error("its result cannot be computed");
  if (index < results.size())
    results[index] = tensor;
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------------------------------===//

const onnx::AttributeProto *Node::findAttribute(StringRef name) const {
  for (const onnx::AttributeProto &attribute : proto.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

int64_t Node::getInteger(StringRef name, int64_t defaultValue) {
  const onnx::AttributeProto *attribute = findAttribute(name);
  if (!attribute)
    return defaultValue;
  if (!attribute->has_i())
    (void)error("expected attribute '" + name + "' to be an integer");
  return attribute->i();
}

double Node::getFloat(StringRef name, double defaultValue) {
  const onnx::AttributeProto *attribute = findAttribute(name);
  if (!attribute)
    return static_cast<float>(defaultValue); // attributes are f32, defaults too
  if (!attribute->has_f())
    (void)error("expected attribute '" + name + "' to be a float");
  return attribute->f();
}

std::string Node::getString(StringRef name, StringRef defaultValue) {
  const onnx::AttributeProto *attribute = findAttribute(name);
  if (!attribute)
    return defaultValue.str();
  if (!attribute->has_s())
    (void)error("expected attribute '" + name + "' to be a string");
  return attribute->s();
}

SmallVector<int64_t> Node::getIntegers(StringRef name) {
  const onnx::AttributeProto *attribute = findAttribute(name);
  if (!attribute)
    return {};
  if (attribute->has_i() || attribute->has_f() || attribute->has_s() || attribute->has_t() || attribute->floats_size())
    (void)error("expected attribute '" + name + "' to be a list of integers");
  return SmallVector<int64_t>(attribute->ints().begin(), attribute->ints().end());
}

int64_t Node::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  (void)error("expected an axis within rank " + Twine(rank) + ", got " + Twine(axis));
  return 0;
}

SmallVector<int64_t> Node::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> normalized;
  for (int64_t axis : axes) {
    int64_t position = normalizeAxis(axis, rank);
    if (failed())
      return {};
    if (llvm::is_contained(normalized, position))
      (void)error("axis " + Twine(axis) + " is given twice");
    normalized.push_back(position);
  }
  return normalized;
}

//===----------------------------------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------------------------------===//

RankedTensorType Node::getTensorType(ArrayRef<int64_t> shape, Type elementType) {
  auto type = onnx_import::getTensorType(shape, elementType);
  if (type)
    return *type;
  (void)error(llvm::toString(type.takeError()));
  return {};
}

LogicalResult Node::error(const Twine &message) {
  if (!problem)
    problem = message.str();
  return failure();
}
