//===- AddAdapter.cpp - low-rank terms beside products with weights ---------------------------------------===//

#include "FindAdapted.h"
#include "nibble/Import/Problems.h"
#include "nibble/Import/ReplaceWeights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace nibble;

//===----------------------------------------------------------------------------------------------------===//
// Finding weights
//===----------------------------------------------------------------------------------------------------===//

/// The weight of that name, else the only one whose name is related.
static Operation *findWeight(ArrayRef<Operation *> weights, StringRef name, std::string &problem) {
  SmallVector<Operation *> related;
  for (Operation *weight : weights) {
    if (getWeightName(weight) == name)
      return weight;
    if (areNamesRelated(getWeightName(weight), name))
      related.push_back(weight);
  }
  if (related.size() == 1)
    return related.front();
  problem = related.empty() ? "the model has no weight of this name" : "several weights of the model could be meant";
  return nullptr;
}

/// What keeps an adapter from being one of a weight; empty for nothing.
static std::string findProblem(const AdaptedWeight &adapted) {
  if (adapted.products.empty())
    return "the weight is no side of matrix products only";
  ArrayRef<int64_t> shape = cast<RankedTensorType>(adapted.weight->getResult(0).getType()).getShape();
  for (WeightProduct product : adapted.products) {
    int64_t numInputs = shape[product.reducedDim], numOutputs = shape[1 - product.reducedDim];
    if (adapted.pair->down.getShape()[1] != numInputs || adapted.pair->up.getShape()[0] != numOutputs)
      return "expected " + std::to_string(numInputs) + " inputs and " + std::to_string(numOutputs) + " outputs, got lora_A of " +
             formatShape(adapted.pair->down.getShape()) + " and lora_B of " + formatShape(adapted.pair->up.getShape());
    if (!getElementTypeOrSelf(product.op->getResult(0)).isF32())
      return "expected products of f32";
  }
  return "";
}

llvm::Expected<SmallVector<AdaptedWeight>> nibble::findAdapted(ModuleOp module, const LoraAdapter &adapter) {
  SmallVector<Operation *> weights = findNamedWeights(module);
  SmallVector<AdaptedWeight> found;
  std::vector<std::string> problems;
  for (const LoraPair &pair : adapter.pairs) {
    std::string problem;
    Operation *weight = findWeight(weights, pair.weight, problem);
    if (weight) {
      found.push_back({weight, &pair, findProducts(weight->getResult(0)).value_or(SmallVector<WeightProduct>())});
      problem = findProblem(found.back());
    }
    if (!problem.empty())
      problems.push_back("'" + pair.weight + "': " + problem);
  }
  if (llvm::Error error = makeError("the adapter does not fit the model", problems))
    return std::move(error);
  return found;
}

//===----------------------------------------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------------------------------------===//

/// A sum of products over the dimension of `lhs` that `rhs` [N, K] has as its second one, given by maps over loops; starts
/// from zero.
static Value multiply(ImplicitLocOpBuilder &b, Value lhs, Value rhs, RankedTensorType type, ArrayRef<AffineMap> maps) {
  Value empty = tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type.getElementType()));
  Value init = linalg::FillOp::create(b, zero, empty).getResult(0);
  return linalg::ContractOp::create(b, TypeRange{type}, ValueRange{lhs, rhs}, ValueRange{init}, b.getAffineMapArrayAttr(maps))
      ->getResult(0);
}

/// x down^T: the summed dimension of x becomes the rank.
static Value multiplyDown(ImplicitLocOpBuilder &b, WeightProduct product, Value down) {
  auto type = cast<RankedTensorType>(product.getInput().getType());
  unsigned numLoops = type.getRank() + 1;
  int64_t dim = product.getInputDim();
  AffineExpr rank = b.getAffineDimExpr(type.getRank());
  SmallVector<AffineExpr> input = llvm::to_vector(b.getMultiDimIdentityMap(type.getRank()).getResults()), result(input);
  SmallVector<int64_t> shape(type.getShape());
  result.erase(result.begin() + dim);
  shape.erase(shape.begin() + dim);
  result.push_back(rank);
  shape.push_back(cast<RankedTensorType>(down.getType()).getDimSize(0));
  AffineMap maps[] = {AffineMap::get(numLoops, 0, input, b.getContext()),
                      AffineMap::get(numLoops, 0, {rank, input[dim]}, b.getContext()),
                      AffineMap::get(numLoops, 0, result, b.getContext())};
  return multiply(b, product.getInput(), down, type.clone(shape), maps);
}

