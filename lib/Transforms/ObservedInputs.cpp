//===- ObservedInputs.cpp - what calibration knows of the inputs of contractions --------------------===//

#include "ObservedInputs.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>

using namespace mlir;
using namespace nibble;
using numerics::GramLayout;

//===------------------------------------------------------------------------------------------------===//
// Factors of channels
//===------------------------------------------------------------------------------------------------===//

Value nibble::createChannelProduct(OpBuilder &builder, Location loc, Value value, ArrayRef<float> factors) {
  auto type = cast<RankedTensorType>(value.getType());
  auto factorType = RankedTensorType::get({static_cast<int64_t>(factors.size())}, builder.getF32Type());
  Value constant = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(factorType, factors));
  Value init = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<AffineMap> maps = {identity, identity.getMinorSubMap(1), identity};
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, type, ValueRange{value, constant}, init, maps, iterators,
                                   [](OpBuilder &nested, Location loc, ValueRange elements) {
                                     Value product = arith::MulFOp::create(nested, loc, elements[0], elements[1]);
                                     linalg::YieldOp::create(nested, loc, product);
                                   })
      .getResult(0);
}

/// What createChannelProduct makes: the value and the factors of its channels.
static std::optional<std::pair<Value, SmallVector<float>>> matchChannelProduct(Value value) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumDpsInputs() != 2 || op.getNumParallelLoops() != op.getNumLoops() || op.getNumLoops() == 0)
    return std::nullopt;
  AffineMap identity = AffineMap::getMultiDimIdentityMap(op.getNumLoops(), op.getContext());
  std::optional<SmallVector<float>> factors = getConstantFloats(op.getInputs()[1]);
  auto product = dyn_cast<arith::MulFOp>(op.getBody()->front());
  if (!factors || !product || op.getBody()->getTerminator()->getOperand(0) != product.getResult() ||
      product.getLhs() != op.getBody()->getArgument(0) || product.getRhs() != op.getBody()->getArgument(1) ||
      op.getIndexingMapsArray() != SmallVector<AffineMap>{identity, identity.getMinorSubMap(1), identity})
    return std::nullopt;
  return std::pair(op.getInputs()[0], std::move(*factors));
}

std::optional<ObservedInput> ObservedInput::find(Value value) {
  SmallVector<float> factors;
  if (auto product = matchChannelProduct(value))
    std::tie(value, factors) = *product;
  auto probe = value.getDefiningOp<ObserveOp>();
  return probe ? std::optional(ObservedInput{probe, std::move(factors)}) : std::nullopt;
}

//===------------------------------------------------------------------------------------------------===//
// Arrays
//===------------------------------------------------------------------------------------------------===//

FailureOr<InputStatistics> InputStatistics::load(Operation *op, ArrayRef<std::string> paths) {
  llvm::Expected<calibration::StatisticsFile> file = calibration::StatisticsFile::loadMerged(paths);
  if (!file)
    return op->emitError() << "cannot read calibration statistics: " << llvm::toString(file.takeError());
  return InputStatistics(std::move(*file));
}

FailureOr<ArrayRef<float>> InputStatistics::getArray(Operation *op, const std::string &name, int64_t size) const {
  auto found = file.arrays.find(name);
  if (found == file.arrays.end())
    return op->emitError() << "the calibration statistics have no array '" << name
                           << "', which its weights are rounded by; calibrate with the recipe that asks for it";
  if (static_cast<int64_t>(found->second.data.size()) != size)
    return op->emitError() << "expected " << size << " elements in the array '" << name << "' of the calibration statistics, got "
                           << found->second.data.size();
  return ArrayRef<float>(found->second.data);
}

FailureOr<ArrayRef<float>> InputStatistics::getMagnitudes(ObserveOp probe) const {
  return getArray(probe, numerics::getChannelMagnitudesName(probe.getName().str()),
                  cast<ShapedType>(probe.getInput().getType()).getShape().back());
}

/// Multiplies the products of one group and span with the factors of the places that they come from.
static void scaleProducts(MutableArrayRef<float> triangle, int64_t size, function_ref<float(int64_t place)> getFactor) {
  float *element = triangle.data();
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = i; j < size; ++j, ++element)
      *element = static_cast<float>(double(*element) * getFactor(i) * getFactor(j));
}

/// Whether the triangle may come from sums of products: all of them are finite, and those of squares not negative.
static bool isSumOfProducts(ArrayRef<float> triangle, int64_t size) {
  bool isValid = llvm::all_of(triangle, [](float element) { return std::isfinite(element); });
  for (int64_t i = 0; i < size; triangle = triangle.drop_front(size - i), ++i)
    isValid = isValid && triangle.front() >= 0;
  return isValid;
}

FailureOr<SmallVector<float>> InputStatistics::getGram(ContractionOpInterface op, const RowOrder &order, ObservedInput input) const {
  GramLayout layout{order.numGroups, order.rowLength};
  std::string name = getPatches(op).getArrayName(input.probe.getName());
  FailureOr<ArrayRef<float>> array = getArray(op, name, layout.getSize());
  if (failed(array))
    return failure();
  SmallVector<float> gram(*array);
  for (int64_t group = 0; group < layout.numGroups; ++group)
    for (int64_t span = 0; span < layout.getNumSpans(); ++span) {
      int64_t size = layout.getSpanSize(span);
      auto triangle = MutableArrayRef(gram).slice(layout.getBegin(group, span), GramLayout::getTriangleSize(size));
      if (!input.factors.empty())
        scaleProducts(triangle, size, [&](int64_t place) {
          return input.factors[order.getInputChannel(group, span * GramLayout::maxSpanSize + place)];
        });
      if (!isSumOfProducts(triangle, size))
        return op->emitError() << "the array '" << name << "' of the calibration statistics has no sums of products: expected finite "
                               << "numbers, and squares of at least 0";
    }
  return gram;
}
