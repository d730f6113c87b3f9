//===- Epilogue.cpp - the epilogue of a contraction on vectors --------------------------------------===//

#include "Epilogue.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

using namespace mlir;
using namespace nibble;

LogicalResult x86::verifyEpilogue(Region &epilogue) {
  for (Operation &op : epilogue.front().without_terminator())
    if (!isa<arith::ConstantOp>(op) && !OpTrait::hasElementwiseMappableTraits(&op))
      return op.emitOpError() << "is not lowered for x86 yet in the epilogue of a contraction";
  return success();
}

/// The operand of math.roundeven when `op` converts its result to i32.
static Value getRoundedOperand(Operation *op) {
  auto convert = dyn_cast<arith::FPToSIOp>(op);
  if (!convert || !convert.getType().isInteger(32))
    return nullptr;
  auto round = convert.getIn().getDefiningOp<math::RoundEvenOp>();
  return round ? round.getOperand() : nullptr;
}

/// Whether the value is used only to be clamped further and then made an integer. A NaN gives poison there and both zeros
/// give 0, so that clamps on the way need not distinguish them.
static bool becomesInteger(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    if (isa<arith::FPToSIOp>(user))
      return true;
    return isa<arith::MaximumFOp, arith::MinimumFOp, math::RoundEvenOp>(user) && becomesInteger(user->getResult(0));
  });
}

namespace {

class EpilogueEmitter {
public:
  EpilogueEmitter(OpBuilder &builder, int64_t numLanes) : builder(builder), numLanes(numLanes) {}

  void emit(Operation &op) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      return map(op, emitConstant(constant));
    // One conversion that rounds to nearest even, instead of a rounding and a truncation.
    if (Value rounded = getRoundedOperand(&op))
      return map(op, emitRoundToInt(op, lookup(rounded)));
    SmallVector<Value> operands = llvm::map_to_vector(op.getOperands(), [&](Value v) { return lookup(v); });
    SmallVector<Type> types = llvm::map_to_vector(op.getResultTypes(), [&](Type t) -> Type { return vectorize(t); });
    Operation *vectorOp =
        builder.create(op.getLoc(), op.getName().getIdentifier(), operands, types, op.getAttrs());
    if (isa<arith::MaximumFOp, arith::MinimumFOp>(vectorOp) && becomesInteger(op.getResult(0)))
      relaxClamp(vectorOp);
    for (auto [scalar, vector] : llvm::zip_equal(op.getResults(), vectorOp->getResults()))
      mapping.map(scalar, vector);
  }

  /// The vector for a scalar of the region; one from outside is the same in all lanes.
  Value lookup(Value scalar) {
    if (Value vector = mapping.lookupOrNull(scalar))
      return vector;
    return vector::BroadcastOp::create(builder, scalar.getLoc(), vectorize(scalar.getType()), scalar);
  }

  IRMapping mapping;

private:
  VectorType vectorize(Type type) { return VectorType::get({numLanes}, type); }

  void map(Operation &op, Value vector) { mapping.map(op.getResult(0), vector); }

  Value emitConstant(arith::ConstantOp op) {
    return arith::ConstantOp::create(builder, op.getLoc(),
                                     DenseElementsAttr::get(vectorize(op.getType()), op.getValue()));
  }

  Value emitRoundToInt(Operation &op, Value rounded) {
    std::string lanes = std::to_string(numLanes);
    return LLVM::CallIntrinsicOp::create(builder, op.getLoc(), vectorize(builder.getI32Type()),
                                         builder.getStringAttr("llvm.lrint.v" + lanes + "i32.v" + lanes + "f32"),
                                         rounded)
        .getResult(0);
  }

  void relaxClamp(Operation *clamp) {
    auto flags = arith::FastMathFlags::nnan | arith::FastMathFlags::nsz;
    clamp->setAttr("fastmath", arith::FastMathFlagsAttr::get(builder.getContext(), flags));
  }

  OpBuilder &builder;
  int64_t numLanes;
};

} // namespace

Value x86::emitEpilogue(OpBuilder &builder, Region &epilogue, ValueRange arguments, int64_t numLanes) {
  EpilogueEmitter emitter(builder, numLanes);
  Block &block = epilogue.front();
  emitter.mapping.map(block.getArguments(), arguments);
  for (Operation &op : block.without_terminator())
    emitter.emit(op);
  return emitter.lookup(block.getTerminator()->getOperand(0));
}
