//===- Layout.cpp - building reshapes and transposes -----------------------------------------------===//

#include "Layout.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
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

namespace {
/// Neighbouring dimensions of two shapes that have the same number of elements.
struct Segment {
  ReassociationIndices from, to;
  int64_t size;
};
} // namespace

/// The finest division of two shapes with the same number of elements into segments: a reshape collapses those of one shape
/// and expands those of the other. Nothing for shapes without dimensions or elements.
static SmallVector<Segment> divideIntoSegments(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<Segment> segments;
  if (from.empty() || to.empty() || llvm::is_contained(from, 0))
    return segments;
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    Segment segment = {{static_cast<int64_t>(i)}, {static_cast<int64_t>(j)}, from[i++]};
    int64_t otherSize = to[j++];
    while (segment.size != otherSize) {
      if (segment.size < otherSize) {
        segment.from.push_back(i);
        segment.size *= from[i++];
      } else {
        segment.to.push_back(j);
        otherSize *= to[j++];
      }
    }
    segments.push_back(segment);
  }
  // What is left over has size 1.
  llvm::append_range(segments.back().from, llvm::seq<int64_t>(i, from.size()));
  llvm::append_range(segments.back().to, llvm::seq<int64_t>(j, to.size()));
  return segments;
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
  SmallVector<Segment> segments = divideIntoSegments(sourceType.getShape(), shape);
  SmallVector<int64_t> middle;
  SmallVector<ReassociationIndices> collapsed, expanded;
  for (Segment &segment : segments) {
    middle.push_back(segment.size);
    collapsed.push_back(segment.from);
    expanded.push_back(segment.to);
  }
  if (segments.empty()) { // no element at all
    middle = {sourceType.getNumElements()};
    collapsed = {llvm::to_vector<2>(llvm::seq<int64_t>(0, sourceType.getRank()))};
    expanded = {llvm::to_vector<2>(llvm::seq<int64_t>(0, type.getRank()))};
  }
  value = tensor::CollapseShapeOp::create(builder, loc, sourceType.clone(middle), value, collapsed);
  return tensor::ExpandShapeOp::create(builder, loc, type, value, expanded);
}

int64_t nibble::getFinestMiddleRank(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  return divideIntoSegments(from, to).size();
}

bool nibble::isConstantLike(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    if (matchPattern(def, m_Constant()))
      return true;
    if (auto fill = dyn_cast<linalg::FillOp>(def)) {
      value = fill.getInputs()[0];
      continue;
    }
    if (!isa<DequantizeOp, linalg::TransposeOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(def))
      return false;
    value = def->getOperand(0);
  }
  return false;
}
