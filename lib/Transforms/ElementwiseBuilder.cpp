//===- ElementwiseBuilder.cpp - ops on numbers of a scheme as elementwise ops -----------------------===//

#include "ElementwiseBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nibble;

/// Which parameter belongs to an element: the number of its block.
static AffineMap getParamMap(ArrayRef<int64_t> block, int64_t rank, MLIRContext *context) {
  SmallVector<AffineExpr> blocks;
  for (auto [dim, size] : llvm::enumerate(block))
    blocks.push_back(size == 0 ? getAffineConstantExpr(0, context) : getAffineDimExpr(dim, context).floorDiv(size));
  return AffineMap::get(rank, 0, blocks, context);
}

ElementwiseBuilder::ElementwiseBuilder(PatternRewriter &rewriter, Operation *op)
    : rewriter(rewriter), op(op), type(cast<RankedTensorType>(op->getResult(0).getType())) {}

void ElementwiseBuilder::addInput(Value value, AffineMap map) {
  inputs.push_back(value);
  maps.push_back(map);
}

void ElementwiseBuilder::addElements(Value elements) {
  addInput(elements, rewriter.getMultiDimIdentityMap(type.getRank()));
  hasElements = true;
}

void ElementwiseBuilder::addParam(Value param, SchemeAttr scheme, unsigned level) {
  DenseElementsAttr constant;
  bool isSplat = param && matchPattern(param, m_Constant(&constant)) && constant.isSplat();
  if (isSplat)
    params.push_back(
        arith::ConstantOp::create(rewriter, op->getLoc(), cast<TypedAttr>(constant.getSplatValue<Attribute>())));
  else
    params.push_back(Value());
  if (param && !isSplat)
    addInput(param, getParamMap(scheme.getBlock(level), type.getRank(), op->getContext()));
  isOperand.push_back(param && !isSplat);
}

void ElementwiseBuilder::replace(Body body) {
  Value init = hasElements ? tensor::EmptyOp::create(rewriter, op->getLoc(),
                                                     tensor::getMixedSizes(rewriter, op->getLoc(), inputs.front()),
                                                     type.getElementType())
                           : tensor::EmptyOp::create(rewriter, op->getLoc(), type.getShape(), type.getElementType());
  maps.push_back(rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, op->getLoc(), type, inputs, init, maps, iterators,
      [&](OpBuilder &builder, Location loc, ValueRange arguments) {
        SmallVector<Value> scalars(params);
        unsigned next = hasElements;
        for (auto [scalar, hasOperand] : llvm::zip_equal(scalars, isOperand))
          if (hasOperand)
            scalar = arguments[next++];
        linalg::YieldOp::create(builder, loc, body(builder, loc, hasElements ? arguments.front() : Value(), scalars));
      });
  rewriter.replaceOp(op, generic);
}
