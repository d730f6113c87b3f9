//===- Contractions.cpp - TOSA's convolutions and matrix products of codes ------------------------------===//

#include "Contractions.h"
#include "Rescale.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble;

namespace {

//===----------------------------------------------------------------------------------------------===//
// What is behind a contraction
//===----------------------------------------------------------------------------------------------===//

/// The rescalings and clamps that a sum goes through before anything else reads it.
class EpilogueChain {
public:
  explicit EpilogueChain(Value sum) : last(sum) {
    while (last.hasOneUse() && append(*last.getUsers().begin()))
      last = steps.back().op->getResult(0);
  }

  /// The value that is replaced.
  Value getResult() const { return last; }
  bool isEmpty() const { return steps.empty(); }
  /// From the result to the sum.
  void eraseOps(RewriterBase &rewriter) const {
    for (const Step &step : llvm::reverse(steps))
      rewriter.eraseOp(step.op);
  }

  /// The parameters that differ between channels.
  SmallVector<Value> createOperands(OpBuilder &builder, Location loc) const {
    SmallVector<Value> operands;
    for (const Step &step : steps)
      if (step.rescale)
        llvm::append_range(operands, step.rescale->createOperands(builder, loc));
    return operands;
  }

  /// Fills an epilogue whose operands are those of `createOperands`.
  void create(OpBuilder &builder, Location loc, Region &region, Type sumType, ValueRange operands) const {
    SmallVector<Type> types = {sumType};
    for (Value operand : operands)
      types.push_back(getElementTypeOrSelf(operand));
    Block *block = builder.createBlock(&region, region.end(), types, SmallVector<Location>(types.size(), loc));
    Value value = block->getArgument(0);
    ValueRange parameters = block->getArguments().drop_front();
    for (const Step &step : steps) {
      size_t count = step.rescale && step.rescale->isPerChannel() ? 2 : 0;
      value = step.rescale ? step.rescale->create(builder, step.op->getLoc(), value, parameters.take_front(count))
                           : createClamp(builder, cast<tosa::ClampOp>(step.op), value);
      parameters = parameters.drop_front(count);
    }
    YieldOp::create(builder, loc, value);
  }

private:
  struct Step {
    Operation *op;
    std::optional<Rescale> rescale; // otherwise a clamp
  };

  bool append(Operation *user) {
    if (auto op = dyn_cast<tosa::RescaleOp>(user)) {
      FailureOr<Rescale> rescale = Rescale::get(op);
      if (op.getInput() != last || failed(rescale))
        return false;
      steps.push_back({user, *rescale});
      return true;
    }
    auto clamp = dyn_cast<tosa::ClampOp>(user);
    if (!clamp || !getElementTypeOrSelf(clamp.getType()).isSignlessInteger())
      return false;
    steps.push_back({user, std::nullopt});
    return true;
  }

  static Value createClamp(OpBuilder &builder, tosa::ClampOp clamp, Value value) {
    Location loc = clamp.getLoc();
    Value low = arith::ConstantOp::create(builder, loc, cast<TypedAttr>(clamp.getMinVal()));
    Value high = arith::ConstantOp::create(builder, loc, cast<TypedAttr>(clamp.getMaxVal()));
    return arith::MinSIOp::create(builder, loc, arith::MaxSIOp::create(builder, loc, value, low), high);
  }

  Value last;
  SmallVector<Step> steps;
};

//===----------------------------------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------------------------------===//

/// Signed codes of the element type's width, with or without a zero point.
SchemeAttr getScheme(Type element, int64_t zeroPoint) {
  MLIRContext *context = element.getContext();
  return SchemeAttr::get(context, "s" + std::to_string(element.getIntOrFloatBitWidth()), /*narrowRange=*/false, {},
                         {Float32Type::get(context)}, zeroPoint ? ZeroPointKind::Integer : ZeroPointKind::None,
                         RoundingMode::HalfToEven);
}

Value createZeroPoint(OpBuilder &builder, Location loc, int64_t zeroPoint) {
  return zeroPoint ? arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(zeroPoint)) : Value();
}

