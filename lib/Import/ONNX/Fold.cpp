//===- Fold.cpp - computing with constants while importing -------------------------------------------===//

#include "Fold.h"
#include "llvm/ADT/SmallVector.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// Enough for all arithmetic on shapes.
static constexpr int64_t maxSmall = 1 << 12;

bool nibble::onnx_import::canFoldMove(ArrayRef<Tensor> inputs, RankedTensorType type) {
  int64_t count = 0;
  for (const Tensor &input : inputs) {
    if (!input.constant)
      return false;
    count += input.type.getNumElements();
  }
  return type.getNumElements() <= std::max(maxSmall, count);
}

bool nibble::onnx_import::canFoldArithmetic(ArrayRef<Tensor> inputs, RankedTensorType type) {
  return type.getNumElements() <= maxSmall && llvm::all_of(inputs, [](const Tensor &input) {
           return input.constant && input.type.getNumElements() <= maxSmall;
         });
}

int64_t nibble::onnx_import::linearize(ArrayRef<int64_t> shape, ArrayRef<int64_t> index) {
  int64_t position = 0;
  for (auto [size, coordinate] : llvm::zip_equal(shape, index))
    position = position * size + coordinate;
  return position;
}

void nibble::onnx_import::forEachIndex(ArrayRef<int64_t> shape, function_ref<void(ArrayRef<int64_t>)> visit) {
  if (llvm::is_contained(shape, 0))
    return;
  SmallVector<int64_t> index(shape.size(), 0);
  while (true) {
    visit(index);
    int64_t axis = static_cast<int64_t>(shape.size()) - 1;
    while (axis >= 0 && ++index[axis] == shape[axis])
      index[axis--] = 0;
    if (axis < 0)
      return;
  }
}

Constant nibble::onnx_import::foldMove(const Constant &input, RankedTensorType type,
                                       function_ref<int64_t(ArrayRef<int64_t>)> source) {
  std::vector<char> bytes;
  bytes.reserve(type.getNumElements() * getElementSizeInBytes(type.getElementType()));
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
    ArrayRef<char> element = input.getElement(source(index));
    bytes.insert(bytes.end(), element.begin(), element.end());
  });
  return Constant::get(type, std::move(bytes), input.getName());
}

ScalarProgram::ScalarProgram(Location loc, TypeRange inputTypes, Body body) : owner(ModuleOp::create(loc)) {
  block = owner->getBody();
  for (Type type : inputTypes)
    block->addArgument(type, loc);
  ImplicitLocOpBuilder b = ImplicitLocOpBuilder::atBlockEnd(loc, block);
  result = body(b, block->getArguments());
}

TypedAttr ScalarProgram::run(ArrayRef<Attribute> inputs) {
  llvm::SmallDenseMap<Value, Attribute> known;
  for (auto [argument, input] : llvm::zip_equal(block->getArguments(), inputs))
    known[argument] = input;
  for (Operation &op : *block) {
    SmallVector<Attribute> operands = llvm::map_to_vector(op.getOperands(), [&](Value value) {
      return known.lookup(value);
    });
    SmallVector<OpFoldResult> folded;
    if (failed(op.fold(operands, folded)) || folded.size() != op.getNumResults())
      return {};
    for (auto [value, constant] : llvm::zip_equal(op.getResults(), folded))
      known[value] = isa<Attribute>(constant) ? cast<Attribute>(constant) : known.lookup(cast<Value>(constant));
  }
  return dyn_cast_or_null<TypedAttr>(known.lookup(result));
}