/// The product of that and up^T, in the shape of the product with the weight.
static Value multiplyUp(ImplicitLocOpBuilder &b, WeightProduct product, Value low, Value up) {
  linalg::LinalgOp op = product.op;
  // Loops: the rows of x, the rank, the outputs.
  unsigned numRows = cast<RankedTensorType>(low.getType()).getRank() - 1;
  AffineExpr rank = b.getAffineDimExpr(numRows), output = b.getAffineDimExpr(numRows + 1);
  llvm::SmallDenseMap<unsigned, AffineExpr> loops = {{product.outputLoop, output}};
  SmallVector<AffineExpr> lowDims, resultDims;
  for (AffineExpr expr : op.getMatchingIndexingMap(&op->getOpOperand(0)).getResults())
    if (unsigned loop = cast<AffineDimExpr>(expr).getPosition(); loop != product.reducedLoop) {
      loops[loop] = b.getAffineDimExpr(lowDims.size());
      lowDims.push_back(loops[loop]);
    }
  lowDims.push_back(rank);
  for (AffineExpr expr : op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResults())
    resultDims.push_back(loops[cast<AffineDimExpr>(expr).getPosition()]);
  AffineMap maps[] = {AffineMap::get(numRows + 2, 0, lowDims, b.getContext()),
                      AffineMap::get(numRows + 2, 0, {output, rank}, b.getContext()),
                      AffineMap::get(numRows + 2, 0, resultDims, b.getContext())};
  return multiply(b, low, up, cast<RankedTensorType>(op->getResult(0).getType()), maps);
}

static linalg::GenericOp add(ImplicitLocOpBuilder &b, Value lhs, Value rhs) {
  auto type = cast<RankedTensorType>(lhs.getType());
  Value empty = tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  SmallVector<AffineMap> maps(3, b.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(b, TypeRange{type}, ValueRange{lhs, rhs}, ValueRange{empty}, maps, iterators,
                                   [](OpBuilder &nested, Location loc, ValueRange args) {
                                     Value sum = arith::AddFOp::create(nested, loc, args[0], args[1]);
                                     linalg::YieldOp::create(nested, loc, sum);
                                   });
}

llvm::Error nibble::addAdapter(ModuleOp module, const LoraAdapter &adapter) {
  module.getContext()->loadDialect<arith::ArithDialect, linalg::LinalgDialect, tensor::TensorDialect>();
  llvm::Expected<SmallVector<AdaptedWeight>> found = findAdapted(module, adapter);
  if (!found)
    return found.takeError();
  for (const AdaptedWeight &adapted : *found) {
    StringRef layer = StringRef(adapted.pair->weight).drop_back(StringRef(".weight").size());
    for (WeightProduct product : adapted.products) {
      OpBuilder at(product.op->getContext());
      at.setInsertionPointAfter(product.op);
      // Named apart, so that a recipe can say how each is to be stored.
      ImplicitLocOpBuilder down(NameLoc::get(at.getStringAttr(layer + ".lora_A")), at);
      Value a = arith::ConstantOp::create(down, cast<TypedAttr>(adapted.pair->down.toAttribute()));
      Value low = multiplyDown(down, product, a);
      down.setLoc(NameLoc::get(at.getStringAttr(layer + ".lora_B")));
      Value b = arith::ConstantOp::create(down, cast<TypedAttr>(adapted.pair->up.toAttribute()));
      Value term = multiplyUp(down, product, low, b), base = product.op->getResult(0);
      down.setLoc(base.getLoc());
      linalg::GenericOp sum = add(down, base, term);
      base.replaceAllUsesExcept(sum.getResult(0), sum);
    }
  }
  return llvm::Error::success();
}
