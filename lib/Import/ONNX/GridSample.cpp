//===- GridSample.cpp - GridSample, AffineGrid -------------------------------------------------------===//

#include "Elementwise.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// Spatial dimensions of an image or a volume.
static constexpr int64_t maxSpatial = 3;

namespace {

enum class Padding { Zeros, Border, Reflection };
enum class Sampling { Nearest, Linear, Cubic };

/// An element along one dimension: where it is read, how much it counts, and whether it is inside (null: always).
struct Tap {
  Value position, weight, isInside;
};

/// Builds the body that computes one element of the result.
class Sampler {
public:
  Sampler(Node &node, Sampling sampling, Padding padding)
      : node(node), sampling(sampling), padding(padding), alignsCorners(node.getInteger("align_corners", 0) != 0),
        type(getWideType(node.getInput(0)).type) {}

  Tensor emit();

private:
  using Builder = ImplicitLocOpBuilder;
  Value number(Builder &b, double value) { return scalar(b, type, value); }
  Value extend(Builder &b, Value x) { return x.getType() == type ? x : Value(arith::ExtFOp::create(b, type, x)); }
  Value sample(Builder &b, Value data, Value grid, ValueRange index);
  SmallVector<Tap> getTaps(Builder &b, Value coordinate, int64_t size);
  Tap makeTap(Builder &b, Value position, Value weight, int64_t size);
  Value reflect(Builder &b, Value x, int64_t size);
  Value clamp(Builder &b, Value x, int64_t size);
  Value getCubicWeight(Builder &b, Value distance, bool isNear);

  Node &node;
  Sampling sampling;
  Padding padding;
  bool alignsCorners;
  Type type;
};

} // namespace

Value Sampler::clamp(Builder &b, Value x, int64_t size) {
  x = arith::MaximumFOp::create(b, x, number(b, 0));
  return arith::MinimumFOp::create(b, x, number(b, static_cast<double>(size - 1)));
}

/// Mirrors at the first and the last element, or at their outer borders, as often as needed.
Value Sampler::reflect(Builder &b, Value x, int64_t size) {
  double first = alignsCorners ? 0 : -0.5, extent = static_cast<double>(alignsCorners ? size - 1 : size);
  if (extent == 0)
    return number(b, 0);
  Value shifted = math::AbsFOp::create(b, arith::SubFOp::create(b, x, number(b, first)));
  Value phase = arith::RemFOp::create(b, shifted, number(b, 2 * extent));
  Value back = arith::SubFOp::create(b, number(b, 2 * extent), phase);
  return arith::AddFOp::create(b, arith::MinimumFOp::create(b, phase, back), number(b, first));
}

/// `position` is a whole number.
Tap Sampler::makeTap(Builder &b, Value position, Value weight, int64_t size) {
  Tap tap{position, weight, {}};
  if (padding == Padding::Zeros) {
    Value low = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, position, number(b, 0));
    Value high = arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, position, number(b, static_cast<double>(size - 1)));
    tap.isInside = arith::AndIOp::create(b, low, high);
  } else if (padding == Padding::Reflection) {
    position = reflect(b, position, size);
  }
  // Also keeps NaN and what is outside from being read.
  Value index = arith::FPToSIOp::create(b, b.getI64Type(), clamp(b, position, size));
  index = arith::MaxSIOp::create(b, index, scalar(b, b.getI64Type(), 0));
  index = arith::MinSIOp::create(b, index, scalar(b, b.getI64Type(), static_cast<double>(size - 1)));
  tap.position = arith::IndexCastOp::create(b, b.getIndexType(), index);
  return tap;
}

/// The cubic of R. Keys with the parameter -0.75 at a distance up to 1 (near) or from 1 to 2.
Value Sampler::getCubicWeight(Builder &b, Value d, bool isNear) {
  constexpr double a = -0.75;
  double factors[] = {isNear ? a + 2 : a, isNear ? -(a + 3) : -5 * a, isNear ? 0 : 8 * a, isNear ? 1 : -4 * a};
  Value sum = number(b, factors[0]);
  for (double factor : ArrayRef(factors).drop_front())
    sum = arith::AddFOp::create(b, arith::MulFOp::create(b, sum, d), number(b, factor));
  return sum;
}

