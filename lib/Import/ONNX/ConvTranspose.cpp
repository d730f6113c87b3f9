//===- ConvTranspose.cpp - ConvTranspose as a convolution --------------------------------------------===//
//
// Along one dimension, output o gets input i through tap k of the filter where o + pad = i * stride + k. With
// o + pad = q * stride + r and k = t * stride + r, for the phases r = 0 … stride - 1, that is q = i + t: one convolution
// with stride 1 and flipped taps t that computes all phases as channels, whose channels are then interleaved in space. No
// product with an inserted zero is computed, and the convolution is like any other to quantization and kernels.
//
//===----------------------------------------------------------------------------------------------===//

#include "Convolve.h"
#include "Emit.h"
#include "Operators.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble::onnx_import;

namespace {
/// Sizes along each spatial dimension.
struct Geometry {
  SmallVector<int64_t> strides, dilations, low, outputSizes;
};
} // namespace

/// The sizes that output_shape, auto_pad or pads leave of all that the input reaches.
static std::optional<Geometry> resolveGeometry(Node &node, ArrayRef<int64_t> inputSizes, ArrayRef<int64_t> kernel) {
  size_t count = inputSizes.size();
  Geometry geometry;
  geometry.strides = getSpatialAttribute(node, "strides", count, 1, 1);
  geometry.dilations = getSpatialAttribute(node, "dilations", count, 1, 1);
  SmallVector<int64_t> extra = getSpatialAttribute(node, "output_padding", count, 0, 0);
  SmallVector<int64_t> pads = getSpatialAttribute(node, "pads", 2 * count, 0, 0);
  SmallVector<int64_t> wanted = getSpatialAttribute(node, "output_shape", count, 0, 0);
  std::string autoPad = node.getString("auto_pad", "NOTSET");
  bool isSame = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER";
  if (!isSame && autoPad != "NOTSET" && autoPad != "VALID" && !autoPad.empty())
    (void)node.error("expected auto_pad of NOTSET, SAME_UPPER, SAME_LOWER or VALID, got '" + autoPad + "'");
  if (node.failed())
    return std::nullopt;
  for (size_t axis = 0; axis < count; ++axis) {
    int64_t stride = geometry.strides[axis];
    int64_t full = stride * (inputSizes[axis] - 1) + extra[axis] + (kernel[axis] - 1) * geometry.dilations[axis] + 1;
    int64_t low = autoPad == "VALID" ? 0 : pads[axis], high = autoPad == "VALID" ? 0 : pads[axis + count];
    if (isSame || wanted[axis] > 0) {
      int64_t total = std::max<int64_t>(0, full - (wanted[axis] > 0 ? wanted[axis] : inputSizes[axis] * stride));
      low = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
      high = total - low;
    }
    int64_t outputSize = wanted[axis] > 0 ? wanted[axis] : isSame ? inputSizes[axis] * stride : full - low - high;
    if (outputSize < 1) {
      (void)node.error("expected pads that leave an output, got " + Twine(low) + " and " + Twine(high) + " of " +
                       Twine(full));
      return std::nullopt;
    }
    geometry.low.push_back(low);
    geometry.outputSizes.push_back(outputSize);
    // A single input element is never followed by another one.
    if (inputSizes[axis] == 1)
      geometry.strides[axis] = 1;
  }
  return geometry;
}

/// Inserts `dilation - 1` zeros between the elements along an axis.
static Tensor dilate(Node &node, const Tensor &input, int64_t axis, int64_t dilation) {
  SmallVector<int64_t> apart(input.getShape()), zeros(input.getRank() + 1, 0), gaps(zeros), joined(apart);
  SmallVector<int64_t> none(input.getRank(), 0), surplus(none);
  apart.insert(apart.begin() + axis + 1, 1);
  gaps[axis + 1] = dilation - 1;
  joined[axis] *= dilation;
  surplus[axis] = 1 - dilation;
  TypedAttr zero = node.getZeroAttr(input.getElementType());
  Tensor spread = pad(node, reshape(node, input, apart), zeros, gaps, zero);
  return pad(node, reshape(node, spread, joined), none, surplus, zero);
}

/// Where phases are needed, dilations become zeros in the filter and the taps a multiple of the stride.
static Tensor alignFilter(Node &node, Tensor filter, Geometry &geometry) {
  SmallVector<int64_t> none(filter.getRank(), 0), surplus(none);
  for (auto [axis, stride] : llvm::enumerate(geometry.strides)) {
    auto dim = static_cast<int64_t>(axis) + 2;
    if (stride == 1)
      continue;
    if (geometry.dilations[axis] > 1)
      filter = dilate(node, filter, dim, geometry.dilations[axis]);
    if (!filter)
      return {};
    geometry.dilations[axis] = 1;
    surplus[dim] = static_cast<int64_t>(llvm::alignTo(filter.getSize(dim), stride)) - filter.getSize(dim);
  }
  return pad(node, filter, none, surplus, node.getZeroAttr(filter.getElementType()));
}

