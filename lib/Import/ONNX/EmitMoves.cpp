//===- EmitMoves.cpp - moves of data that operators are made of --------------------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;
using namespace nibble::onnx_import;

static Value collapse(Node &node, Value input, RankedTensorType type, ArrayRef<ReassociationIndices> groups) {
  return tensor::CollapseShapeOp::create(node, type, input, groups);
}

static Value expand(Node &node, Value input, RankedTensorType type, ArrayRef<ReassociationIndices> groups) {
  return tensor::ExpandShapeOp::create(node, type, input, groups);
}

/// Through one dimension where no dimensions of one side are those of the other, split.
static Value reshapeThroughVector(Node &node, Value input, RankedTensorType type) {
  auto from = cast<RankedTensorType>(input.getType());
  auto flatType = RankedTensorType::get({from.getNumElements()}, from.getElementType());
  auto all = [](int64_t rank) {
    return rank == 0 ? SmallVector<ReassociationIndices>{}
                     : SmallVector<ReassociationIndices>{llvm::to_vector<2>(llvm::seq<int64_t>(rank))};
  };
  if (from.getRank() == 0)
    input = expand(node, input, flatType, {});
  else if (from.getRank() > 1)
    input = collapse(node, input, flatType, all(from.getRank()));
  if (type.getRank() == 0)
    return collapse(node, input, type, {});
  return type.getRank() == 1 ? input : expand(node, input, type, all(type.getRank()));
}

Tensor nibble::onnx_import::reshape(Node &node, const Tensor &input, ArrayRef<int64_t> shape) {
  if (node.failed() || !input || input.getShape() == shape)
    return node.failed() ? Tensor() : input;
  RankedTensorType type = node.getTensorType(shape, input.getElementType());
  if (!type)
    return {};
  if (type.getNumElements() != input.type.getNumElements()) {
    (void)node.error("expected " + Twine(input.type.getNumElements()) + " elements as in " +
                     formatShape(input.getShape()) + ", got shape " + formatShape(shape));
    return {};
  }
  if (input.constant)
    return input.with(input.constant.reshape(shape));
  // Back to the shape that it was reshaped from.
  Operation *def = input.value.getDefiningOp();
  if (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def) && def->getOperand(0).getType() == type)
    return input.with(def->getOperand(0));
  auto groups = type.getNumElements() == 0 ? std::nullopt : getReassociationIndicesForReshape(input.type, type);
  if (!groups || input.getRank() == type.getRank())
    return input.with(reshapeThroughVector(node, input.value, type));
  Value result = input.getRank() > type.getRank() ? collapse(node, input.value, type, *groups)
                                                  : expand(node, input.value, type, *groups);
  return input.with(result);
}

Tensor nibble::onnx_import::transpose(Node &node, const Tensor &input, ArrayRef<int64_t> permutation) {
  if (node.failed() || !input)
    return {};
  if (llvm::equal(permutation, llvm::seq<int64_t>(input.getRank())))
    return input;
  SmallVector<int64_t> shape = llvm::map_to_vector(permutation, [&](int64_t axis) { return input.getSize(axis); });
  RankedTensorType type = input.type.clone(shape);
  if (canFoldMove(input, type)) {
    SmallVector<int64_t> source(shape.size());
    return input.with(foldMove(input.constant, type, [&](ArrayRef<int64_t> index) {
      for (auto [axis, coordinate] : llvm::zip_equal(permutation, index))
        source[axis] = coordinate;
      return linearize(input.getShape(), source);
    }));
  }
  Value empty = tensor::EmptyOp::create(node, shape, type.getElementType());
  auto op = linalg::TransposeOp::create(node, node.materialize(input), empty, permutation);
  return input.with(op->getResult(0));
}