/// The bias as a constant with one sum for each channel; null for zeros.
FailureOr<Value> createBias(OpBuilder &builder, Value bias, int64_t numChannels, Type sumType) {
  DenseElementsAttr elements = getDenseElements(bias);
  if (!elements)
    return failure();
  SmallVector<APInt> sums;
  for (const APInt &element : elements.getValues<APInt>())
    sums.push_back(element.sext(sumType.getIntOrFloatBitWidth()));
  if (llvm::all_of(sums, [](const APInt &sum) { return sum.isZero(); }))
    return Value();
  // One element stands for all channels.
  sums.resize(numChannels, sums.front());
  auto type = RankedTensorType::get({numChannels}, sumType);
  return arith::ConstantOp::create(builder, bias.getLoc(), DenseElementsAttr::get(type, sums)).getResult();
}

Value createTranspose(OpBuilder &builder, Value value, ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  for (int64_t dim : permutation)
    shape.push_back(type.getDimSize(dim));
  Value init = tensor::EmptyOp::create(builder, value.getLoc(), shape, type.getElementType());
  return linalg::TransposeOp::create(builder, value.getLoc(), value, init, permutation)->getResult(0);
}

/// What nibble.conv and nibble.contract have in common.
struct ContractionParts {
  Value input, filter;
  int64_t inputZeroPoint, filterZeroPoint;
  Type sumType; // i64 for TOSA's i48
};

/// Sums of 8-bit codes have 32 bits in TOSA, those of 16-bit ones 48.
Type getSumType(Type input, Type result) {
  MLIRContext *context = input.getContext();
  if (input.isInteger(8) && result.isInteger(32))
    return IntegerType::get(context, 32);
  return input.isInteger(16) && result.isInteger(48) ? IntegerType::get(context, 64) : Type();
}

/// The reason why codes and shapes of a contraction are not taken, "" when they are.
StringRef findObstacle(Operation *op, const EpilogueChain &chain) {
  if (!llvm::all_of(llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()), [](Type type) {
        auto ranked = dyn_cast<RankedTensorType>(type);
        return ranked && ranked.hasStaticShape();
      }))
    return "its shapes are not known";
  Type input = getElementTypeOrSelf(op->getOperand(0)), filter = getElementTypeOrSelf(op->getOperand(1));
  Type sum = getElementTypeOrSelf(op->getResult(0));
  if ((!filter.isInteger(8) && !filter.isInteger(16)) || !getSumType(input, sum))
    return "its operands are not codes of 8 or 16 bits with sums of 32 or 48";
  if (sum.isInteger(48) && chain.isEmpty())
    return "nothing rescales its sums of 48 bits";
  return "";
}

/// Creates the op with the epilogue of the chain and the attributes that `addAttributes` gives it; replaces the chain by its result
/// in the shape of the chain's.
template <typename ContractionOp, typename... Attributes>
void replaceChain(RewriterBase &rewriter, Operation *op, const EpilogueChain &chain, const ContractionParts &parts, Value bias,
                  ArrayRef<int64_t> shape, Attributes... attributes) {
  Location loc = op->getLoc();
  auto chainType = cast<RankedTensorType>(chain.getResult().getType());
  auto type = chainType.clone(shape);
  Value init = tensor::EmptyOp::create(rewriter, loc, shape, type.getElementType());
  SmallVector<Value> operands = chain.createOperands(rewriter, loc);
  auto contraction = ContractionOp::create(
      rewriter, loc, type, parts.input, parts.filter, bias, createZeroPoint(rewriter, loc, parts.inputZeroPoint),
      createZeroPoint(rewriter, loc, parts.filterZeroPoint), /*filterScales=*/ValueRange(), /*filterZeroPoints=*/Value(), operands, init,
      getScheme(getElementTypeOrSelf(parts.input), parts.inputZeroPoint),
      getScheme(getElementTypeOrSelf(parts.filter), parts.filterZeroPoint), DenseI64ArrayAttr(), attributes...);
  if (!chain.isEmpty()) {
    OpBuilder::InsertionGuard guard(rewriter);
    chain.create(rewriter, loc, contraction.getEpilogue(), parts.sumType, operands);
  }
  Value result = contraction->getResult(0);
  if (type != chainType)
    result = tensor::ExpandShapeOp::create(rewriter, loc, chainType, result, ArrayRef<ReassociationIndices>{{0, 1}, {2}});
  rewriter.replaceAllUsesWith(chain.getResult(), result);
  chain.eraseOps(rewriter);
  rewriter.eraseOp(op);
}

//===----------------------------------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------------------------------===//

/// [F, KH, KW, C] to [KH, KW, C, F].
Value createFilter(OpBuilder &builder, tosa::Conv2DOp op) { return createTranspose(builder, op.getWeight(), {1, 2, 3, 0}); }

