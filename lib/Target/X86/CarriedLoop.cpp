//===- CarriedLoop.cpp - loops that keep values in registers ----------------------------------------===//

#include "CarriedLoop.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nibble;

x86::Values x86::emitCarriedLoop(OpBuilder &builder, Location loc, int64_t count, int64_t step, Values values,
                                 llvm::function_ref<Values(Value, Values)> body) {
  if (count == 0)
    return values;
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  if (count == step)
    return body(zero, std::move(values));
  auto loop = scf::ForOp::create(builder, loc, zero, arith::ConstantIndexOp::create(builder, loc, count),
                                 arith::ConstantIndexOp::create(builder, loc, step), values);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  scf::YieldOp::create(builder, loc, body(loop.getInductionVar(), Values(loop.getRegionIterArgs())));
  return Values(loop.getResults());
}
