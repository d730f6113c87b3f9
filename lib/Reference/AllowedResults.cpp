//===- AllowedResults.cpp - what a compiled program may compute -------------------------------------===//

#include "nibble/Reference/AllowedResults.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <array>
#include <cmath>

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

using Values = SmallVector<std::pair<Value, Tensor>>;

//===----------------------------------------------------------------------------------------------===//
// Exactness
//===----------------------------------------------------------------------------------------------===//

/// A function that compiled programs take from a C library: those of f64.
static bool isLibraryFunction(Operation *op) {
  if (!isa_and_nonnull<math::MathDialect>(op->getDialect()) || op->getNumResults() == 0)
    return false;
  Type type = getElementTypeOrSelf(op->getResult(0).getType());
  bool isOurs = isa<
#define NIBBLE_FUNCTION(Op, function, expression) math::Op,
#define NIBBLE_BINARY_FUNCTION NIBBLE_FUNCTION
#include "nibble/Numerics/Functions.def"
      math::SqrtOp>(op);
  bool isRounded = isa<math::AbsFOp, math::CeilOp, math::CopySignOp, math::FloorOp, math::RoundEvenOp, math::RoundOp,
                       math::SqrtOp, math::TruncOp>(op);
  return isa<FloatType>(type) && !isRounded && !(isOurs && !type.isF64());
}

/// The sum that a reduction adds its elements to, and the element; null when it is none of floats.
static arith::AddFOp getFloatSum(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1)
    return nullptr;
  auto sum = op.getBlock()->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  return sum && llvm::is_contained(sum->getOperands(), Value(op.getRegionOutputArgs().front())) ? sum : nullptr;
}

static Exactness getReductionExactness(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0 || !isa<FloatType>(getElementTypeOrSelf(op->getResultTypes().front())))
    return Exactness::Exact;
  if (arith::AddFOp sum = getFloatSum(op))
    return sum.getType().isF32() ? Exactness::FloatSums : Exactness::Unspecified;
  // Maxima and minima do not depend on the order.
  auto combiner = op.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  return isa_and_nonnull<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp, arith::SelectOp>(combiner)
             ? Exactness::Exact
             : Exactness::Unspecified;
}

Exactness nibble::reference::getExactness(Operation *op) {
  bool callsLibrary = false;
  op->walk([&](Operation *inner) { callsLibrary |= isLibraryFunction(inner); });
  if (callsLibrary)
    return Exactness::Unspecified;
  if (auto contraction = dyn_cast<ContractionOpInterface>(op)) {
    // Sums of integers are exact, and those of blocks are added up in the order of the row.
    bool isExact = !isa<FloatType>(contraction.getAccumulatorType()) || contraction.hasIntegerBlocks();
    return isExact ? Exactness::Exact : Exactness::FloatSums;
  }
  if (isa<linalg::SoftmaxOp>(op))
    return Exactness::Unspecified;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op); linalgOp && op->getNumResults() == 1)
    return getReductionExactness(linalgOp);
  return Exactness::Exact;
}

bool nibble::reference::isExactFromArguments(Value value) {
  llvm::SetVector<Value> reached;
  reached.insert(value);
  for (size_t next = 0; next < reached.size(); ++next) {
    Operation *op = reached[next].getDefiningOp();
    if (!op)
      continue;
    if (getExactness(op) != Exactness::Exact)
      return false;
    op->walk([&](Operation *inner) { reached.insert(inner->operand_begin(), inner->operand_end()); });
  }
  return true;
}

//===----------------------------------------------------------------------------------------------===//
// Sums of magnitudes
//===----------------------------------------------------------------------------------------------===//

/// An op that stands in front of one of the program for a while, so that it finds symbols, with operands of its own.
namespace {
class ScratchOp {
public:
  ScratchOp(Operation *original, ArrayRef<std::pair<Value, Tensor>> values)
      : op(OpBuilder(original).clone(*original)), values(values) {}
  /// Takes an op that has been inserted somewhere.
  ScratchOp(ArrayRef<std::pair<Value, Tensor>> values, Operation *op) : op(op), values(values) {}
  ScratchOp(const ScratchOp &) = delete;
  ScratchOp &operator=(const ScratchOp &) = delete;
  ~ScratchOp() { op->erase(); }

  Operation *get() { return op; }

  /// A value that only this op has.
  Value add(const Tensor &tensor) {
    Value value = block.addArgument(tensor.getType(), op->getLoc());
    values.push_back({value, tensor});
    return value;
  }