/// [KH, KW, C, M] to [KH, KW, 1, C * M].
Value createFilter(OpBuilder &builder, tosa::DepthwiseConv2DOp op) {
  Value weight = op.getWeight();
  auto type = cast<RankedTensorType>(weight.getType());
  int64_t features = type.getDimSize(2) * type.getDimSize(3);
  auto merged = type.clone({type.getDimSize(0), type.getDimSize(1), features});
  Value filter = tensor::CollapseShapeOp::create(builder, weight.getLoc(), merged, weight,
                                                 ArrayRef<ReassociationIndices>{{0}, {1}, {2, 3}});
  auto split = type.clone({type.getDimSize(0), type.getDimSize(1), 1, features});
  return tensor::ExpandShapeOp::create(builder, weight.getLoc(), split, filter,
                                       ArrayRef<ReassociationIndices>{{0}, {1}, {2, 3}});
}

template <typename TosaConvOp>
StringRef convertConvolution(RewriterBase &rewriter, TosaConvOp op) {
  EpilogueChain chain(op.getOutput());
  if (StringRef obstacle = findObstacle(op, chain); !obstacle.empty())
    return obstacle;
  FailureOr<int64_t> inputZeroPoint = op.getInputZeroPoint(), filterZeroPoint = op.getWeightZeroPoint();
  if (failed(inputZeroPoint) || failed(filterZeroPoint))
    return "its zero points are not constant";
  rewriter.setInsertionPointAfterValue(chain.getResult());
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getType()).getShape();
  Type sumType = getSumType(getElementTypeOrSelf(op.getInput()), getElementTypeOrSelf(op.getType()));
  FailureOr<Value> bias = createBias(rewriter, op.getBias(), shape[3], sumType);
  if (failed(bias))
    return "its bias is not constant";
  constexpr bool isDepthwise = std::is_same_v<TosaConvOp, tosa::DepthwiseConv2DOp>;
  int64_t groups = isDepthwise ? cast<RankedTensorType>(op.getInput().getType()).getDimSize(3) : 1;
  ContractionParts parts{op.getInput(), createFilter(rewriter, op), *inputZeroPoint, *filterZeroPoint, sumType};
  replaceChain<ConvOp>(rewriter, op, chain, parts, *bias, shape, op.getStrideAttr(), op.getDilationAttr(), op.getPadAttr(),
                       rewriter.getI64IntegerAttr(groups));
  return "";
}

/// A batch of one matrix is a matrix.
Value dropBatch(OpBuilder &builder, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return tensor::CollapseShapeOp::create(builder, value.getLoc(), type.clone(type.getShape().drop_front()), value,
                                         ArrayRef<ReassociationIndices>{{0, 1}, {2}});
}

StringRef convertMatrixProduct(RewriterBase &rewriter, tosa::MatMulOp op) {
  EpilogueChain chain(op.getOutput());
  if (StringRef obstacle = findObstacle(op, chain); !obstacle.empty())
    return obstacle;
  FailureOr<int64_t> inputZeroPoint = op.getAZeroPoint(), filterZeroPoint = op.getBZeroPoint();
  if (failed(inputZeroPoint) || failed(filterZeroPoint))
    return "its zero points are not constant";
  rewriter.setInsertionPointAfterValue(chain.getResult());
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getType()).getShape();
  Type sumType = getSumType(getElementTypeOrSelf(op.getA()), getElementTypeOrSelf(op.getType()));
  ContractionParts parts{op.getA(), op.getB(), *inputZeroPoint, *filterZeroPoint, sumType};
  if (shape.front() == 1) {
    shape = shape.drop_front();
    parts.input = dropBatch(rewriter, parts.input);
    parts.filter = dropBatch(rewriter, parts.filter);
  }
  replaceChain<ContractOp>(rewriter, op, chain, parts, Value(), shape, /*transposeFilter=*/UnitAttr());
  return "";
}

} // namespace

StringRef nibble::convertContraction(RewriterBase &rewriter, Operation *op) {
  if (auto conv = dyn_cast<tosa::Conv2DOp>(op))
    return convertConvolution(rewriter, conv);
  if (auto conv = dyn_cast<tosa::DepthwiseConv2DOp>(op))
    return convertConvolution(rewriter, conv);
  if (auto product = dyn_cast<tosa::MatMulOp>(op))
    return convertMatrixProduct(rewriter, product);
  return "";
}
