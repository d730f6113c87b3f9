//===- Resize.cpp - Resize, Upsample -----------------------------------------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include "ResizeAxis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>

using namespace mlir;
using namespace nibble::onnx_import;

//===----------------------------------------------------------------------------------------------===//
// What the file asks for
//===----------------------------------------------------------------------------------------------===//

namespace {
struct ResizePlan {
  SmallVector<ResizeAxis> axes;
  Coordinates coordinates = Coordinates::Asymmetric;
  /// Nothing for interpolation.
  std::optional<Nearest> nearest;
  /// Before version 11, the nearest element is rounded up where the result is smaller than the input.
  bool ceilsWhereSmaller = false;
  Interpolation interpolation;
  double extrapolation = 0;
};
} // namespace

/// The elements of an input of floats; none when it is absent or empty.
static SmallVector<double> readFloats(Node &node, size_t index, StringRef what) {
  const Tensor &input = node.getInput(index);
  if (!input || input.type.getNumElements() == 0)
    return {};
  if (!input.constant || !isa<FloatType>(input.getElementType()) || input.getRank() != 1) {
    (void)node.error("expected the " + what + " ('" + node.getProto().input(static_cast<int>(index)) +
                     "') to be a list of floats known at compile time");
    return {};
  }
  return input.constant.getFloats();
}

/// The axes that scales, sizes and crops are for: all unless an attribute names some.
static SmallVector<int64_t> readAxes(Node &node, int64_t rank) {
  if (!node.hasAttribute("axes"))
    return llvm::to_vector(llvm::seq(rank));
  return node.normalizeAxes(node.getIntegers("axes"), rank);
}

static bool checkCount(Node &node, StringRef what, size_t count, size_t expected) {
  if (count != expected)
    (void)node.error("expected " + Twine(expected) + " " + what + ", got " + Twine(count));
  return !node.failed();
}

static void setScales(Node &node, ArrayRef<double> scales, MutableArrayRef<ResizeAxis> axes) {
  if (!checkCount(node, "scales", scales.size(), axes.size()))
    return;
  for (auto [scale, axis] : llvm::zip_equal(scales, axes)) {
    // Sizes are products of f32, as other runtimes compute them.
    auto size = std::floor(static_cast<float>(axis.inputSize) * static_cast<float>(scale));
    if (!(scale > 0) || !(size <= static_cast<float>(maxTakenSize)))
      return (void)node.error("expected scales above 0 that give sizes of at most 2^24, got " + std::to_string(scale));
    axis.scale = scale;
    axis.outputSize = static_cast<int64_t>(size);
  }
}

static void setSizes(Node &node, ArrayRef<int64_t> sizes, MutableArrayRef<ResizeAxis> axes) {
  if (!checkCount(node, "sizes", sizes.size(), axes.size()))
    return;
  std::string policy = node.getString("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch" && policy != "not_larger" && policy != "not_smaller")
    return (void)node.error("expected keep_aspect_ratio_policy of stretch, not_larger or not_smaller, got '" + policy +
                            "'");
  std::optional<double> common;
  for (auto [size, axis] : llvm::zip_equal(sizes, axes)) {
    if (size < 1 || size > maxTakenSize || axis.inputSize == 0)
      return (void)node.error("expected sizes from 1 to 2^24 for an input with elements, got " + Twine(size));
    axis.outputSize = size;
    axis.scale = static_cast<double>(size) / static_cast<double>(axis.inputSize);
    common = !common ? axis.scale : policy == "not_larger" ? std::min(*common, axis.scale) : std::max(*common, axis.scale);
  }
  if (policy == "stretch")
    return;
  for (ResizeAxis &axis : axes) {
    double size = std::floor(*common * static_cast<double>(axis.inputSize) + 0.5);
    if (size > static_cast<double>(maxTakenSize))
      return (void)node.error("expected sizes of at most 2^24, got " + std::to_string(size));
    axis.scale = *common;
    axis.outputSize = static_cast<int64_t>(size);
  }
}

/// The roi: the starts of all axes, then their ends.
static void setCrops(Node &node, MutableArrayRef<ResizeAxis> axes) {
  SmallVector<double> crops = readFloats(node, 1, "roi");
  if (node.failed() || !checkCount(node, "values of the roi", crops.size(), 2 * axes.size()))
    return;
  for (auto [index, axis] : llvm::enumerate(axes)) {
    axis.cropStart = crops[index];
    axis.cropEnd = crops[index + axes.size()];
    if (!std::isfinite(axis.cropStart) || !std::isfinite(axis.cropEnd))
      return (void)node.error("expected a finite roi");
  }
}

