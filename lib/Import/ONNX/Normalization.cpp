//===- Normalization.cpp - BatchNormalization, Softmax and their kin ---------------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>

using namespace mlir;
using namespace nibble::onnx_import;

/// Elementwise `Op` of two floats, the second along `dims` of the first.
template <typename Op>
static Tensor binaryAlong(Node &node, const Tensor &lhs, const Tensor &rhs, ArrayRef<int64_t> dims) {
  if (!lhs || !rhs)
    return {};
  auto all = llvm::to_vector(llvm::seq<int64_t>(lhs.getRank()));
  return elementwiseAlong(node, {lhs, rhs}, {all, SmallVector<int64_t>(dims)}, lhs.getShape(), lhs.getElementType(),
                          [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                            return Op::create(b, args[0], args[1]);
                          });
}

//===----------------------------------------------------------------------------------------------===//
// BatchNormalization
//===----------------------------------------------------------------------------------------------===//

namespace {
/// y = x * factor + shift for each channel.
struct Affine {
  Tensor factor, shift;
};
} // namespace

/// Of constants, in double precision, each rounded once.
static Affine foldBatchNormalization(Node &node, double epsilon) {
  SmallVector<double> gamma = node.getInput(1).constant.getFloats(), beta = node.getInput(2).constant.getFloats();
  SmallVector<double> mean = node.getInput(3).constant.getFloats(), variance = node.getInput(4).constant.getFloats();
  SmallVector<double> factor, shift;
  for (size_t channel = 0; channel < gamma.size(); ++channel) {
    factor.push_back(gamma[channel] / std::sqrt(variance[channel] + epsilon));
    shift.push_back(beta[channel] - mean[channel] * factor.back());
  }
  RankedTensorType type = node.getInput(1).type;
  return {Constant::getFloats(type, factor, node.getName().str() + ".factor"),
          Constant::getFloats(type, shift, node.getName().str() + ".shift")};
}

static Affine emitBatchNormalization(Node &node, double epsilon) {
  Type elementType = node.getInput(1).getElementType();
  Tensor factor = elementwise(node, {node.getInput(1), node.getInput(4)}, elementType,
                              [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                                Value sum = arith::AddFOp::create(b, args[1], scalar(b, args[1].getType(), epsilon));
                                return arith::DivFOp::create(b, args[0], math::SqrtOp::create(b, sum));
                              });
  Tensor shift = elementwise(node, {node.getInput(2), node.getInput(3), factor}, elementType,
                             [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                               return arith::SubFOp::create(b, args[0], arith::MulFOp::create(b, args[1], args[2]));
                             });
  return {factor, shift};
}

LogicalResult nibble::onnx_import::importBatchNormalization(Node &node) {
  const Tensor &input = node.getInput(0);
  bool isTraining = node.getOpset() < 7 ? node.getInteger("is_test", 0) == 0 : node.getInteger("training_mode", 0) != 0;
  if (isTraining)
    return node.error("training mode is not supported");
  if (input.getRank() < 2 || !isa<FloatType>(input.getElementType()))
    return node.error("expected an input of floats of rank 2 or more, got " + formatShape(input.getShape()));
  bool areConstant = true;
  for (size_t index = 1; index < 5; ++index) {
    const Tensor &parameter = node.getInput(index);
    if (parameter.getShape() != ArrayRef(input.getSize(1)) || parameter.getElementType() != input.getElementType())
      return node.error("expected parameters of " + Twine(input.getSize(1)) + " elements of the input's type, got " +
                        formatShape(parameter.getShape()));
    areConstant &= static_cast<bool>(parameter.constant);
  }
  double epsilon = node.getFloat("epsilon", 1e-5);
  Affine affine = areConstant ? foldBatchNormalization(node, epsilon) : emitBatchNormalization(node, epsilon);
  Tensor scaled = binaryAlong<arith::MulFOp>(node, input, affine.factor, {1});
  return node.setResult(binaryAlong<arith::AddFOp>(node, scaled, affine.shift, {1}));
}

//===----------------------------------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------------------------------===//

static Tensor softmax(Node &node, const Tensor &input, int64_t axis) {
  if (node.failed() || !input)
    return {};
  Value empty = tensor::EmptyOp::create(node, input.getShape(), input.getElementType());
  return Tensor(linalg::SoftmaxOp::create(node, TypeRange{input.type}, node.materialize(input), empty, axis)
                    ->getResult(0));
}

/// x - max - log(sum(exp(x - max))) along an axis.
static Tensor logSoftmax(Node &node, const Tensor &input, int64_t axis) {
  Type elementType = input.getElementType();
  SmallVector<int64_t> others;
  for (int64_t dim : llvm::seq(input.getRank()))
    if (dim != axis)
      others.push_back(dim);
  Tensor max = reduce(node, input, axis, lowestAttr(elementType, false),
                      [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                        return arith::MaximumFOp::create(b, args[0], args[1]);
                      });
  Tensor shifted = binaryAlong<arith::SubFOp>(node, input, max, others);
  Tensor exponentials = elementwise(node, shifted, elementType, [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
    return math::ExpOp::create(b, args[0]);
  });
  Tensor sum = reduce(node, exponentials, axis, node.getZeroAttr(elementType),
                      [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                        return arith::AddFOp::create(b, args[0], args[1]);
                      });
  Tensor logarithm = elementwise(node, sum, elementType, [](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
    return math::LogOp::create(b, args[0]);
  });
  return binaryAlong<arith::SubFOp>(node, shifted, logarithm, others);
}

/// Before version 13 the softmax is over all dimensions from the axis on, which are one then.
static LogicalResult importSoftmaxLike(Node &node, function_ref<Tensor(Node &, const Tensor &, int64_t)> emit) {
  const Tensor &input = node.getInput(0);
  if (!isa<FloatType>(input.getElementType()) || input.getRank() == 0)
    return node.error("expected an input of floats of rank 1 or more");
  bool isFlattened = node.getOpset() < 13;
  int64_t axis = node.normalizeAxis(node.getInteger("axis", isFlattened ? 1 : -1), input.getRank());
  if (node.failed())
    return failure();
  ArrayRef<int64_t> inner = input.getShape().drop_front(axis + 1);
  if (!isFlattened || llvm::all_of(inner, [](int64_t size) { return size == 1; }))
    return node.setResult(emit(node, input, axis));
  SmallVector<int64_t> shape(input.getShape().take_front(axis));
  int64_t count = 1;
  for (int64_t size : input.getShape().drop_front(axis))
    count *= size;
  shape.push_back(count);
  Tensor flat = reshape(node, input, shape);
  return node.setResult(reshape(node, emit(node, flat, axis), input.getShape()));
}

LogicalResult nibble::onnx_import::importSoftmax(Node &node) { return importSoftmaxLike(node, softmax); }
LogicalResult nibble::onnx_import::importLogSoftmax(Node &node) { return importSoftmaxLike(node, logSoftmax); }
