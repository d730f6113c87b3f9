//===- ReplaceWeights.cpp - the weights of a checkpoint in a model ----------------------------------------===//
//
// Matrices that came quantized are [outputs, inputs]. Whether the model has them so or the other way round is seen from the
// products with them; where there are none, from the shape. Floats are taken as they are stored when their shape is that
// of the constant, since exporters that turn a weight give it another name.
//
//===----------------------------------------------------------------------------------------------------===//

#include "nibble/Import/ReplaceWeights.h"
#include "MatchWeights.h"
#include "WeightProducts.h"
#include "nibble/Import/Problems.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace nibble;

static RankedTensorType getType(Operation *constant) { return cast<RankedTensorType>(constant->getResult(0).getType()); }

//===----------------------------------------------------------------------------------------------------===//
// Orientation
//===----------------------------------------------------------------------------------------------------===//

/// Whether the constant is the transpose of the weight; nothing, and the reason in `problem`, where that cannot be said.
static std::optional<bool> findTransposition(const WeightMatch &match, std::string &problem) {
  ArrayRef<int64_t> wanted = getType(match.constant).getShape(), stored = match.weight->shape;
  std::optional<int64_t> reducedDim = wanted.size() == 2 ? findReducedDim(match.constant->getResult(0)) : std::nullopt;
  if (match.isTransposed)
    return *match.isTransposed;
  if (match.weight->isQuantized && reducedDim)
    return *reducedDim == 0;
  bool isSquare = wanted.size() == 2 && stored.size() == 2 && wanted[0] == wanted[1];
  if (!match.weight->isQuantized && match.isFromMap && isSquare && reducedDim == 0) {
    problem = "it is square, so that its shape does not say whether the model has it transposed; write 'transposed' or "
              "'stored' before its name in the map";
    return std::nullopt;
  }
  return wanted != stored && wanted.size() == 2 && stored.size() == 2 && wanted[0] == stored[1];
}

/// Whether shapes agree up to dimensions of 1 once `stored` is turned.
static bool agree(ArrayRef<int64_t> wanted, SmallVector<int64_t, 4> stored, bool isTransposed) {
  if (isTransposed && stored.size() == 2)
    std::swap(stored[0], stored[1]);
  auto isLarge = [](int64_t size) { return size != 1; };
  return llvm::equal(llvm::make_filter_range(wanted, isLarge), llvm::make_filter_range(stored, isLarge));
}

//===----------------------------------------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------------------------------------===//

static Value transpose(ImplicitLocOpBuilder &b, Value matrix) {
  auto type = cast<RankedTensorType>(matrix.getType());
  Value empty = tensor::EmptyOp::create(b, {type.getDimSize(1), type.getDimSize(0)}, type.getElementType());
  return linalg::TransposeOp::create(b, matrix, empty, ArrayRef<int64_t>{1, 0})->getResult(0);
}

/// Each element of `input` in another float type.
static Value convert(ImplicitLocOpBuilder &b, Value input, Type elementType) {
  auto type = cast<RankedTensorType>(input.getType());
  if (type.getElementType() == elementType)
    return input;
  Value empty = tensor::EmptyOp::create(b, type.getShape(), elementType);
  SmallVector<AffineMap> maps(2, b.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(b, TypeRange{empty.getType()}, ValueRange{input}, ValueRange{empty}, maps, iterators,
                                   [&](OpBuilder &nested, Location loc, ValueRange args) {
                                     Value result = elementType.getIntOrFloatBitWidth() > 32
                                                        ? Value(arith::ExtFOp::create(nested, loc, elementType, args[0]))
                                                        : arith::TruncFOp::create(nested, loc, elementType, args[0]);
                                     linalg::YieldOp::create(nested, loc, result);
                                   })
      .getResult(0);
}

/// `input` with the elements of a dimension in the order `columns`.
static Value takeColumns(ImplicitLocOpBuilder &b, Value input, int64_t dim, ArrayRef<int64_t> columns) {
  auto type = cast<RankedTensorType>(input.getType());
  auto tableType = RankedTensorType::get({static_cast<int64_t>(columns.size())}, b.getI64Type());
  Value table = arith::ConstantOp::create(b, DenseElementsAttr::get(tableType, columns));
  Value empty = tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(type.getRank())};
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(b, TypeRange{type}, ValueRange{}, ValueRange{empty}, maps, iterators,
                                   [&](OpBuilder &nested, Location loc, ValueRange) {
                                     SmallVector<Value> index;
                                     for (int64_t i = 0; i < type.getRank(); ++i)
                                       index.push_back(linalg::IndexOp::create(nested, loc, i));
                                     Value column = tensor::ExtractOp::create(nested, loc, table, index[dim]);
                                     index[dim] = arith::IndexCastOp::create(nested, loc, nested.getIndexType(), column);
                                     Value element = tensor::ExtractOp::create(nested, loc, input, index);
                                     linalg::YieldOp::create(nested, loc, element);
                                   })
      .getResult(0);
}