  FailureOr<Tensor> evaluate() {
    FailureOr<SmallVector<Tensor>> results = reference::evaluate(op, values);
    if (failed(results) || results->size() != 1)
      return failure();
    return results->front();
  }

private:
  Block block; // destroyed after the op that uses its arguments
  Operation *op;
  Values values;
};
} // namespace

static const Tensor &lookUp(Value value, ArrayRef<std::pair<Value, Tensor>> values) {
  return llvm::find_if(values, [&](const auto &known) { return known.first == value; })->second;
}

static FailureOr<Tensor> getMagnitudes(const Tensor &tensor) {
  FailureOr<Tensor> result = Tensor::create(tensor.getElementType(), tensor.getShape());
  if (succeeded(result))
    for (int64_t index = 0; index < tensor.getNumElements(); ++index)
      result->setFloat(index, std::abs(tensor.getFloat(index)));
  return result;
}

static FailureOr<Tensor> makeUninitialized(Type elementType, Value init) {
  return Tensor::create(elementType, cast<ShapedType>(init.getType()).getShape());
}

/// |x - input_zero_point| as f32, of codes or of floats.
static FailureOr<Tensor> getInputMagnitudes(ContractionOpInterface op, ArrayRef<std::pair<Value, Tensor>> values) {
  const Tensor &input = lookUp(op.getInput(), values);
  SchemeAttr scheme = op.getInputSchemeAttr();
  if (!scheme)
    return getMagnitudes(input);
  int64_t zeroPoint = op.getInputZeroPoint() ? lookUp(op.getInputZeroPoint(), values).getInteger(0) : 0;
  FailureOr<Tensor> result = Tensor::create(Float32Type::get(op.getContext()), input.getShape());
  if (succeeded(result))
    for (int64_t index = 0; index < input.getNumElements(); ++index) {
      int64_t code = input.getInteger(index);
      if (!scheme.isSigned())
        code &= (int64_t(1) << (8 * getSizeInBytes(input.getKind()))) - 1;
      result->setFloat(index, static_cast<double>(std::abs(code - zeroPoint)));
    }
  return result;
}

/// Rows `[F, KH * KW * C]` as `[KH, KW, C, F]`.
static FailureOr<Tensor> exchangeRows(const Tensor &rows, ArrayRef<int64_t> shape) {
  FailureOr<Tensor> result = Tensor::create(rows.getElementType(), shape);
  int64_t numRows = rows.getShape()[0], rowLength = rows.getShape()[1];
  if (succeeded(result))
    for (int64_t row = 0; row < numRows; ++row)
      for (int64_t place = 0; place < rowLength; ++place)
        result->setFloat(place * numRows + row, rows.getFloat(row * rowLength + place));
  return result;
}

/// |w|, dequantized where the filter is one of codes, in the shape of a filter without scheme.
static FailureOr<Tensor> getFilterMagnitudes(ContractionOpInterface op, ArrayRef<std::pair<Value, Tensor>> values) {
  if (!op.isFilterScaled())
    return getMagnitudes(lookUp(op.getFilter(), values));
  OpBuilder builder(op);
  ArrayRef<int64_t> shape = op.getFilterShape();
  bool isConv = isa<ConvOp>(op.getOperation());
  SmallVector<int64_t> rows = isConv ? SmallVector<int64_t>{shape.back(), ShapedType::getNumElements(shape.drop_back())}
                                     : SmallVector<int64_t>(shape);
  ScratchOp dequantize(values, DequantizeOp::create(builder, op.getLoc(), RankedTensorType::get(rows, builder.getF32Type()),
                                                    op.getFilter(), op.getFilterScales(), op.getFilterZeroPoints(),
                                                    op.getFilterSchemeAttr()));
  FailureOr<Tensor> numbers = dequantize.evaluate();
  if (failed(numbers))
    return failure();
  FailureOr<Tensor> magnitudes = getMagnitudes(*numbers);
  return failed(magnitudes) || !isConv ? magnitudes : exchangeRows(*magnitudes, shape);
}

