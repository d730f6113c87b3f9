//===- Constants.cpp - Constant, ConstantOfShape, Range ----------------------------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "Operators.h"
#include <cmath>

using namespace mlir;
using namespace nibble::onnx_import;

/// The list or number that an attribute holds, as a tensor of its rank.
static Tensor makeConstant(Node &node, const onnx::AttributeProto &attribute) {
  StringRef name = node.getName();
  auto vector = [](int64_t size, Type type) { return RankedTensorType::get({size}, type); };
  if (attribute.name() == "value_int")
    return Constant::getIntegers(RankedTensorType::get({}, node.getI64Type()), attribute.i(), name);
  if (attribute.name() == "value_ints")
    return Constant::getIntegers(vector(attribute.ints_size(), node.getI64Type()),
                                 SmallVector<int64_t>(attribute.ints().begin(), attribute.ints().end()), name);
  if (attribute.name() == "value_float")
    return Constant::getFloats(RankedTensorType::get({}, node.getF32Type()), static_cast<double>(attribute.f()), name);
  if (attribute.name() == "value_floats")
    return Constant::getFloats(vector(attribute.floats_size(), node.getF32Type()),
                               SmallVector<double>(attribute.floats().begin(), attribute.floats().end()), name);
  (void)node.error("attribute '" + attribute.name() + "' is not supported");
  return {};
}

/// Zeros but for some values, whose positions are numbers or rows of indices.
static Tensor makeSparse(Node &node, const onnx::SparseTensorProto &sparse) {
  auto values = node.getGraph().readTensor(sparse.values()), indices = node.getGraph().readTensor(sparse.indices());
  SmallVector<int64_t> shape(sparse.dims().begin(), sparse.dims().end());
  if (!values || !indices) {
    (void)node.error(llvm::toString(llvm::joinErrors(values.takeError(), indices.takeError())));
    return {};
  }
  RankedTensorType type = node.getTensorType(shape, values->getElementType());
  int64_t count = values->type.getNumElements(), depth = indices->getRank() == 2 ? indices->getSize(1) : 1;
  bool isFlat = indices->getRank() != 2;
  if (!type || indices->type.getNumElements() != count * depth || !indices->getElementType().isInteger(64) ||
      (!isFlat && depth != type.getRank())) {
    (void)node.error("expected an index for each sparse value, got " + formatShape(indices->getShape()));
    return {};
  }
  int64_t elementSize = getElementSizeInBytes(type.getElementType());
  std::vector<char> bytes(type.getNumElements() * elementSize, 0);
  SmallVector<int64_t> flat = indices->constant.getIntegers();
  for (int64_t number = 0; number < count; ++number) {
    ArrayRef<int64_t> row = ArrayRef(flat).slice(number * depth, depth);
    bool isInside = isFlat ? row[0] >= 0 && row[0] < type.getNumElements()
                           : llvm::all_of(llvm::zip_equal(row, shape), [](auto pair) {
                               return std::get<0>(pair) >= 0 && std::get<0>(pair) < std::get<1>(pair);
                             });
    if (!isInside) {
      (void)node.error("expected sparse indices within " + formatShape(shape));
      return {};
    }
    ArrayRef<char> element = values->constant.getElement(number);
    llvm::copy(element, bytes.begin() + (isFlat ? row[0] : linearize(shape, row)) * elementSize);
  }
  return values->with(Constant::get(type, std::move(bytes), node.getName()));
}

LogicalResult nibble::onnx_import::importConstant(Node &node) {
  if (node.getProto().attribute_size() != 1)
    return node.error("expected one attribute, got " + Twine(node.getProto().attribute_size()));
  const onnx::AttributeProto &attribute = node.getProto().attribute(0);
  if (attribute.name() == "sparse_value")
    return node.setResult(makeSparse(node, attribute.sparse_tensor()));
  if (attribute.name() != "value")
    return node.setResult(makeConstant(node, attribute));
  auto tensor = node.getGraph().readTensor(attribute.t());
  if (!tensor)
    return node.error(llvm::toString(tensor.takeError()));
  if (tensor->constant.getName().empty())
    tensor->constant.setName(node.getProto().output(0));
  return node.setResult(*tensor);
}

