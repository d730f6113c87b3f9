//===- Convolve.cpp - convolutions of one to three dimensions ----------------------------------------===//

#include "Convolve.h"
#include "Elementwise.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace nibble::onnx_import;

static SmallVector<int64_t> getResultShape(const ConvArguments &conv) {
  SmallVector<int64_t> shape = {conv.input.getSize(0), conv.filter.getSize(0)};
  shape.append(conv.window.outputSizes);
  return shape;
}

/// `op` on input and filter into a destination of zeros.
template <typename ConvOp>
static Tensor createConv(Node &node, const Tensor &input, const Tensor &filter, ArrayRef<int64_t> shape,
                         const Window &window) {
  RankedTensorType type = node.getTensorType(shape, input.getElementType());
  if (node.failed() || !type || !filter)
    return {};
  Value init = filled(node, type, node.getZeroAttr(type.getElementType()));
  return Tensor(ConvOp::create(node, TypeRange{type}, ValueRange{node.materialize(input), node.materialize(filter)},
                               ValueRange{init}, node.getI64TensorAttr(window.strides),
                               node.getI64TensorAttr(window.dilations))
                    ->getResult(0));
}

/// Two spatial dimensions: the named op for what the groups are.
static Tensor conv2d(Node &node, const ConvArguments &conv) {
  SmallVector<int64_t> shape = getResultShape(conv);
  ArrayRef<int64_t> in = conv.input.getShape(), filter = conv.filter.getShape();
  if (conv.groups == 1)
    return createConv<linalg::Conv2DNchwFchwOp>(node, conv.input, conv.filter, shape, conv.window);
  if (conv.groups == in[1] && filter[0] == in[1]) {
    Tensor perChannel = reshape(node, conv.filter, {filter[0], filter[2], filter[3]});
    return createConv<linalg::DepthwiseConv2DNchwChwOp>(node, conv.input, perChannel, shape, conv.window);
  }
  int64_t groups = conv.groups, filtersPerGroup = filter[0] / groups;
  Tensor input = reshape(node, conv.input, {in[0], groups, in[1] / groups, in[2], in[3]});
  Tensor grouped = reshape(node, conv.filter, {groups, filtersPerGroup, filter[1], filter[2], filter[3]});
  Tensor result = createConv<linalg::Conv2DNgchwGfchwOp>(
      node, input, grouped, {shape[0], groups, filtersPerGroup, shape[2], shape[3]}, conv.window);
  return reshape(node, result, shape);
}

/// One spatial dimension is two of which the first has size 1.
static Tensor conv1d(Node &node, ConvArguments conv) {
  SmallVector<int64_t> shape = getResultShape(conv);
  ArrayRef<int64_t> in = conv.input.getShape(), filter = conv.filter.getShape();
  conv.input = reshape(node, conv.input, {in[0], in[1], 1, in[2]});
  conv.filter = reshape(node, conv.filter, {filter[0], filter[1], 1, filter[2]});
  for (SmallVector<int64_t> *sizes : {&conv.window.strides, &conv.window.dilations, &conv.window.outputSizes})
    sizes->insert(sizes->begin(), 1);
  return reshape(node, conv2d(node, conv), shape);
}

/// The groups one by one: there is no named op for groups of three spatial dimensions.
static Tensor conv3d(Node &node, const ConvArguments &conv) {
  SmallVector<int64_t> shape = getResultShape(conv);
  shape[1] /= conv.groups;
  SmallVector<Tensor> results;
  auto takeGroup = [&](const Tensor &tensor, int64_t axis, int64_t group) {
    SmallVector<int64_t> offsets(5, 0), strides(5, 1), sizes(tensor.getShape());
    sizes[axis] /= conv.groups;
    offsets[axis] = group * sizes[axis];
    return slice(node, tensor, offsets, sizes, strides);
  };
  for (int64_t group = 0; group < conv.groups && !node.failed(); ++group)
    results.push_back(createConv<linalg::Conv3DNcdhwFcdhwOp>(node, takeGroup(conv.input, 1, group),
                                                             takeGroup(conv.filter, 0, group), shape, conv.window));
  return concat(node, results, 1);
}