static void readMode(Node &node, ResizePlan &plan) {
  std::string mode = node.getString("mode", "nearest");
  if (mode == "nearest")
    plan.nearest = Nearest::Floor;
  else if (mode != "linear" && mode != "bilinear" && mode != "cubic")
    (void)node.error("expected mode of nearest, linear or cubic, got '" + mode + "'");
  plan.interpolation.isCubic = mode == "cubic";
}

static SmallVector<ResizeAxis> makeAxes(Node &node) {
  const Tensor &input = node.getInput(0);
  return llvm::map_to_vector(readAxes(node, input.getRank()), [&](int64_t axis) {
    return ResizeAxis{axis, input.getSize(axis), input.getSize(axis), 1.0};
  });
}

/// Upsample, and Resize of version 10: scales and the mode alone.
static ResizePlan readScalesOnly(Node &node) {
  ResizePlan plan;
  readMode(node, plan);
  plan.axes = makeAxes(node);
  SmallVector<double> scales;
  if (const onnx::AttributeProto *attribute = node.findAttribute("scales"))
    scales.assign(attribute->floats().begin(), attribute->floats().end());
  else
    scales = readFloats(node, 1, "scales");
  plan.ceilsWhereSmaller = true;
  if (!node.failed())
    setScales(node, scales, plan.axes);
  return plan;
}

static ResizePlan readPlan(Node &node) {
  ResizePlan plan;
  readMode(node, plan);
  std::string coordinates = node.getString("coordinate_transformation_mode", "half_pixel");
  std::string nearest = node.getString("nearest_mode", "round_prefer_floor");
  if (auto parsed = parseCoordinates(coordinates))
    plan.coordinates = *parsed;
  else
    (void)node.error("coordinate_transformation_mode '" + coordinates + "' is not supported");
  if (plan.nearest)
    plan.nearest = parseNearest(nearest);
  if (!plan.nearest && node.getString("mode", "nearest") == "nearest")
    (void)node.error("nearest_mode '" + nearest + "' is not supported");
  plan.interpolation.cubicCoefficient = node.getFloat("cubic_coeff_a", -0.75);
  plan.interpolation.antialias = node.getInteger("antialias", 0) != 0;
  plan.interpolation.excludeOutside = node.getInteger("exclude_outside", 0) != 0;
  plan.extrapolation = node.getFloat("extrapolation_value", 0);
  plan.axes = makeAxes(node);
  SmallVector<double> scales = readFloats(node, 2, "scales");
  bool hasSizes = node.hasInput(3) && node.getInput(3).type.getNumElements() != 0;
  if (!node.failed() && hasSizes == !scales.empty())
    (void)node.error("expected either scales or sizes");
  if (node.failed())
    return plan;
  if (hasSizes) {
    SmallVector<int64_t> sizes = node.getConstantIntegers(3, "sizes");
    setSizes(node, sizes, plan.axes);
  } else {
    setScales(node, scales, plan.axes);
  }
  if (plan.coordinates == Coordinates::TfCropAndResize)
    setCrops(node, plan.axes);
  return plan;
}

//===----------------------------------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------------------------------===//