LogicalResult nibble::onnx_import::importConstantOfShape(Node &node) {
  SmallVector<int64_t> shape = node.getConstantIntegers(0, "shape");
  TypedAttr value = node.getF32FloatAttr(0);
  Tensor like;
  if (const onnx::AttributeProto *attribute = node.findAttribute("value")) {
    auto tensor = node.getGraph().readTensor(attribute->t());
    if (!tensor)
      return node.error(llvm::toString(tensor.takeError()));
    if (tensor->type.getNumElements() != 1)
      return node.error("expected one element in attribute 'value', got " + Twine(tensor->type.getNumElements()));
    value = tensor->constant.getElementAttr(0);
    like = *tensor;
  }
  return node.failed() ? failure() : node.setResult(like.with(splat(node, shape, value)));
}

//===----------------------------------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------------------------------===//

/// start, start + delta, … up to the limit, which is not part of it. Integers are exact.
template <typename Number>
static std::optional<SmallVector<Number>> enumerateRange(Node &node, Number start, Number limit, Number delta) {
  // As many as positions of a list may be.
  double count = delta == 0 ? -1 : std::ceil((static_cast<double>(limit) - static_cast<double>(start)) /
                                             static_cast<double>(delta));
  if (!(delta != 0) || !(count <= static_cast<double>(maxTakenSize))) {
    (void)node.error("expected a step other than 0 and at most 2^24 elements");
    return std::nullopt;
  }
  SmallVector<Number> values;
  for (int64_t index = 0; static_cast<double>(index) < count; ++index)
    values.push_back(start + static_cast<Number>(index) * delta);
  return values;
}

LogicalResult nibble::onnx_import::importRange(Node &node) {
  Type type = node.getInput(0).getElementType();
  for (const Tensor &input : node.getInputs())
    if (!input || input.getElementType() != type || input.type.getNumElements() != 1)
      return node.error("expected three numbers of one type");
  auto vector = [&](size_t size) { return RankedTensorType::get({static_cast<int64_t>(size)}, type); };
  if (isa<FloatType>(type)) {
    auto values = enumerateRange<double>(node, node.getConstantNumber(0, "start", 0), node.getConstantNumber(1, "limit", 0),
                                         node.getConstantNumber(2, "step", 1));
    if (node.failed() || !values)
      return failure();
    return node.setResult(Constant::getFloats(vector(values->size()), *values, node.getName()));
  }
  SmallVector<int64_t> start = node.getConstantIntegers(0, "start"), limit = node.getConstantIntegers(1, "limit"),
                       delta = node.getConstantIntegers(2, "step");
  if (node.failed())
    return failure();
  auto values = enumerateRange<int64_t>(node, start[0], limit[0], delta[0]);
  if (!values)
    return failure();
  return node.setResult(Tensor(Constant::getIntegers(vector(values->size()), *values, node.getName()),
                               node.getInput(0).isUnsigned));
}

//===----------------------------------------------------------------------------------------------===//
// NonZero
//===----------------------------------------------------------------------------------------------===//

/// A column of indices for each element that is not zero: how many depends on the data, which has to be known.
LogicalResult nibble::onnx_import::importNonZero(Node &node) {
  const Tensor &input = node.getInput(0);
  if (!input.constant)
    return node.error("expected an input known at compile time, on which the shape of the result depends");
  SmallVector<SmallVector<int64_t>> found(input.getRank());
  int64_t position = 0;
  forEachIndex(input.getShape(), [&](ArrayRef<int64_t> index) {
    TypedAttr element = input.constant.getElementAttr(position++);
    auto number = dyn_cast<FloatAttr>(element);
    if (number ? number.getValue().isZero() : cast<IntegerAttr>(element).getValue().isZero())
      return;
    for (auto [list, coordinate] : llvm::zip_equal(found, index))
      list.push_back(coordinate);
  });
  SmallVector<int64_t> all;
  for (const SmallVector<int64_t> &list : found)
    llvm::append_range(all, list);
  auto count = static_cast<int64_t>(found.empty() ? 0 : found.front().size());
  auto type = RankedTensorType::get({input.getRank(), count}, node.getI64Type());
  return node.setResult(Constant::getIntegers(type, all, node.getName()));
}