/// For each sum `sum of |x * w| + |bias|`.
static FailureOr<Tensor> evaluateMagnitudes(ContractionOpInterface original, ArrayRef<std::pair<Value, Tensor>> values) {
  ScratchOp scratch(original, values);
  Type type = original.getAccumulatorType();
  FailureOr<Tensor> init = makeUninitialized(type, original.getInit()), input = getInputMagnitudes(original, values),
                    filter = getFilterMagnitudes(original, values);
  if (failed(init) || failed(input) || failed(filter))
    return failure();
  auto build = [&](auto op) -> LogicalResult {
    op.getEpilogueOperandsMutable().clear();
    op.getEpilogue().getBlocks().clear();
    op.getInitMutable().assign(scratch.add(*init));
    op->getResult(0).setType(init->getType());
    op.getInputMutable().assign(scratch.add(*input));
    op.getFilterMutable().assign(scratch.add(*filter));
    op.getInputZeroPointMutable().clear();
    op.getFilterScalesMutable().clear();
    op.getFilterZeroPointsMutable().clear();
    for (StringRef attribute : {"inputScheme", "filterScheme", "packedFilterShape"})
      op->removeAttr(attribute);
    if (!op.getBias())
      return success();
    FailureOr<Tensor> bias = getMagnitudes(lookUp(op.getBias(), values));
    if (failed(bias))
      return failure();
    op.getBiasMutable().assign(scratch.add(*bias));
    return success();
  };
  auto built = llvm::TypeSwitch<Operation *, LogicalResult>(scratch.get()).Case<ContractOp, ConvOp>(build).Default(failure());
  return succeeded(built) ? scratch.evaluate() : FailureOr<Tensor>(failure());
}

static int64_t getNumProducts(ContractionOpInterface op) {
  if (isa<ConvOp>(op.getOperation()))
    return ShapedType::getNumElements(op.getFilterShape().drop_back());
  return cast<ShapedType>(op.getInput().getType()).getShape().back();
}

/// `factor` times each element of a tensor.
static FailureOr<Tensor> scale(const Tensor &tensor, double factor) {
  FailureOr<Tensor> result = Tensor::create(tensor.getElementType(), tensor.getShape());
  if (succeeded(result))
    for (int64_t index = 0; index < tensor.getNumElements(); ++index)
      result->setFloat(index, factor * tensor.getFloat(index));
  return result;
}

/// The result when `shift` is added to each sum in front of the epilogue.
static FailureOr<Tensor> evaluateShifted(ContractionOpInterface original, const Tensor &shift,
                                         ArrayRef<std::pair<Value, Tensor>> values) {
  ScratchOp scratch(original, values);
  auto build = [&](auto op) -> LogicalResult {
    Type type = shift.getElementType();
    Region &epilogue = op.getEpilogue();
    bool hasEpilogue = !epilogue.empty();
    if (!hasEpilogue)
      epilogue.emplaceBlock().addArgument(type, op.getLoc());
    op.getEpilogueOperandsMutable().append(scratch.add(shift));
    Block &block = epilogue.front();
    Value argument = block.addArgument(type, op.getLoc()), sum = block.getArgument(0);
    OpBuilder builder = OpBuilder::atBlockBegin(&block);
    auto shifted = arith::AddFOp::create(builder, op.getLoc(), sum, argument);
    sum.replaceAllUsesExcept(shifted, shifted);
    if (!hasEpilogue)
      YieldOp::create(builder, op.getLoc(), shifted.getResult());
    return success();
  };
  auto built = llvm::TypeSwitch<Operation *, LogicalResult>(scratch.get()).Case<ContractOp, ConvOp>(build).Default(failure());
  return succeeded(built) ? scratch.evaluate() : FailureOr<Tensor>(failure());
}

//===----------------------------------------------------------------------------------------------===//
// Intervals
//===----------------------------------------------------------------------------------------------===//

/// Half a unit in the last place of a number next to 1: (S13).
constexpr double unitRoundoff = 0x1p-24;

static LogicalResult evaluateContraction(ContractionOpInterface op, ArrayRef<std::pair<Value, Tensor>> values,
                                         AllowedResults &allowed) {
  FailureOr<Tensor> magnitudes = evaluateMagnitudes(op, values);
  if (failed(magnitudes))
    return failure();
  // The bias is one more term.
  double factor = static_cast<double>(getNumProducts(op) + (op.getBias() ? 1 : 0)) * unitRoundoff;
  for (auto [sign, bound] : {std::pair(-1, &allowed.lowest), std::pair(1, &allowed.highest)}) {
    FailureOr<Tensor> shift = scale(*magnitudes, sign * factor);
    FailureOr<Tensor> result = succeeded(shift) ? evaluateShifted(op, *shift, values) : FailureOr<Tensor>(failure());
    if (failed(result))
      return failure();
    bound->push_back(*result);
  }
  return success();
}

