//===- Lookup.cpp - codes that are replaced by those of a table -------------------------------------===//

#include "Lookup.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

Value nibble::createLookup(OpBuilder &builder, Location loc, Value codes, DenseIntElementsAttr table) {
  auto type = cast<RankedTensorType>(codes.getType());
  Value constant = arith::ConstantOp::create(builder, loc, table);
  Value init = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, codes, init, ArrayRef{identity, identity}, iterators,
      [&](OpBuilder &body, Location bodyLoc, ValueRange arguments) {
        Value index = arith::IndexCastUIOp::create(body, bodyLoc, body.getIndexType(), arguments.front());
        linalg::YieldOp::create(body, bodyLoc, tensor::ExtractOp::create(body, bodyLoc, constant, index).getResult());
      });
  return generic.getResult(0);
}

bool nibble::isLookup(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || generic.getNumDpsInputs() != 1 || generic->getNumResults() != 1)
    return false;
  auto read = generic.getBody()->getTerminator()->getOperand(0).getDefiningOp<tensor::ExtractOp>();
  auto index = read && read.getIndices().size() == 1 ? read.getIndices().front().getDefiningOp<arith::IndexCastUIOp>()
                                                     : arith::IndexCastUIOp();
  return index && index.getIn() == generic.getBody()->getArgument(0) && index.getIn().getType().isInteger(8);
}
