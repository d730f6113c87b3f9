//===- MaterializePadding.cpp - buffers with a halo for padded readers ------------------------------===//

#include "Destination.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

namespace nibble {
#define GEN_PASS_DEF_MATERIALIZEPADDINGPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// An op that reads `value` with a border of `low` and `high` elements in each dimension.
struct PaddedReader {
  Operation *op;
  SmallVector<int64_t> low, high;
};

/// Readers of one value with one padding element, and the halo that serves all of them.
struct HaloGroup {
  SmallVector<PaddedReader> readers;
  SmallVector<int64_t> low, high;

  void add(PaddedReader reader) {
    low.resize(reader.low.size());
    high.resize(reader.high.size());
    for (auto [dim, size] : llvm::enumerate(reader.low))
      low[dim] = std::max(low[dim], size);
    for (auto [dim, size] : llvm::enumerate(reader.high))
      high[dim] = std::max(high[dim], size);
    readers.push_back(std::move(reader));
  }
};

using HaloGroups = llvm::MapVector<std::pair<Value, Attribute>, HaloGroup>;

/// Notes a convolution with padding; outside of its input it reads the element that stands for zero.
LogicalResult gather(ConvOp conv, HaloGroups &groups) {
  if (llvm::all_of(conv.getPadding(), [](int64_t size) { return size == 0; }) ||
      !isa<RankedTensorType>(conv.getInput().getType()))
    return success();
  Type element = conv.getInputType().getElementType();
  Builder builder(conv.getContext());
  Attribute padding = builder.getZeroAttr(element);
  if (conv.getInputZeroPoint()) {
    APInt zeroPoint;
    if (!matchPattern(conv.getInputZeroPoint(), m_ConstantInt(&zeroPoint)))
      return conv.emitOpError() << "padding with a zero point that is not constant is not lowered yet";
    padding = builder.getIntegerAttr(element, zeroPoint.trunc(element.getIntOrFloatBitWidth()));
  }
  ArrayRef<int64_t> sizes = conv.getPadding();
  groups[{conv.getInput(), padding}].add({conv, {0, sizes[0], sizes[2], 0}, {0, sizes[1], sizes[3], 0}});
  return success();
}

/// Notes a `tensor.pad` with a constant element and constant sizes.
void gather(tensor::PadOp pad, HaloGroups &groups) {
  Value element = pad.getConstantPaddingValue();
  Attribute padding;
  if (!element || !matchPattern(element, m_Constant(&padding)) || !pad.getResultType().hasStaticShape() ||
      !pad.getSourceType().hasStaticShape())
    return;
  // Widths may be operands that are constants.
  std::optional<SmallVector<int64_t>> low = getConstantIntValues(pad.getMixedLowPad());
  std::optional<SmallVector<int64_t>> high = getConstantIntValues(pad.getMixedHighPad());
  if (low && high)
    groups[{pad.getSource(), padding}].add({pad, *low, *high});
}

SmallVector<OpFoldResult> indices(Builder &builder, ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

SmallVector<OpFoldResult> unitStrides(Builder &builder, size_t rank) {
  return SmallVector<OpFoldResult>(rank, builder.getIndexAttr(1));
}

/// Fills one box of `tensor`.
Value fillBox(OpBuilder &builder, Location loc, Value tensor, Value padding, ArrayRef<int64_t> offsets,
              ArrayRef<int64_t> sizes) {
  if (llvm::is_contained(sizes, 0))
    return tensor;
  SmallVector<OpFoldResult> strides = unitStrides(builder, sizes.size());
  Value box = tensor::ExtractSliceOp::create(builder, loc, tensor, indices(builder, offsets), indices(builder, sizes),
                                             strides);
  Value filled = linalg::FillOp::create(builder, loc, padding, box).getResult(0);
  return tensor::InsertSliceOp::create(builder, loc, filled, tensor, indices(builder, offsets),
                                       indices(builder, sizes), strides);
}

/// Fills everything outside the interior with boxes that do not overlap: of each dimension the two ends, over the interior of the
/// dimensions before it and all of those behind it.
Value fillBorder(OpBuilder &builder, Location loc, Value tensor, Value padding, const HaloGroup &group,
                 ArrayRef<int64_t> interior) {
  SmallVector<int64_t> offsets(interior.size(), 0);
  SmallVector<int64_t> sizes(cast<RankedTensorType>(tensor.getType()).getShape());
  for (size_t dim = 0; dim < interior.size(); ++dim) {
    sizes[dim] = group.low[dim];
    tensor = fillBox(builder, loc, tensor, padding, offsets, sizes);
    offsets[dim] = group.low[dim] + interior[dim];
    sizes[dim] = group.high[dim];
    tensor = fillBox(builder, loc, tensor, padding, offsets, sizes);
    offsets[dim] = group.low[dim];
    sizes[dim] = interior[dim];
  }
  return tensor;
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

/// Makes a reader read its part of the padded tensor.
void redirect(const PaddedReader &reader, Value padded, const HaloGroup &group, ArrayRef<int64_t> interior, bool isZero) {
  IRRewriter rewriter(reader.op);
  SmallVector<int64_t> offsets, sizes;
  for (size_t dim = 0; dim < interior.size(); ++dim) {
    offsets.push_back(group.low[dim] - reader.low[dim]);
    sizes.push_back(reader.low[dim] + interior[dim] + reader.high[dim]);
  }
  if (sizes != cast<RankedTensorType>(padded.getType()).getShape())
    padded = tensor::ExtractSliceOp::create(rewriter, reader.op->getLoc(), padded, indices(rewriter, offsets),
                                            indices(rewriter, sizes), unitStrides(rewriter, sizes.size()));
  if (auto conv = dyn_cast<ConvOp>(reader.op)) {
    conv.getInputMutable().assign(padded);
    if (isZero && reader.low[1] + reader.high[1] > 0)
      conv->setAttr("nibble.zero_rows", rewriter.getDenseI64ArrayAttr({reader.low[1], reader.high[1]}));
    conv.setPadding({0, 0, 0, 0});
  } else {
    rewriter.replaceOp(reader.op, padded);
  }
}

/// Creates the padded tensor around `value` and makes every reader read its part of it.
void materialize(Value value, TypedAttr paddingElement, const HaloGroup &group) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> paddedShape;
  for (auto [size, low, high] : llvm::zip_equal(type.getShape(), group.low, group.high))
    paddedShape.push_back(low + size + high);

  OpBuilder builder(group.readers.front().op);
  Location loc = value.getLoc();
  if (Operation *point = getDestinationPoint(value))
    builder.setInsertionPoint(point);
  Value padding = arith::ConstantOp::create(builder, loc, paddingElement);
  Value padded = tensor::EmptyOp::create(builder, loc, paddedShape, type.getElementType());
  padded = fillBorder(builder, loc, padded, padding, group, type.getShape());
  SmallVector<OpFoldResult> offsets = indices(builder, group.low), sizes = indices(builder, type.getShape());
  SmallVector<OpFoldResult> strides = unitStrides(builder, type.getRank());
  if (OpOperand *root = getRootDestination(value))
    root->set(tensor::ExtractSliceOp::create(builder, loc, padded, offsets, sizes, strides));

  builder.setInsertionPointAfterValue(isa<BlockArgument>(value) ? padded : value);
  padded = tensor::InsertSliceOp::create(builder, loc, value, padded, offsets, sizes, strides);
  bool isZero = paddingElement == builder.getZeroAttr(type.getElementType());
  for (const PaddedReader &reader : group.readers)
    redirect(reader, padded, group, type.getShape(), isZero);
}

struct MaterializePaddingPass : public WithModels<nibble::impl::MaterializePaddingPassBase<MaterializePaddingPass>> {
  void runOnOperation() override {
    // Pads of pads take a round each: a pad is replaced by its padded tensor before anything that reads its result is looked at.
    for (HaloGroups pads; gatherPads(pads); pads.clear())
      materializeAll(pads);
    HaloGroups convolutions;
    WalkResult result = getOperation().walk(
        [&](ConvOp conv) { return failed(gather(conv, convolutions)) ? WalkResult::interrupt() : WalkResult::advance(); });
    if (result.wasInterrupted())
      return signalPassFailure();
    materializeAll(convolutions);
  }

private:
  bool gatherPads(HaloGroups &groups) {
    getOperation().walk([&](tensor::PadOp pad) {
      if (!pad.getSource().getDefiningOp<tensor::PadOp>())
        gather(pad, groups);
    });
    return !groups.empty();
  }

  static void materializeAll(HaloGroups &groups) {
    for (auto &[key, group] : groups)
      materialize(key.first, cast<TypedAttr>(key.second), group);
  }
};

} // namespace
