//===- EmitReductions.cpp - reductions that operators are made of ------------------------------------===//

#include "Emit.h"
#include "Fold.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

Value nibble::onnx_import::filled(Node &node, RankedTensorType type, TypedAttr value) {
  if (!type)
    return {};
  Value empty = tensor::EmptyOp::create(node, type.getShape(), type.getElementType());
  Value constant = arith::ConstantOp::create(node, value);
  return linalg::FillOp::create(node, constant, empty).getResult(0);
}

static std::optional<Constant> foldReduction(Node &node, const Tensor &input, ArrayRef<int64_t> keptAxes,
                                             RankedTensorType type, TypedAttr init, Body combine) {
  if (!canFoldArithmetic(input, type))
    return std::nullopt;
  ScalarProgram program(node.getLoc(), {type.getElementType(), type.getElementType()}, combine);
  SmallVector<TypedAttr> sums(type.getNumElements(), init);
  int64_t position = 0;
  forEachIndex(input.getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> kept = llvm::map_to_vector(keptAxes, [&](int64_t axis) { return index[axis]; });
    TypedAttr &sum = sums[linearize(type.getShape(), kept)];
    TypedAttr element = input.constant.getElementAttr(position++);
    sum = sum ? program.run({element, sum}) : TypedAttr();
  });
  if (!llvm::all_of(sums, [](TypedAttr sum) { return static_cast<bool>(sum); }))
    return std::nullopt;
  std::vector<char> bytes;
  for (TypedAttr sum : sums)
    appendElement(sum, bytes);
  return Constant::get(type, std::move(bytes), node.getName());
}

Tensor nibble::onnx_import::reduce(Node &node, const Tensor &input, ArrayRef<int64_t> axes, TypedAttr init,
                                   Body combine) {
  if (node.failed() || !input)
    return {};
  SmallVector<int64_t> keptAxes, shape, sorted(axes);
  llvm::sort(sorted);
  for (auto [axis, size] : llvm::enumerate(input.getShape()))
    if (!llvm::is_contained(axes, static_cast<int64_t>(axis))) {
      keptAxes.push_back(static_cast<int64_t>(axis));
      shape.push_back(size);
    }
  if (sorted.empty())
    return input;
  RankedTensorType type = node.getTensorType(shape, input.getElementType());
  if (input.type.getNumElements() == 0)
    return splat(node, shape, init, input.isUnsigned);
  if (auto folded = foldReduction(node, input, keptAxes, type, init, combine))
    return Tensor(*folded, input.isUnsigned);
  auto op = linalg::ReduceOp::create(
      node, ValueRange{node.materialize(input)}, ValueRange{filled(node, type, init)}, sorted,
      [&](OpBuilder &builder, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder b(loc, builder);
        linalg::YieldOp::create(b, combine(b, arguments));
      });
  return Tensor(op.getResult(0), input.isUnsigned);
}

Tensor nibble::onnx_import::accumulate(Node &node, ArrayRef<Tensor> inputs, ArrayRef<SmallVector<int64_t>> dims,
                                       ArrayRef<int64_t> sizes, ArrayRef<int64_t> resultDims, TypedAttr init,
                                       Body combine) {
  if (node.failed() || !llvm::all_of(inputs, [](const Tensor &input) { return static_cast<bool>(input); }))
    return {};
  auto select = [&](ArrayRef<int64_t> names) {
    return llvm::map_to_vector(names, [&](int64_t dim) { return sizes[dim]; });
  };
  RankedTensorType type = node.getTensorType(select(resultDims), init.getType());
  if (!type)
    return {};
  if (llvm::is_contained(sizes, 0))
    return splat(node, type.getShape(), init);
  auto makeMap = [&](ArrayRef<int64_t> names) {
    auto exprs = llvm::map_to_vector(names, [&](int64_t dim) { return node.getAffineDimExpr(dim); });
    return AffineMap::get(sizes.size(), 0, exprs, node.getContext());
  };
  SmallVector<AffineMap> maps = llvm::map_to_vector(dims, [&](ArrayRef<int64_t> names) { return makeMap(names); });
  maps.push_back(makeMap(resultDims));
  SmallVector<utils::IteratorType> iterators(sizes.size(), utils::IteratorType::reduction);
  for (int64_t dim : resultDims)
    iterators[dim] = utils::IteratorType::parallel;
  SmallVector<Value> values = llvm::map_to_vector(inputs, [&](const Tensor &input) { return node.materialize(input); });
  auto generic = linalg::GenericOp::create(node, TypeRange{type}, values, ValueRange{filled(node, type, init)}, maps,
                                           iterators, [&](OpBuilder &builder, Location loc, ValueRange arguments) {
                                             ImplicitLocOpBuilder b(loc, builder);
                                             linalg::YieldOp::create(b, combine(b, arguments));
                                           });
  return Tensor(generic.getResult(0));
}