static LogicalResult evaluateReduction(linalg::LinalgOp op, ArrayRef<std::pair<Value, Tensor>> values,
                                       AllowedResults &allowed) {
  // |init| is a term too: with what it is not, it is a bound all the same.
  ScratchOp scratch(op, values);
  auto clone = cast<linalg::LinalgOp>(scratch.get());
  arith::AddFOp sum = getFloatSum(clone);
  OpBuilder builder(sum);
  for (OpOperand &operand : sum->getOpOperands())
    operand.set(math::AbsFOp::create(builder, sum.getLoc(), operand.get()));
  FailureOr<Tensor> magnitudes = scratch.evaluate();
  if (failed(magnitudes))
    return failure();
  int64_t numTerms = 1;
  for (auto [extent, kind] : llvm::zip_equal(op.getStaticLoopRanges(), op.getIteratorTypesArray()))
    numTerms *= kind == utils::IteratorType::reduction ? extent : 1;
  double factor = static_cast<double>(numTerms) * unitRoundoff;
  for (auto [sign, bound] : {std::pair(-1, &allowed.lowest), std::pair(1, &allowed.highest)}) {
    FailureOr<Tensor> result = allowed.expected.front().clone();
    if (failed(result))
      return failure();
    for (int64_t index = 0; index < result->getNumElements(); ++index)
      result->setFloat(index, result->getFloat(index) + sign * factor * magnitudes->getFloat(index));
    bound->push_back(*result);
  }
  return success();
}

FailureOr<AllowedResults> nibble::reference::evaluateAllowed(Operation *op,
                                                             ArrayRef<std::pair<Value, Tensor>> values) {
  AllowedResults allowed;
  Exactness exactness = getExactness(op);
  if (exactness == Exactness::Unspecified)
    return failure();
  FailureOr<SmallVector<Tensor>> results = evaluate(op, values);
  if (failed(results))
    return failure();
  allowed.expected = *results;
  if (exactness == Exactness::Exact) {
    allowed.lowest = allowed.highest = allowed.expected;
    return allowed;
  }
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  if (failed(contraction ? evaluateContraction(contraction, values, allowed)
                         : evaluateReduction(cast<linalg::LinalgOp>(op), values, allowed)))
    return failure();
  return allowed;
}

/// Whether the number is between two others, signed or unsigned as codes are, in an order in which what is expected is so too.
static bool isBetween(int64_t actual, int64_t expected, int64_t low, int64_t high, unsigned numBits) {
  uint64_t signBit = uint64_t(1) << (numBits - 1), mask = signBit + (signBit - 1);
  return llvm::any_of(std::array<uint64_t, 2>{0, signBit}, [&](uint64_t flip) {
    auto getRank = [&](int64_t number) { return (uint64_t(number) & mask) ^ flip; };
    std::pair<uint64_t, uint64_t> bounds = std::minmax({getRank(low), getRank(high)});
    return llvm::all_of(std::array<int64_t, 2>{actual, expected}, [&](int64_t number) {
      return bounds.first <= getRank(number) && getRank(number) <= bounds.second;
    });
  });
}

static bool isAllowed(const Tensor &actual, const Tensor &expected, const Tensor &lowest, const Tensor &highest,
                      int64_t index) {
  if (!isFloat(actual.getKind())) {
    unsigned numBits = 8 * getSizeInBytes(actual.getKind());
    return actual.getInteger(index) == expected.getInteger(index) ||
           isBetween(actual.getInteger(index), expected.getInteger(index), lowest.getInteger(index), highest.getInteger(index), numBits);
  }
  double value = actual.getFloat(index), wanted = expected.getFloat(index), low = lowest.getFloat(index),
         high = highest.getFloat(index);
  if (std::isnan(value) || std::isnan(wanted))
    return std::isnan(value) && std::isnan(wanted);
  return (value == wanted && std::signbit(value) == std::signbit(wanted)) ||
         (low != high && value >= std::min({low, high, wanted}) && value <= std::max({low, high, wanted}));
}

std::optional<int64_t> AllowedResults::findFirstWrong(unsigned result, const Tensor &actual, int64_t *numWrong) const {
  std::optional<int64_t> first;
  int64_t count = 0;
  for (int64_t index = 0; index < actual.getNumElements(); ++index)
    if (!isAllowed(actual, expected[result], lowest[result], highest[result], index) && count++ == 0)
      first = index;
  if (numWrong)
    *numWrong = count;
  return first;
}