SmallVector<Tap> Sampler::getTaps(Builder &b, Value coordinate, int64_t size) {
  auto extent = static_cast<double>(size);
  // From [-1, 1] to positions.
  double factor = (alignsCorners ? extent - 1 : extent) / 2, offset = (extent - 1) / 2;
  Value x = arith::AddFOp::create(b, arith::MulFOp::create(b, coordinate, number(b, factor)), number(b, offset));
  if (sampling == Sampling::Nearest)
    x = math::RoundEvenOp::create(b, x);
  if (padding == Padding::Border)
    x = clamp(b, x, size);
  else if (padding == Padding::Reflection)
    x = reflect(b, x, size);
  if (sampling == Sampling::Nearest)
    return {makeTap(b, x, number(b, 1), size)};
  Value floor = math::FloorOp::create(b, x), part = arith::SubFOp::create(b, x, floor);
  Value rest = arith::SubFOp::create(b, number(b, 1), part);
  auto at = [&](double step) -> Value { return arith::AddFOp::create(b, floor, number(b, step)); };
  if (sampling == Sampling::Linear)
    return {makeTap(b, floor, rest, size), makeTap(b, at(1), part, size)};
  Value farLeft = arith::AddFOp::create(b, part, number(b, 1)), farRight = arith::AddFOp::create(b, rest, number(b, 1));
  return {makeTap(b, at(-1), getCubicWeight(b, farLeft, false), size),
          makeTap(b, floor, getCubicWeight(b, part, true), size),
          makeTap(b, at(1), getCubicWeight(b, rest, true), size),
          makeTap(b, at(2), getCubicWeight(b, farRight, false), size)};
}

Value Sampler::sample(Builder &b, Value data, Value grid, ValueRange index) {
  ArrayRef<int64_t> shape = node.getInput(0).getShape();
  auto count = static_cast<int64_t>(shape.size()) - 2;
  // Products of one tap along each dimension; the last coordinate of the grid is of the first spatial dimension.
  SmallVector<SmallVector<Tap>> products = {{}};
  for (int64_t axis = 0; axis < count; ++axis) {
    SmallVector<Value> where = {index[0]};
    llvm::append_range(where, index.drop_front(2));
    where.push_back(arith::ConstantIndexOp::create(b, count - 1 - axis));
    Value coordinate = extend(b, tensor::ExtractOp::create(b, grid, where));
    SmallVector<SmallVector<Tap>> longer;
    SmallVector<Tap> taps = getTaps(b, coordinate, shape[axis + 2]);
    for (const SmallVector<Tap> &product : products)
      for (const Tap &tap : taps) {
        longer.push_back(product);
        longer.back().push_back(tap);
      }
    products = std::move(longer);
  }
  Value sum = number(b, 0);
  for (const SmallVector<Tap> &product : products) {
    SmallVector<Value> where = {index[0], index[1]};
    for (const Tap &tap : product)
      where.push_back(tap.position);
    Value term = extend(b, tensor::ExtractOp::create(b, data, where));
    for (const Tap &tap : product) {
      if (tap.isInside)
        term = arith::SelectOp::create(b, tap.isInside, term, number(b, 0));
      term = arith::MulFOp::create(b, term, tap.weight);
    }
    sum = arith::AddFOp::create(b, sum, term);
  }
  Type elementType = node.getInput(0).getElementType();
  return elementType == type ? sum : Value(arith::TruncFOp::create(b, elementType, sum));
}

Tensor Sampler::emit() {
  const Tensor &input = node.getInput(0), &grid = node.getInput(1);
  SmallVector<int64_t> shape = {input.getSize(0), input.getSize(1)};
  llvm::append_range(shape, grid.getShape().drop_front().drop_back());
  Value data = node.materialize(input), coordinates = node.materialize(grid);
  return generate(node, shape, input.getElementType(), [&](Builder &b, ValueRange index) {
    return sample(b, data, coordinates, index);
  });
}