Tensor nibble::onnx_import::generate(Node &node, ArrayRef<int64_t> shape, Type elementType, Body body) {
  RankedTensorType type = node.failed() ? RankedTensorType() : node.getTensorType(shape, elementType);
  if (!type)
    return {};
  Value empty = tensor::EmptyOp::create(node, shape, elementType);
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      node, TypeRange{type}, ValueRange{}, ValueRange{empty}, node.getMultiDimIdentityMap(type.getRank()), iterators,
      [&](OpBuilder &builder, Location loc, ValueRange) {
        ImplicitLocOpBuilder b(loc, builder);
        SmallVector<Value> index;
        for (int64_t dim : llvm::seq(type.getRank()))
          index.push_back(linalg::IndexOp::create(b, dim));
        linalg::YieldOp::create(b, body(b, index));
      });
  return Tensor(op.getResult(0));
}

Tensor nibble::onnx_import::gather(
    Node &node, const Tensor &input, ArrayRef<int64_t> shape,
    function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)> source) {
  if (node.failed() || !input)
    return {};
  Value data = node.materialize(input);
  Tensor result = generate(node, shape, input.getElementType(), [&](ImplicitLocOpBuilder &b, ValueRange index) -> Value {
    return tensor::ExtractOp::create(b, data, source(b, index));
  });
  return input.with(result);
}

Tensor nibble::onnx_import::copyFrom(Node &node, const Tensor &input, ArrayRef<int64_t> shape, AffineMap source) {
  if (node.failed() || !input)
    return {};
  RankedTensorType type = node.getTensorType(shape, input.getElementType());
  if (!type)
    return {};
  if (canFoldMove(input, type))
    return input.with(foldMove(input.constant, type, [&](ArrayRef<int64_t> index) {
      return linearize(input.getShape(), source.compose(index));
    }));
  Value empty = tensor::EmptyOp::create(node, shape, type.getElementType());
  SmallVector<AffineMap> maps = {source, node.getMultiDimIdentityMap(type.getRank())};
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      node, TypeRange{type}, ValueRange{node.materialize(input)}, ValueRange{empty}, maps, iterators,
      [](OpBuilder &b, Location loc, ValueRange args) { linalg::YieldOp::create(b, loc, args[0]); });
  return input.with(op.getResult(0));
}

Tensor nibble::onnx_import::slice(Node &node, const Tensor &input, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                                  ArrayRef<int64_t> strides) {
  if (node.failed() || !input)
    return {};
  if (input.getShape() == sizes && llvm::all_of(strides, [](int64_t stride) { return stride == 1; }))
    return input;
  RankedTensorType type = input.type.clone(sizes);
  // A slice of nothing may begin behind the end, which tensor.extract_slice refuses.
  if (type.getNumElements() == 0)
    return input.with(Constant::get(type, {}));
  if (canFoldMove(input, type)) {
    SmallVector<int64_t> source(sizes.size());
    return input.with(foldMove(input.constant, type, [&](ArrayRef<int64_t> index) {
      for (size_t axis = 0; axis < index.size(); ++axis)
        source[axis] = offsets[axis] + index[axis] * strides[axis];
      return linearize(input.getShape(), source);
    }));
  }
  if (llvm::all_of(strides, [](int64_t stride) { return stride > 0; })) {
    Value result = tensor::ExtractSliceOp::create(
        node, type, node.materialize(input), getAsIndexOpFoldResult(node.getContext(), offsets),
        getAsIndexOpFoldResult(node.getContext(), sizes), getAsIndexOpFoldResult(node.getContext(), strides));
    return input.with(result);
  }
  SmallVector<AffineExpr> source;
  for (size_t axis = 0; axis < sizes.size(); ++axis)
    source.push_back(node.getAffineDimExpr(axis) * strides[axis] + offsets[axis]);
  return copyFrom(node, input, sizes, AffineMap::get(sizes.size(), 0, source, node.getContext()));
}

/// The constants one after another along `axis`.
static Constant foldConcat(ArrayRef<Tensor> inputs, RankedTensorType type, int64_t axis) {
  std::vector<char> bytes;
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index);
    const Tensor *input = inputs.begin();
    for (; source[axis] >= input->getSize(axis); ++input)
      source[axis] -= input->getSize(axis);
    ArrayRef<char> element = input->constant.getElement(linearize(input->getShape(), source));
    bytes.insert(bytes.end(), element.begin(), element.end());
  });
  return Constant::get(type, std::move(bytes), inputs.front().constant.getName());
}