/// Sums of a few elements along an axis, weighted by constants.
static Tensor interpolate(Node &node, const Tensor &input, int64_t axis, const Taps &taps) {
  if (node.failed() || !input)
    return {};
  SmallVector<int64_t> shape(input.getShape());
  auto outputSize = static_cast<int64_t>(taps.positions.size()) / taps.count;
  shape[axis] = outputSize;
  Type elementType = input.getElementType();
  RankedTensorType type = node.getTensorType(shape, elementType);
  if (!type)
    return {};
  SmallVector<int64_t> tableShape = {outputSize, taps.count};
  std::string name = node.getName().str();
  Constant positions = Constant::getIntegers(RankedTensorType::get(tableShape, node.getI64Type()), taps.positions,
                                             name + ".positions");
  Constant weights = Constant::getFloats(RankedTensorType::get(tableShape, elementType), taps.weights, name + ".weights");
  unsigned rank = type.getRank();
  AffineMap all = node.getMultiDimIdentityMap(rank + 1);
  AffineMap tableMap = all.getSubMap({static_cast<unsigned>(axis), rank});
  SmallVector<AffineMap> maps = {tableMap, tableMap, all.getMajorSubMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  Value data = node.materialize(input);
  SmallVector<Value> tables = {node.materialize(positions), node.materialize(weights)};
  auto op = linalg::GenericOp::create(
      node, TypeRange{type}, tables, ValueRange{filled(node, type, node.getZeroAttr(elementType))}, maps, iterators,
      [&](OpBuilder &builder, Location loc, ValueRange args) {
        ImplicitLocOpBuilder b(loc, builder);
        SmallVector<Value> index;
        for (unsigned dim = 0; dim < rank; ++dim)
          index.push_back(dim == axis ? Value(arith::IndexCastOp::create(b, b.getIndexType(), args[0]))
                                      : Value(linalg::IndexOp::create(b, dim)));
        Value element = tensor::ExtractOp::create(b, data, index);
        Value product = arith::MulFOp::create(b, element, args[1]);
        linalg::YieldOp::create(b, Value(arith::AddFOp::create(b, args[2], product)));
      });
  return Tensor(op.getResult(0));
}

/// The extrapolation value where an element of the result comes from outside of the input.
static Tensor extrapolate(Node &node, const Tensor &input, const ResizeAxis &axis, const ResizePlan &plan) {
  if (!input || plan.coordinates != Coordinates::TfCropAndResize)
    return input;
  SmallVector<int64_t> isInside;
  for (int64_t index : llvm::seq(axis.outputSize)) {
    double source = axis.getSource(index, plan.coordinates);
    isInside.push_back(source >= 0 && source <= static_cast<double>(axis.inputSize - 1));
  }
  if (!llvm::is_contained(isInside, 0))
    return input;
  Tensor mask = Constant::getIntegers(RankedTensorType::get({axis.outputSize}, node.getI1Type()), isInside,
                                      node.getName().str() + ".inside");
  auto all = llvm::to_vector(llvm::seq(input.getRank()));
  Tensor result = elementwiseAlong(node, {input, mask}, {all, {axis.axis}}, input.getShape(), input.getElementType(),
                                   [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                                     Value outside = scalar(b, args[0].getType(), plan.extrapolation);
                                     return arith::SelectOp::create(b, args[1], args[0], outside);
                                   });
  result.isUnsigned = input.isUnsigned;
  return result;
}

static Tensor resizeAxis(Node &node, const Tensor &input, const ResizeAxis &axis, const ResizePlan &plan) {
  if (plan.nearest) {
    bool ceils = plan.ceilsWhereSmaller && axis.scale < 1;
    return take(node, input, axis.axis, getNearest(axis, plan.coordinates, ceils ? Nearest::Ceil : *plan.nearest));
  }
  Taps taps = getTaps(axis, plan.coordinates, plan.interpolation);
  return taps.isIdentity(axis.inputSize) ? input : interpolate(node, input, axis.axis, taps);
}

static LogicalResult emitPlan(Node &node, ResizePlan plan) {
  const Tensor &input = node.getInput(0);
  if (node.failed())
    return failure();
  SmallVector<int64_t> shape(input.getShape());
  for (const ResizeAxis &axis : plan.axes)
    shape[axis.axis] = axis.outputSize;
  if (!node.getTensorType(shape, input.getElementType()))
    return failure();
  if (!plan.nearest && !isa<FloatType>(input.getElementType()))
    return node.error("interpolation of integers is not supported");
  if (llvm::is_contained(shape, 0) || llvm::is_contained(input.getShape(), 0))
    return node.error("expected an input and a result with elements, got " + formatShape(input.getShape()) + " and " +
                      formatShape(shape));
  // What makes the tensor smaller first.
  llvm::sort(plan.axes, [](const ResizeAxis &a, const ResizeAxis &b) {
    return std::pair(a.scale, a.axis) < std::pair(b.scale, b.axis);
  });
  Tensor result = plan.nearest ? input : convert(node, input, getWideType(input));
  for (const ResizeAxis &axis : plan.axes)
    result = resizeAxis(node, result, axis, plan);
  for (const ResizeAxis &axis : plan.axes)
    result = extrapolate(node, result, axis, plan);
  return node.setResult(plan.nearest ? result : convert(node, result, getElementType(input)));
}

LogicalResult nibble::onnx_import::importUpsample(Node &node) { return emitPlan(node, readScalesOnly(node)); }

LogicalResult nibble::onnx_import::importResize(Node &node) {
  return emitPlan(node, node.getOpset() < 11 ? readScalesOnly(node) : readPlan(node));
}