LogicalResult nibble::onnx_import::importGridSample(Node &node) {
  const Tensor &input = node.getInput(0), &grid = node.getInput(1);
  std::string mode = node.getString("mode", "linear"), paddingMode = node.getString("padding_mode", "zeros");
  auto sampling = llvm::StringSwitch<std::optional<Sampling>>(mode)
                      .Case("nearest", Sampling::Nearest)
                      .Case("linear", Sampling::Linear)
                      .Case("bilinear", Sampling::Linear)
                      .Case("cubic", Sampling::Cubic)
                      .Case("bicubic", Sampling::Cubic)
                      .Default(std::nullopt);
  auto padding = llvm::StringSwitch<std::optional<Padding>>(paddingMode)
                     .Case("zeros", Padding::Zeros)
                     .Case("border", Padding::Border)
                     .Case("reflection", Padding::Reflection)
                     .Default(std::nullopt);
  if (!sampling)
    return node.error("expected mode of nearest, linear or cubic, got '" + mode + "'");
  if (!padding)
    return node.error("expected padding_mode of zeros, border or reflection, got '" + paddingMode + "'");
  int64_t count = input.getRank() - 2;
  bool fits = count >= 1 && count <= maxSpatial && grid.getRank() == count + 2 && grid.getSize(0) == input.getSize(0) &&
              grid.getShape().back() == count && !llvm::is_contained(input.getShape(), 0);
  if (!fits || !isa<FloatType>(input.getElementType()) || grid.getElementType() != input.getElementType())
    return node.error("expected floats [N, C, spatial…] and a grid [N, spatial…, " + Twine(std::max<int64_t>(count, 0)) +
                      "], got " + formatShape(input.getShape()) + " and " + formatShape(grid.getShape()));
  return node.setResult(Sampler(node, *sampling, *padding).emit());
}

//===----------------------------------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------------------------------===//

/// Element [n, spatial…, k] is row k of the matrix times the coordinates in [-1, 1], the last dimension's first, and 1.
LogicalResult nibble::onnx_import::importAffineGrid(Node &node) {
  const Tensor &theta = node.getInput(0);
  SmallVector<int64_t> size = node.getConstantIntegers(1, "size");
  bool alignsCorners = node.getInteger("align_corners", 0) != 0;
  if (node.failed())
    return failure();
  auto count = static_cast<int64_t>(size.size()) - 2;
  if (count < 1 || count > maxSpatial || theta.getShape() != ArrayRef<int64_t>({size[0], count, count + 1}) ||
      !isa<FloatType>(theta.getElementType()))
    return node.error("expected floats [N, d, d + 1] for a size [N, C, spatial…], got " + formatShape(theta.getShape()) +
                      " and " + formatShape(size));
  Type elementType = theta.getElementType(), type = getWideType(theta).type;
  SmallVector<int64_t> shape = {size[0]};
  shape.append(size.begin() + 2, size.end());
  shape.push_back(count);
  Value matrix = node.materialize(theta);
  return node.setResult(generate(node, shape, elementType, [&](ImplicitLocOpBuilder &b, ValueRange index) -> Value {
    Value sum;
    for (int64_t column = 0; column <= count; ++column) {
      Value where = arith::ConstantIndexOp::create(b, column);
      Value term = tensor::ExtractOp::create(b, matrix, ValueRange{index.front(), index.back(), where});
      if (elementType != type)
        term = arith::ExtFOp::create(b, type, term);
      if (column < count) {
        auto extent = static_cast<double>(shape[count - column]);
        double step = alignsCorners ? (extent > 1 ? 2 / (extent - 1) : 0) : 2 / extent;
        Value position = arith::IndexCastOp::create(b, b.getI32Type(), index[count - column]);
        Value scaled = arith::MulFOp::create(b, arith::SIToFPOp::create(b, type, position), scalar(b, type, step));
        Value coordinate = arith::AddFOp::create(b, scaled, scalar(b, type, alignsCorners ? -1 : 1 / extent - 1));
        term = arith::MulFOp::create(b, term, coordinate);
      }
      sum = sum ? Value(arith::AddFOp::create(b, sum, term)) : term;
    }
    return elementType == type ? sum : Value(arith::TruncFOp::create(b, elementType, sum));
  }));
}