Tensor nibble::onnx_import::concat(Node &node, ArrayRef<Tensor> inputs, int64_t axis) {
  if (node.failed() || inputs.empty() || !llvm::all_of(inputs, [](const Tensor &t) { return static_cast<bool>(t); }))
    return {};
  if (inputs.size() == 1)
    return inputs.front();
  SmallVector<int64_t> shape(inputs.front().getShape());
  shape[axis] = 0;
  for (const Tensor &input : inputs)
    shape[axis] += input.getSize(axis);
  RankedTensorType type = node.getTensorType(shape, inputs.front().getElementType());
  if (!type)
    return {};
  if (canFoldMove(inputs, type))
    return inputs.front().with(foldConcat(inputs, type, axis));
  SmallVector<Value> values = llvm::map_to_vector(inputs, [&](const Tensor &input) { return node.materialize(input); });
  return inputs.front().with(tensor::ConcatOp::create(node, type, axis, values).getResult());
}

static Constant foldPad(const Constant &input, RankedTensorType type, ArrayRef<int64_t> low, TypedAttr value) {
  std::vector<char> bytes, padding;
  appendElement(value, padding);
  ArrayRef<int64_t> sizes = input.getType().getShape();
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index);
    bool isInside = true;
    for (size_t axis = 0; axis < source.size(); ++axis) {
      source[axis] -= low[axis];
      isInside &= source[axis] >= 0 && source[axis] < sizes[axis];
    }
    ArrayRef<char> element = isInside ? input.getElement(linearize(sizes, source)) : ArrayRef<char>(padding);
    bytes.insert(bytes.end(), element.begin(), element.end());
  });
  return Constant::get(type, std::move(bytes), input.getName());
}

Tensor nibble::onnx_import::pad(Node &node, const Tensor &input, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                                TypedAttr value) {
  if (node.failed() || !input)
    return {};
  // Cropping first: tensor.pad only adds.
  SmallVector<int64_t> offsets, sizes, strides(low.size(), 1), shape, addLow, addHigh;
  for (auto [size, before, after] : llvm::zip_equal(input.getShape(), low, high)) {
    offsets.push_back(std::max<int64_t>(-before, 0));
    sizes.push_back(size + std::min<int64_t>(before, 0) + std::min<int64_t>(after, 0));
    addLow.push_back(std::max<int64_t>(before, 0));
    addHigh.push_back(std::max<int64_t>(after, 0));
    shape.push_back(sizes.back() + addLow.back() + addHigh.back());
    if (sizes.back() < 0) {
      (void)node.error("expected pads that crop at most " + Twine(size) + " elements, got " + Twine(before) + " and " +
                       Twine(after));
      return {};
    }
  }
  RankedTensorType type = node.getTensorType(shape, input.getElementType());
  Tensor cropped = slice(node, input, offsets, sizes, strides);
  if (!type || cropped.type == type)
    return type ? cropped : Tensor();
  if (canFoldMove(cropped, type))
    return input.with(foldPad(cropped.constant, type, addLow, value));
  Value constant = arith::ConstantOp::create(node, value);
  auto op = tensor::PadOp::create(node, type, node.materialize(cropped), getAsIndexOpFoldResult(node.getContext(), addLow),
                                  getAsIndexOpFoldResult(node.getContext(), addHigh), constant);
  return input.with(op.getResult());
}

Tensor nibble::onnx_import::splat(Node &node, ArrayRef<int64_t> shape, TypedAttr value, bool isUnsigned) {
  RankedTensorType type = node.getTensorType(shape, value.getType());
  if (!type)
    return {};
  std::vector<char> bytes;
  if (type.getNumElements() != 0)
    appendElement(value, bytes);
  return Tensor(Constant::get(type, std::move(bytes), node.getName()), isUnsigned);
}
