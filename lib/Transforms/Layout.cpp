//===- Layout.cpp - building reshapes and transposes -----------------------------------------------===//

#include "Layout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

Value nibble::createEmpty(OpBuilder &builder, Location loc, Type type) {
  auto tensorType = cast<RankedTensorType>(type);
  return tensor::EmptyOp::create(builder, loc, tensorType.getShape(), tensorType.getElementType());
}

RankedTensorType nibble::permuteType(RankedTensorType type, ArrayRef<int64_t> permutation) {
  return type.clone(applyPermutation(type.getShape(), permutation));
}

Value nibble::createTranspose(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> permutation) {
  if (isIdentityPermutation(permutation))
    return value;
  Value empty = createEmpty(builder, loc, permuteType(cast<RankedTensorType>(value.getType()), permutation));
  return linalg::TransposeOp::create(builder, loc, value, empty, permutation).getResult()[0];
}

/// The sizes that are not 1. A tensor of a single element collapses to rank 0.
static SmallVector<int64_t> dropUnitDims(ArrayRef<int64_t> shape) {
  return llvm::filter_to_vector(shape, [](int64_t size) { return size != 1; });
}

/// One collapse or expand, or nothing where neither leads from one shape to the other.
static Value createSimpleReshape(OpBuilder &builder, Location loc, Value value, RankedTensorType type) {
  auto sourceType = cast<RankedTensorType>(value.getType());
  if (sourceType == type)
    return value;
  // An empty list of groups is right from or to rank 0 and wrong elsewhere.
  auto groups = getReassociationIndicesForReshape(sourceType, type);
  if (!groups)
    return {};
  if (sourceType.getRank() > type.getRank())
    return tensor::CollapseShapeOp::create(builder, loc, type, value, *groups);
  return tensor::ExpandShapeOp::create(builder, loc, type, value, *groups);
}

Value nibble::createReshape(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  auto sourceType = cast<RankedTensorType>(value.getType());
  auto type = sourceType.clone(shape);
  // From a value further up where that makes one step of several.
  for (Value start = value; start;) {
    if (Value reshaped = createSimpleReshape(builder, loc, start, type))
      return reshaped;
    Operation *def = start.getDefiningOp();
    start = isa_and_present<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(def) ? def->getOperand(0) : Value();
  }
  // Where only dimensions of size 1 move, the other ones meet in the middle; else everything is one dimension there.
  SmallVector<int64_t> middle = dropUnitDims(sourceType.getShape());
  if (middle != dropUnitDims(shape))
    middle = {sourceType.getNumElements()};
  Value collapsed = createSimpleReshape(builder, loc, value, sourceType.clone(middle));
  return createSimpleReshape(builder, loc, collapsed, type);
}

bool nibble::isConstantLike(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    if (matchPattern(def, m_Constant()))
      return true;
    if (auto fill = dyn_cast<linalg::FillOp>(def)) {
      value = fill.getInputs()[0];
      continue;
    }
    if (!isa<linalg::TransposeOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(def))
      return false;
    value = def->getOperand(0);
  }
  return false;
}
