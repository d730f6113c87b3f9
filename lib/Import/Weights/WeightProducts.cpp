//===- WeightProducts.cpp - what a module does with a weight ----------------------------------------------===//

#include "WeightProducts.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Import/ReplaceWeights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace nibble;

int64_t WeightProduct::getInputDim() {
  ArrayRef<AffineExpr> dims = op.getMatchingIndexingMap(&op->getOpOperand(0)).getResults();
  return llvm::find(dims, getAffineDimExpr(reducedLoop, op.getContext())) - dims.begin();
}

/// The product in which `operand` is the right side; nothing when it is none.
static std::optional<WeightProduct> matchProduct(OpOperand &operand) {
  auto op = dyn_cast<linalg::LinalgOp>(operand.getOwner());
  if (!op || operand.getOperandNumber() != 1 || !linalg::isaContractionOpInterface(op))
    return std::nullopt;
  FailureOr<linalg::ContractionDimensions> dims = linalg::inferContractionDims(op);
  if (failed(dims) || dims->n.size() != 1 || dims->k.size() != 1 || !dims->batch.empty())
    return std::nullopt;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (map.getNumResults() != 2 || !map.isProjectedPermutation())
    return std::nullopt;
  int64_t reducedDim = map.getDimPosition(0) == dims->k[0] ? 0 : 1;
  return WeightProduct{op, dims->k[0], dims->n[0], reducedDim};
}

/// Whether an op gives each element by itself, as a conversion does.
static bool isElementwiseOfOne(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return generic && generic.getNumDpsInputs() == 1 && generic.getNumResults() == 1 &&
         llvm::all_of(generic.getIndexingMapsArray(), [](AffineMap map) { return map.isIdentity(); });
}

/// Adds the products with `value`, the weight or its transpose. False when something else is done with it.
static bool addProducts(Value value, bool isTransposed, SmallVectorImpl<WeightProduct> &products) {
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (auto transpose = dyn_cast<linalg::TransposeOp>(user)) {
      if (use.getOperandNumber() != 0 || !addProducts(transpose->getResult(0), !isTransposed, products))
        return false;
    } else if (isElementwiseOfOne(user) && use.getOperandNumber() == 0) {
      if (!addProducts(user->getResult(0), isTransposed, products))
        return false;
    } else if (std::optional<WeightProduct> product = matchProduct(use)) {
      product->reducedDim ^= isTransposed;
      products.push_back(*product);
    } else {
      return false;
    }
  }
  return true;
}

std::optional<SmallVector<WeightProduct>> nibble::findProducts(Value weight) {
  SmallVector<WeightProduct> products;
  if (cast<RankedTensorType>(weight.getType()).getRank() != 2 || !addProducts(weight, /*isTransposed=*/false, products))
    return std::nullopt;
  return products;
}

std::optional<int64_t> nibble::findReducedDim(Value weight) {
  auto products = findProducts(weight);
  if (!products || products->empty())
    return std::nullopt;
  int64_t dim = products->front().reducedDim;
  return llvm::all_of(*products, [&](const WeightProduct &product) { return product.reducedDim == dim; })
             ? std::optional(dim)
             : std::nullopt;
}

SmallVector<Operation *> nibble::findNamedWeights(Operation *module) {
  SmallVector<Operation *> weights;
  module->walk([&](Operation *op) {
    if (!isa<arith::ConstantOp, DequantizeOp>(op) || !isa<func::FuncOp>(op->getParentOp()))
      return;
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (type && type.getRank() > 0 && isa<FloatType>(type.getElementType()) && !getWeightName(op).empty())
      weights.push_back(op);
  });
  return weights;
}