/// [C, F / groups, taps * stride…] to [F * phases, C / groups, taps…] with the taps flipped.
static Tensor phaseFilter(Node &node, const Tensor &filter, int64_t groups, ArrayRef<int64_t> strides) {
  if (!filter)
    return {};
  int64_t features = filter.getSize(1), channels = filter.getSize(0) / groups;
  SmallVector<int64_t> split = {groups, channels, features}, order = {0, 2}, merged = {groups * features, channels};
  for (auto [axis, stride] : llvm::enumerate(strides)) {
    split.append({filter.getSize(static_cast<int64_t>(axis) + 2) / stride, stride});
    order.push_back(2 * static_cast<int64_t>(axis) + 4);
    merged[0] *= stride;
  }
  order.push_back(1);
  SmallVector<int64_t> offsets(split.size(), 0), steps(split.size(), 1);
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    auto taps = static_cast<int64_t>(2 * axis + 3);
    order.push_back(taps);
    merged.push_back(split[taps]);
    offsets[taps] = split[taps] - 1;
    steps[taps] = -1;
  }
  Tensor flipped = slice(node, reshape(node, filter, split), offsets, split, steps);
  return reshape(node, transpose(node, flipped, order), merged);
}

/// The bias of each feature for all of its phases.
static Tensor repeatBias(Node &node, const Tensor &bias, int64_t numPhases) {
  if (!bias || numPhases == 1 || bias.getRank() != 1)
    return bias;
  Tensor column = reshape(node, bias, {bias.getSize(0), 1});
  Tensor repeated = elementwise(node, column, {bias.getSize(0), numPhases}, bias.getElementType(),
                                [](ImplicitLocOpBuilder &, ValueRange args) { return args[0]; });
  return reshape(node, repeated, {bias.getSize(0) * numPhases});
}

/// [N, F * phases, Q…] to [N, F, Q * stride…].
static Tensor interleavePhases(Node &node, const Tensor &input, ArrayRef<int64_t> strides) {
  if (!input || llvm::all_of(strides, [](int64_t stride) { return stride == 1; }))
    return input;
  auto count = static_cast<int64_t>(strides.size());
  SmallVector<int64_t> split = {input.getSize(0), input.getSize(1)}, order = {0, 1}, merged(input.getShape());
  split.append(strides.begin(), strides.end());
  llvm::append_range(split, input.getShape().drop_front(2));
  for (auto [axis, stride] : llvm::enumerate(strides)) {
    split[1] /= stride;
    merged[1] /= stride;
    merged[axis + 2] *= stride;
    order.append({static_cast<int64_t>(axis) + 2 + count, static_cast<int64_t>(axis) + 2});
  }
  return reshape(node, transpose(node, reshape(node, input, split), order), merged);
}

/// The convolution that computes positions q from pad / stride to what the last output needs.
static Tensor convolvePhases(Node &node, const Tensor &input, const Tensor &filter, int64_t groups,
                             const Geometry &geometry) {
  if (node.failed() || !filter)
    return {};
  size_t count = geometry.strides.size();
  Window window;
  window.kernel.assign(filter.getShape().begin() + 2, filter.getShape().end());
  window.strides.assign(count, 1);
  window.dilations = geometry.dilations;
  for (size_t axis = 0; axis < count; ++axis) {
    int64_t stride = geometry.strides[axis], reach = (window.kernel[axis] - 1) * geometry.dilations[axis];
    int64_t first = geometry.low[axis] / stride;
    int64_t end = llvm::divideCeil(geometry.low[axis] + geometry.outputSizes[axis], stride);
    window.outputSizes.push_back(end - first);
    window.low.push_back(reach - first);
    window.high.push_back(end - input.getSize(static_cast<int64_t>(axis) + 2));
  }
  return convolve(node, {padSpatially(node, input, window.low, window.high), filter, groups, window});
}

LogicalResult nibble::onnx_import::importConvTranspose(Node &node) {
  const Tensor &input = node.getInput(0), &filter = node.getInput(1), &bias = node.getInput(2);
  int64_t groups = node.getInteger("group", 1);
  if (!checkFloatConvolution(node, input, filter, groups))
    return failure();
  if (filter.getSize(0) != input.getSize(1))
    return node.error("expected a filter for " + Twine(input.getSize(1)) + " channels, got " +
                      formatShape(filter.getShape()));
  auto geometry = resolveGeometry(node, input.getShape().drop_front(2), filter.getShape().drop_front(2));
  if (!geometry)
    return failure();
  Tensor phases = phaseFilter(node, alignFilter(node, filter, *geometry), groups, geometry->strides);
  if (!phases)
    return failure();
  int64_t numPhases = 1;
  for (int64_t stride : geometry->strides)
    numPhases *= stride;
  Tensor convolved = convolvePhases(node, input, phases, groups, *geometry);
  Tensor whole = interleavePhases(node, addBias(node, convolved, repeatBias(node, bias, numPhases)), geometry->strides);
  if (!whole)
    return failure();
  SmallVector<int64_t> offsets = {0, 0}, sizes(whole.getShape().take_front(2)), ones(whole.getRank(), 1);
  for (auto [low, stride] : llvm::zip_equal(geometry->low, geometry->strides))
    offsets.push_back(low % stride);
  sizes.append(geometry->outputSizes);
  return node.setResult(slice(node, whole, offsets, sizes, ones));
}
