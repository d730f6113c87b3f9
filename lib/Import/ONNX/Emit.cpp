//===- Emit.cpp - arithmetic that operators are made of ----------------------------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

//===----------------------------------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------------------------------===//

TypedAttr nibble::onnx_import::scalarAttr(Type type, double value) {
  if (isa<FloatType>(type))
    return FloatAttr::get(type, value);
  return IntegerAttr::get(type, llvm::APInt(type.getIntOrFloatBitWidth(), static_cast<int64_t>(value),
                                            /*isSigned=*/true, /*implicitTrunc=*/true));
}

Value nibble::onnx_import::scalar(ImplicitLocOpBuilder &b, Type type, double value) {
  return arith::ConstantOp::create(b, scalarAttr(type, value));
}

TypedAttr nibble::onnx_import::lowestAttr(Type type, bool isUnsigned) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return FloatAttr::get(type, llvm::APFloat::getInf(floatType.getFloatSemantics(), /*Negative=*/true));
  unsigned numBits = type.getIntOrFloatBitWidth();
  return IntegerAttr::get(type, isUnsigned || numBits == 1 ? llvm::APInt::getMinValue(numBits)
                                                           : llvm::APInt::getSignedMinValue(numBits));
}

TypedAttr nibble::onnx_import::highestAttr(Type type, bool isUnsigned) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return FloatAttr::get(type, llvm::APFloat::getInf(floatType.getFloatSemantics()));
  unsigned numBits = type.getIntOrFloatBitWidth();
  return IntegerAttr::get(type, isUnsigned || numBits == 1 ? llvm::APInt::getMaxValue(numBits)
                                                           : llvm::APInt::getSignedMaxValue(numBits));
}

//===----------------------------------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------------------------------===//

std::optional<SmallVector<int64_t>> nibble::onnx_import::broadcastShapes(Node &node, ArrayRef<Tensor> inputs) {
  SmallVector<int64_t> shape;
  for (const Tensor &input : inputs) {
    ArrayRef<int64_t> other = input.getShape();
    if (other.size() > shape.size())
      shape.insert(shape.begin(), other.size() - shape.size(), 1);
    size_t shift = shape.size() - other.size();
    for (auto [axis, size] : llvm::enumerate(other)) {
      int64_t &current = shape[shift + axis];
      if (current != size && current != 1 && size != 1) {
        (void)node.error("shapes " + formatShape(inputs.front().getShape()) + " and " + formatShape(other) +
                         " do not broadcast");
        return std::nullopt;
      }
      if (size != 1)
        current = size;
    }
  }
  return shape;
}

Projection nibble::onnx_import::project(Node &node, const Tensor &input, ArrayRef<int64_t> shape) {
  int64_t shift = static_cast<int64_t>(shape.size()) - input.getRank();
  SmallVector<int64_t> kept, dims;
  for (auto [axis, size] : llvm::enumerate(input.getShape())) {
    if (size == 1 && (input.constant || shape[axis + shift] != 1))
      continue;
    kept.push_back(size);
    dims.push_back(static_cast<int64_t>(axis) + shift);
  }
  return {reshape(node, input, kept), dims};
}

/// The element of an input at an index of the result.
static int64_t readAt(const Tensor &input, ArrayRef<int64_t> dims, ArrayRef<int64_t> index) {
  SmallVector<int64_t> own = llvm::map_to_vector(dims, [&](int64_t dim) { return index[dim]; });
  return linearize(input.getShape(), own);
}

static std::optional<Constant> foldElementwise(Node &node, ArrayRef<Tensor> inputs, ArrayRef<SmallVector<int64_t>> dims,
                                               RankedTensorType type, Body body) {
  if (!canFoldArithmetic(inputs, type))
    return std::nullopt;
  ScalarProgram program(node.getLoc(), llvm::map_to_vector(inputs, [](const Tensor &t) { return t.getElementType(); }),
                        body);
  std::vector<char> bytes;
  bool folded = true;
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<Attribute> operands;
    for (auto [input, inputDims] : llvm::zip_equal(inputs, dims))
      operands.push_back(input.constant.getElementAttr(readAt(input, inputDims, index)));
    TypedAttr element = folded ? program.run(operands) : TypedAttr();
    if (element)
      appendElement(element, bytes);
    folded &= static_cast<bool>(element);
  });
  if (!folded)
    return std::nullopt;
  return Constant::get(type, std::move(bytes), node.getName());
}

Tensor nibble::onnx_import::elementwiseAlong(Node &node, ArrayRef<Tensor> inputs, ArrayRef<SmallVector<int64_t>> dims,
                                             ArrayRef<int64_t> shape, Type resultElementType, Body body) {
  if (node.failed() || !llvm::all_of(inputs, [](const Tensor &input) { return static_cast<bool>(input); }))
    return {};
  RankedTensorType type = node.getTensorType(shape, resultElementType);
  if (!type)
    return {};
  if (auto folded = foldElementwise(node, inputs, dims, type, body))
    return *folded;

  // One-element constants move into the body, where patterns and readers see them.
  SmallVector<Value> operands;
  SmallVector<TypedAttr> inlined(inputs.size());
  SmallVector<AffineMap> maps;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    if (input.constant && input.type.getNumElements() == 1) {
      inlined[index] = input.constant.getElementAttr(0);
      continue;
    }
    operands.push_back(node.materialize(input));
    SmallVector<AffineExpr> exprs = llvm::map_to_vector(dims[index], [&](int64_t dim) -> AffineExpr {
      return node.getAffineDimExpr(dim);
    });
    maps.push_back(AffineMap::get(type.getRank(), 0, exprs, node.getContext()));
  }
  maps.push_back(node.getMultiDimIdentityMap(type.getRank()));
  Value empty = tensor::EmptyOp::create(node, type.getShape(), resultElementType);
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      node, TypeRange{type}, operands, ValueRange{empty}, maps, iterators,
      [&](OpBuilder &builder, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder b(loc, builder);
        SmallVector<Value> scalars;
        for (TypedAttr constant : inlined) {
          scalars.push_back(constant ? Value(arith::ConstantOp::create(b, constant)) : arguments.front());
          arguments = constant ? arguments : arguments.drop_front();
        }
        linalg::YieldOp::create(b, body(b, scalars));
      });
  return Tensor(generic.getResult(0));
}

Tensor nibble::onnx_import::elementwise(Node &node, ArrayRef<Tensor> inputs, ArrayRef<int64_t> shape,
                                        Type resultElementType, Body body) {
  if (node.failed() || !llvm::all_of(inputs, [](const Tensor &input) { return static_cast<bool>(input); }))
    return {};
  SmallVector<Tensor> operands;
  SmallVector<SmallVector<int64_t>> dims;
  for (const Tensor &input : inputs) {
    Projection projection = project(node, input, shape);
    operands.push_back(projection.tensor);
    dims.push_back(projection.dims);
  }
  return elementwiseAlong(node, operands, dims, shape, resultElementType, body);
}

Tensor nibble::onnx_import::elementwise(Node &node, ArrayRef<Tensor> inputs, Type resultElementType, Body body) {
  if (node.failed() || !llvm::all_of(inputs, [](const Tensor &input) { return static_cast<bool>(input); }))
    return {};
  auto shape = broadcastShapes(node, inputs);
  return shape ? elementwise(node, inputs, *shape, resultElementType, body) : Tensor();
}
