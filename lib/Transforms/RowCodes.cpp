//===- RowCodes.cpp - codes whose scales are chosen at run time ---------------------------------------===//

#include "RowCodes.h"
#include "Layout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nibble;

/// The only block size of several dimensions that become one, those of one element apart; nothing when there are two.
static std::optional<int64_t> getCommonSize(ArrayRef<int64_t> dims, ArrayRef<int64_t> block, ArrayRef<int64_t> shape) {
  std::optional<int64_t> common;
  for (int64_t dim : dims) {
    if (shape[dim] == 1)
      continue;
    if (common && *common != block[dim])
      return std::nullopt;
    common = block[dim];
  }
  return common.value_or(1);
}

/// The blocks, of single elements or whole dimensions, that become `block` when `op` moves them; nothing when there are none, or when it is no move.
static std::optional<SmallVector<int64_t>> getSourceBlock(Operation *op, ArrayRef<int64_t> block) {
  if (!isa_and_present<linalg::TransposeOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
    return std::nullopt;
  SmallVector<int64_t> source(cast<ShapedType>(op->getOperand(0).getType()).getRank(), 1);
  return llvm::TypeSwitch<Operation *, std::optional<SmallVector<int64_t>>>(op)
      .Case([&](linalg::TransposeOp transpose) {
        for (auto [size, dim] : llvm::zip_equal(block, transpose.getPermutation()))
          source[dim] = size;
        return source;
      })
      .Case([&](tensor::CollapseShapeOp collapse) {
        for (auto [size, dims] : llvm::zip_equal(block, collapse.getReassociationIndices()))
          for (int64_t dim : dims)
            source[dim] = size;
        return source;
      })
      .Case([&](tensor::ExpandShapeOp expand) -> std::optional<SmallVector<int64_t>> {
        for (auto [size, dims] : llvm::zip_equal(source, expand.getReassociationIndices())) {
          std::optional<int64_t> common = getCommonSize(dims, block, expand.getResultType().getShape());
          if (!common)
            return std::nullopt;
          size = *common;
        }
        return source;
      })
      .Default([](Operation *) { return std::nullopt; });
}

/// Whether blocks are rows: they span one dimension.
static bool areRows(ArrayRef<int64_t> block, ArrayRef<int64_t> shape) {
  return llvm::count_if(llvm::zip_equal(block, shape), [](auto dim) { return std::get<0>(dim) == 0 && std::get<1>(dim) != 1; }) <= 1;
}

RowQuantizer::Codes RowQuantizer::move(Operation *op, const Codes &source, SchemeAttr scheme) {
  Location loc = op->getLoc();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  if (auto transpose = dyn_cast<linalg::TransposeOp>(op)) {
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    return {createTranspose(builder, loc, source.codes, permutation), createTranspose(builder, loc, source.scales, permutation)};
  }
  return {createReshape(builder, loc, source.codes, shape), createReshape(builder, loc, source.scales, scheme.getScaleShape(shape))};
}

RowQuantizer::Codes RowQuantizer::encode(Value value, SchemeAttr scheme) {
  if (auto found = encoded.find({value, scheme}); found != encoded.end())
    return found->second;
  auto type = cast<RankedTensorType>(value.getType());
  Operation *def = value.getDefiningOp();
  Codes result;
  std::optional<SmallVector<int64_t>> source = getSourceBlock(def, scheme.getBlock());
  if (source && areRows(*source, cast<ShapedType>(def->getOperand(0).getType()).getShape())) {
    Codes moved = encode(def->getOperand(0), scheme.withBlock(*source));
    builder.setInsertionPoint(def);
    result = move(def, moved, scheme);
  } else {
    Location loc = value.getLoc();
    builder.setInsertionPointAfterValue(value);
    auto scaleType = RankedTensorType::get(scheme.getScaleShape(type.getShape()), scheme.getScaleElementType());
    result.scales = ChooseParamsOp::create(builder, loc, scaleType, /*zeroPoint=*/Type(), value, scheme).getScale();
    result.codes = QuantizeOp::create(builder, loc, type.clone(scheme.getStorageElementType()), value, result.scales,
                                      /*zeroPoint=*/Value(), scheme);
  }
  return encoded[{value, scheme}] = result;
}

Value RowQuantizer::getDequantized(Value value, SchemeAttr scheme) {
  Value &real = dequantized[{value, scheme}];
  if (real)
    return real;
  Codes found = encode(value, scheme);
  // Codes of what is moved are made in front of the move.
  builder.setInsertionPointAfterValue(value);
  if (auto quantize = found.codes.getDefiningOp<QuantizeOp>(); quantize && quantize.getInput() == value)
    builder.setInsertionPointAfter(quantize);
  real = DequantizeOp::create(builder, value.getLoc(), value.getType(), found.codes, found.scales, /*zeroPoint=*/Value(), scheme);
  return real;
}
