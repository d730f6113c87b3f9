//===- Rearrange.cpp - DepthToSpace, Expand, Tile and others that copy elements ----------------------===//

#include "Emit.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

//===----------------------------------------------------------------------------------------------===//
// DepthToSpace, SpaceToDepth
//===----------------------------------------------------------------------------------------------===//

/// The attribute 'blocksize'; 0 with an error.
static int64_t readBlockSize(Node &node) {
  int64_t block = node.getInteger("blocksize", 0);
  constexpr int64_t maxBlock = 1 << 20;
  if (node.getInput(0).getRank() != 4)
    (void)node.error("expected an input of rank 4, got " + formatShape(node.getInput(0).getShape()));
  else if (block < 1 || block > maxBlock)
    (void)node.error("expected 'blocksize' of at least 1, got " + Twine(block));
  return node.failed() ? 0 : block;
}

/// Whether the mode counts blocks of channels by their place in space first, the channel last.
static bool readDepthFirst(Node &node) {
  std::string mode = node.getString("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    (void)node.error("expected mode of DCR or CRD, got '" + mode + "'");
  return mode == "DCR";
}

LogicalResult nibble::onnx_import::importDepthToSpace(Node &node) {
  const Tensor &input = node.getInput(0);
  int64_t block = readBlockSize(node);
  bool isDepthFirst = readDepthFirst(node);
  if (node.failed())
    return failure();
  ArrayRef<int64_t> in = input.getShape();
  int64_t channels = in[1] / (block * block);
  if (in[1] % (block * block) != 0)
    return node.error("expected channels in blocks of " + Twine(block * block) + ", got " + Twine(in[1]));
  SmallVector<int64_t> split = isDepthFirst ? SmallVector<int64_t>{in[0], block, block, channels, in[2], in[3]}
                                            : SmallVector<int64_t>{in[0], channels, block, block, in[2], in[3]};
  SmallVector<int64_t> order =
      isDepthFirst ? SmallVector<int64_t>{0, 3, 4, 1, 5, 2} : SmallVector<int64_t>{0, 1, 4, 2, 5, 3};
  Tensor moved = transpose(node, reshape(node, input, split), order);
  return node.setResult(reshape(node, moved, {in[0], channels, in[2] * block, in[3] * block}));
}

LogicalResult nibble::onnx_import::importSpaceToDepth(Node &node) {
  const Tensor &input = node.getInput(0);
  int64_t block = readBlockSize(node);
  bool isDepthFirst = readDepthFirst(node);
  if (node.failed())
    return failure();
  ArrayRef<int64_t> in = input.getShape();
  if (in[2] % block != 0 || in[3] % block != 0)
    return node.error("expected sizes that are multiples of " + Twine(block) + ", got " + formatShape(in));
  int64_t rows = in[2] / block, columns = in[3] / block;
  SmallVector<int64_t> order =
      isDepthFirst ? SmallVector<int64_t>{0, 3, 5, 1, 2, 4} : SmallVector<int64_t>{0, 1, 3, 5, 2, 4};
  Tensor moved = transpose(node, reshape(node, input, {in[0], in[1], rows, block, columns, block}), order);
  return node.setResult(reshape(node, moved, {in[0], block * block * in[1], rows, columns}));
}

//===----------------------------------------------------------------------------------------------===//
// Expand, Tile
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::onnx_import::importExpand(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> wanted = node.getConstantIntegers(1, "shape");
  RankedTensorType type = node.failed() ? RankedTensorType() : node.getTensorType(wanted, input.getElementType());
  if (!type)
    return failure();
  auto shape = broadcastShapes(node, {input, Tensor(Constant(type, {}, nullptr))});
  if (!shape)
    return failure();
  if (ArrayRef(*shape) == input.getShape())
    return node.setResult(input);
  Tensor result = elementwise(node, input, *shape, input.getElementType(),
                              [](ImplicitLocOpBuilder &, ValueRange args) { return args[0]; });
  return node.setResult(input.with(result));
}

LogicalResult nibble::onnx_import::importTile(Node &node) {
  const Tensor &input = node.getInput(0);
  SmallVector<int64_t> repeats = node.getConstantIntegers(1, "repeats"), shape(input.getShape());
  if (node.failed())
    return failure();
  if (static_cast<int64_t>(repeats.size()) != input.getRank())
    return node.error("expected " + Twine(input.getRank()) + " repeats, got " + Twine(repeats.size()));
  SmallVector<AffineExpr> source;
  for (auto [axis, count] : llvm::enumerate(repeats)) {
    if (count < 0 || llvm::MulOverflow(shape[axis], count, shape[axis]))
      return node.error("expected repeats of at least 0 of a possible shape, got " + Twine(count));
    AffineExpr dim = node.getAffineDimExpr(axis);
    source.push_back(count == 1 || input.getSize(axis) == 0 ? dim : dim % input.getSize(axis));
  }
  if (ArrayRef(shape) == input.getShape())
    return node.setResult(input);
  return node.setResult(copyFrom(node, input, shape, AffineMap::get(shape.size(), 0, source, node.getContext())));
}

//===----------------------------------------------------------------------------------------------===//
// ReverseSequence
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::onnx_import::importReverseSequence(Node &node) {
  const Tensor &input = node.getInput(0), &lengths = node.getInput(1);
  int64_t batchAxis = node.normalizeAxis(node.getInteger("batch_axis", 1), input.getRank());
  int64_t timeAxis = node.normalizeAxis(node.getInteger("time_axis", 0), input.getRank());
  if (node.failed())
    return failure();
  if (batchAxis == timeAxis || !isa<IntegerType>(lengths.getElementType()) ||
      lengths.getShape() != ArrayRef(input.getSize(batchAxis)))
    return node.error("expected an integer length for each of " + Twine(input.getSize(batchAxis)) +
                      " sequences along another axis, got " + formatShape(lengths.getShape()));
  Value lengthValues = node.materialize(lengths);
  return node.setResult(gather(node, input, input.getShape(), [&](ImplicitLocOpBuilder &b, ValueRange at) {
    SmallVector<Value> source(at);
    Value length = tensor::ExtractOp::create(b, lengthValues, at[batchAxis]);
    length = arith::IndexCastOp::create(b, b.getIndexType(), length);
    Value isInside = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, at[timeAxis], length);
    Value last = arith::SubIOp::create(b, length, arith::ConstantIndexOp::create(b, 1));
    Value mirrored = arith::SubIOp::create(b, last, at[timeAxis]);
    source[timeAxis] = arith::SelectOp::create(b, isInside, mirrored, at[timeAxis]);
    return source;
  }));
}