Tensor nibble::onnx_import::convolve(Node &node, const ConvArguments &conv) {
  if (node.failed() || !conv.input || !conv.filter)
    return {};
  ElementType type = getElementType(conv.input), wide = getWideType(conv.input);
  // Sums of integers are exact as they are.
  if (isa<FloatType>(type.type) && wide.type != type.type)
    return convert(node, convolve(node, {convert(node, conv.input, wide), convert(node, conv.filter, wide), conv.groups, conv.window}),
                   type);
  switch (conv.window.kernel.size()) {
  case 1: return conv1d(node, conv);
  case 2: return conv2d(node, conv);
  case 3: return conv3d(node, conv);
  }
  (void)node.error("convolutions of " + Twine(conv.window.kernel.size()) + " spatial dimensions are not supported");
  return {};
}

Tensor nibble::onnx_import::addBias(Node &node, const Tensor &input, const Tensor &bias) {
  if (!bias || node.failed())
    return node.failed() ? Tensor() : input;
  if (bias.getRank() != 1 || bias.getSize(0) != input.getSize(1)) {
    (void)node.error("expected a bias of " + Twine(input.getSize(1)) + " elements, got " + formatShape(bias.getShape()));
    return {};
  }
  auto all = llvm::to_vector(llvm::seq<int64_t>(input.getRank()));
  return elementwiseAlong(node, {input, bias}, {all, {1}}, input.getShape(), input.getElementType(),
                          [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                            return arith::AddFOp::create(b, args[0], args[1]);
                          });
}

bool nibble::onnx_import::checkConvolution(Node &node, const Tensor &input, const Tensor &filter, int64_t groups) {
  if (input.getRank() < 3 || filter.getRank() != input.getRank())
    return succeeded(node.error("expected an input and a filter of equal rank of at least 3, got " +
                                formatShape(input.getShape()) + " and " + formatShape(filter.getShape())));
  if (groups < 1 || input.getSize(1) % groups != 0 || filter.getSize(0) % groups != 0)
    return succeeded(node.error("expected a group that divides the channels, got " + Twine(groups)));
  if (llvm::is_contained(filter.getShape(), 0))
    return succeeded(node.error("expected a filter with elements, got " + formatShape(filter.getShape())));
  SmallVector<int64_t> kernel = node.getIntegers("kernel_shape");
  if (!kernel.empty() && ArrayRef(kernel) != filter.getShape().drop_front(2))
    return succeeded(node.error("expected kernel_shape " + formatShape(filter.getShape().drop_front(2)) +
                                " as the filter has, got " + formatShape(kernel)));
  return !node.failed();
}

bool nibble::onnx_import::checkFloatConvolution(Node &node, const Tensor &input, const Tensor &filter, int64_t groups) {
  if (!isa<FloatType>(input.getElementType()) || filter.getElementType() != input.getElementType())
    return succeeded(node.error("expected an input and a filter of the same float type"));
  return checkConvolution(node, input, filter, groups);
}

std::optional<Window> nibble::onnx_import::resolveConvolution(Node &node, const Tensor &input, const Tensor &filter,
                                                              int64_t groups) {
  if (!checkConvolution(node, input, filter, groups))
    return std::nullopt;
  if (filter.getSize(1) != input.getSize(1) / groups) {
    (void)node.error("expected a filter for " + Twine(input.getSize(1) / groups) + " channels, got " +
                     formatShape(filter.getShape()));
    return std::nullopt;
  }
  return resolveWindow(node, input.getShape().drop_front(2), filter.getShape().drop_front(2));
}

Tensor nibble::onnx_import::padSpatially(Node &node, const Tensor &input, ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  SmallVector<int64_t> allLow(2, 0), allHigh(2, 0);
  allLow.append(low.begin(), low.end());
  allHigh.append(high.begin(), high.end());
  return pad(node, input, allLow, allHigh, node.getZeroAttr(input.getElementType()));
}
