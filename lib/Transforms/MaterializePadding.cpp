//===- MaterializePadding.cpp - buffers with a halo for padded convolutions ------------------------===//

#include "Destination.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

namespace nibble {
#define GEN_PASS_DEF_MATERIALIZEPADDINGPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Convolutions that read one value with one padding value, and the halo that serves all of them.
struct HaloGroup {
  SmallVector<ConvOp> readers;
  SmallVector<int64_t> halo = {0, 0, 0, 0}; // top, bottom, left, right
};

/// The element that stands for zero outside the input, or nothing when it is not known at compile time.
std::optional<TypedAttr> getPaddingValue(ConvOp conv) {
  Type element = conv.getInputType().getElementType();
  Builder builder(conv.getContext());
  if (!conv.getInputZeroPoint())
    return builder.getZeroAttr(element);
  APInt zeroPoint;
  if (!matchPattern(conv.getInputZeroPoint(), m_ConstantInt(&zeroPoint)))
    return std::nullopt;
  return builder.getIntegerAttr(element, zeroPoint.trunc(element.getIntOrFloatBitWidth()));
}

SmallVector<OpFoldResult> indices(Builder &builder, ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

/// Fills one strip of the border.
Value fillStrip(OpBuilder &builder, Location loc, Value tensor, Value padding, ArrayRef<int64_t> offsets,
                ArrayRef<int64_t> sizes) {
  if (llvm::is_contained(sizes, 0))
    return tensor;
  SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
  Value strip = tensor::ExtractSliceOp::create(builder, loc, tensor, indices(builder, offsets),
                                               indices(builder, sizes), strides);
  Value filled = linalg::FillOp::create(builder, loc, padding, strip).getResult(0);
  return tensor::InsertSliceOp::create(builder, loc, filled, tensor, indices(builder, offsets),
                                       indices(builder, sizes), strides);
}

/// Where a value that is put together from slices (a concatenation) starts: the use of the `tensor.empty` that the first
/// slice is inserted into. Null for other values.
OpOperand *getRootDestination(Value value) {
  OpOperand *destination = nullptr;
  while (auto insert = value.getDefiningOp<tensor::InsertSliceOp>()) {
    destination = &insert.getDestMutable();
    value = insert.getDest();
  }
  return destination && value.getDefiningOp<tensor::EmptyOp>() ? destination : nullptr;
}

/// Creates the padded tensor around `value` and makes every reader read its part of it.
void materialize(Value value, TypedAttr paddingValue, HaloGroup &group) {
  auto type = cast<RankedTensorType>(value.getType());
  int64_t n = type.getDimSize(0), h = type.getDimSize(1), w = type.getDimSize(2), c = type.getDimSize(3);
  auto [top, bottom, left, right] =
      std::make_tuple(group.halo[0], group.halo[1], group.halo[2], group.halo[3]);

  OpBuilder builder(group.readers.front());
  Location loc = value.getLoc();
  if (Operation *point = getDestinationPoint(value))
    builder.setInsertionPoint(point);
  Value padding = arith::ConstantOp::create(builder, loc, paddingValue);
  Value padded = tensor::EmptyOp::create(builder, loc, {n, top + h + bottom, left + w + right, c},
                                         type.getElementType());
  int64_t width = left + w + right;
  padded = fillStrip(builder, loc, padded, padding, {0, 0, 0, 0}, {n, top, width, c});
  padded = fillStrip(builder, loc, padded, padding, {0, top + h, 0, 0}, {n, bottom, width, c});
  padded = fillStrip(builder, loc, padded, padding, {0, top, 0, 0}, {n, h, left, c});
  padded = fillStrip(builder, loc, padded, padding, {0, top, left + w, 0}, {n, h, right, c});

  SmallVector<OpFoldResult> ones(4, builder.getIndexAttr(1));
  if (OpOperand *root = getRootDestination(value))
    root->set(tensor::ExtractSliceOp::create(builder, loc, padded, indices(builder, {0, top, left, 0}),
                                             indices(builder, type.getShape()), ones));
  builder.setInsertionPointAfterValue(isa<BlockArgument>(value) ? padded : value);
  padded = tensor::InsertSliceOp::create(builder, loc, value, padded, indices(builder, {0, top, left, 0}),
                                         indices(builder, type.getShape()), ones);
  for (ConvOp conv : group.readers) {
    builder.setInsertionPoint(conv);
    ArrayRef<int64_t> own = conv.getPadding();
    SmallVector<int64_t> offsets = {0, top - own[0], left - own[2], 0};
    SmallVector<int64_t> sizes = {n, own[0] + h + own[1], own[2] + w + own[3], c};
    Value input = padded;
    if (sizes != cast<RankedTensorType>(padded.getType()).getShape())
      input = tensor::ExtractSliceOp::create(builder, loc, padded, indices(builder, offsets), indices(builder, sizes),
                                             ones);
    conv.getInputMutable().assign(input);
    conv.setPadding({0, 0, 0, 0});
  }
}

struct MaterializePaddingPass : public nibble::impl::MaterializePaddingPassBase<MaterializePaddingPass> {
  void runOnOperation() override {
    llvm::MapVector<std::pair<Value, Attribute>, HaloGroup> groups;
    WalkResult result = getOperation().walk([&](ConvOp conv) {
      if (llvm::all_of(conv.getPadding(), [](int64_t size) { return size == 0; }) ||
          !isa<RankedTensorType>(conv.getInput().getType()))
        return WalkResult::advance();
      std::optional<TypedAttr> padding = getPaddingValue(conv);
      if (!padding) {
        conv.emitOpError() << "padding with a zero point that is not constant is not lowered yet";
        return WalkResult::interrupt();
      }
      HaloGroup &group = groups[{conv.getInput(), *padding}];
      group.readers.push_back(conv);
      for (auto [halo, size] : llvm::zip_equal(group.halo, conv.getPadding()))
        halo = std::max(halo, size);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    for (auto &[key, group] : groups)
      materialize(key.first, cast<TypedAttr>(key.second), group);
  }
};

} // namespace