/// The numbers of a weight of floats in the type and the shape of the constant that it replaces.
static reference::Tensor convertFloats(const reference::Tensor &floats, RankedTensorType type, bool isTransposed) {
  reference::Tensor result = *reference::Tensor::create(type.getElementType(), type.getShape());
  int64_t numRows = isTransposed ? type.getDimSize(0) : 1, numColumns = type.getNumElements() / numRows;
  for (int64_t index = 0; index < type.getNumElements(); ++index)
    result.setFloat(index, floats.getFloat(isTransposed ? index % numColumns * numRows + index / numColumns : index));
  return result;
}

static Value createDequantize(ImplicitLocOpBuilder &b, const StoredWeight &weight, ArrayRef<int64_t> shape) {
  auto constant = [&](const reference::Tensor &tensor) -> Value {
    return arith::ConstantOp::create(b, tensor.toAttribute());
  };
  SmallVector<Value> scales = llvm::map_to_vector(weight.scales, constant);
  Value zeroPoint = weight.zeroPoint ? constant(*weight.zeroPoint) : Value();
  auto type = RankedTensorType::get(shape, b.getF32Type());
  return DequantizeOp::create(b, type, constant(weight.codes), scales, zeroPoint, weight.scheme);
}

/// Gives the inputs of all products the order in which the columns of the weight are stored.
static void permuteInputs(ArrayRef<WeightProduct> products, ArrayRef<int64_t> columns) {
  for (WeightProduct product : products) {
    ImplicitLocOpBuilder b(product.op.getLoc(), product.op);
    product.op->setOperand(0, takeColumns(b, product.getInput(), product.getInputDim(), columns));
  }
}

/// Replaces one constant; returns what is wrong with its weight, empty for nothing.
static std::string replace(const WeightMatch &match, bool isTransposed) {
  llvm::Expected<StoredWeight> weight = match.weight->read();
  if (!weight)
    return llvm::toString(weight.takeError());
  RankedTensorType type = getType(match.constant);
  ImplicitLocOpBuilder b(match.constant->getLoc(), match.constant);
  if (!weight->scheme) {
    ElementsAttr floats = convertFloats(weight->codes, type, isTransposed).toAttribute();
    match.constant->replaceAllUsesWith(arith::ConstantOp::create(b, cast<TypedAttr>(floats)));
    return "";
  }
  auto products = findProducts(match.constant->getResult(0));
  if (!weight->columns.empty() && !products)
    return "'" + match.weight->name + "' has its columns in another order (g_idx) and is no side of products only";
  if (!weight->columns.empty())
    permuteInputs(*products, weight->columns);
  Value value = createDequantize(b, *weight, match.weight->shape);
  value = convert(b, isTransposed ? transpose(b, value) : value, type.getElementType());
  match.constant->replaceAllUsesWith(ValueRange{value});
  return "";
}

llvm::Expected<std::vector<std::string>> nibble::replaceWeights(ModuleOp module, const Checkpoint &checkpoint,
                                                                const WeightMap &map) {
  std::vector<std::string> problems;
  module.getContext()->loadDialect<arith::ArithDialect, linalg::LinalgDialect, tensor::TensorDialect, NibbleDialect>();
  SmallVector<Operation *> constants = llvm::filter_to_vector(
      findNamedWeights(module), [](Operation *op) { return isa<arith::ConstantOp>(op); });
  WeightMatches matches = matchWeights(constants, checkpoint, map, problems);
  for (const WeightMatch &match : matches.matches) {
    std::string problem, name = "'" + getWeightName(match.constant).str() + "': ";
    std::optional<bool> isTransposed = findTransposition(match, problem);
    ArrayRef<int64_t> shape = getType(match.constant).getShape();
    if (isTransposed && !agree(shape, match.weight->shape, *isTransposed))
      problem = "it is " + formatShape(shape) + " in the model and " + formatShape(match.weight->shape) +
                (match.weight->isQuantized ? ", outputs and inputs," : "") + " in the checkpoint";
    else if (isTransposed && match.weight->isQuantized && shape.size() != match.weight->shape.size())
      problem = "its codes have " + std::to_string(match.weight->shape.size()) + " dimensions, the model wants " +
                std::to_string(shape.size());
    else if (isTransposed)
      problem = replace(match, *isTransposed);
    if (!problem.empty())
      problems.push_back(name + problem);
  }
  if (llvm::Error error = makeError("the checkpoint does not fit the model", problems))
    return std::move(error);
  std::vector<std::string> unused;
  for (const CheckpointWeight *weight : matches.unused)
    unused.push_back(weight->name);
  return unused;
}
