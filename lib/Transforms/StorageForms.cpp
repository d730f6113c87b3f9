//===- StorageForms.cpp - ops that keep the scale, on stored codes ----------------------------------===//

#include "StorageForms.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nibble;

/// Whether maximum pooling ignores elements of this value: minus infinity, or the lowest float.
static bool isNeutralForMaximum(Value value) {
  APFloat constant(0.0f);
  if (!value || !matchPattern(value, m_ConstantFloat(&constant)))
    return false;
  return constant.isNegative() && (constant.isInfinity() || constant.isLargest());
}

bool nibble::isNeutralPadding(Operation *op) {
  auto pad = dyn_cast<tensor::PadOp>(op);
  return pad && isNeutralForMaximum(pad.getConstantPaddingValue()) && !pad->use_empty() &&
         llvm::all_of(pad->getUsers(), [](Operation *user) { return isa<linalg::PoolingNhwcMaxOp>(user); });
}

/// Whether the destination is filled with what the maximum ignores.
static bool startsFromNeutral(linalg::PoolingNhwcMaxOp pool) {
  auto fill = pool.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  return fill && isNeutralForMaximum(fill.value());
}

/// The read by index whose element is the result of a generic op.
static tensor::ExtractOp getYieldedRead(linalg::GenericOp op) {
  return op.getBody()->getTerminator()->getOperand(0).getDefiningOp<tensor::ExtractOp>();
}

/// Whether a generic op moves elements and computes nothing.
static bool onlyMoves(linalg::GenericOp op) {
  Block &body = *op.getBody();
  if (op->getNumResults() == 1 && getYieldedRead(op))
    return true;
  auto argument = dyn_cast<BlockArgument>(body.getTerminator()->getOperand(0));
  return op->getNumResults() == 1 && llvm::hasSingleElement(body) && argument && argument.getOwner() == &body &&
         argument.getArgNumber() < op.getNumDpsInputs();
}

static bool hasStorageForm(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([](linalg::PoolingNhwcMaxOp pool) { return startsFromNeutral(pool); })
      .Case([](tensor::PadOp pad) { return static_cast<bool>(pad.getConstantPaddingValue()); })
      .Case([](linalg::GenericOp generic) { return onlyMoves(generic); })
      .Case<linalg::TransposeOp, linalg::BroadcastOp>([](auto) { return true; })
      .Default([](Operation *other) { return other->getNumRegions() == 0; });
}

SmallVector<OpOperand *> nibble::getStorageOperands(Operation *op) {
  if (isNeutralPadding(op))
    return {&cast<tensor::PadOp>(op).getSourceMutable()};
  auto sameScale = dyn_cast<SameScaleOpInterface>(op);
  if (!sameScale || !hasStorageForm(op))
    return {};
  return sameScale.getSameScaleOperands();
}

namespace {

/// Builds the storage forms of one op.
class StorageCloner {
public:
  StorageCloner(OpBuilder &builder, Operation *op, ArrayRef<Value> codes, SchemeAttr scheme, int32_t zeroPoint)
      : builder(builder), op(op), codes(codes), scheme(scheme), zeroPoint(zeroPoint),
        element(scheme.getStorageElementType()) {}

  Operation *clone() {
    return llvm::TypeSwitch<Operation *, Operation *>(op)
        .Case([&](linalg::PoolingNhwcMaxOp pool) { return clonePool(pool); })
        .Case([&](tensor::PadOp pad) { return clonePad(pad); })
        .Case([&](linalg::TransposeOp transpose) {
          return linalg::TransposeOp::create(builder, op->getLoc(), codes[0], empty(), transpose.getPermutation());
        })
        .Case([&](linalg::BroadcastOp broadcast) {
          return linalg::BroadcastOp::create(builder, op->getLoc(), codes[0], empty(), broadcast.getDimensions());
        })
        .Case([&](linalg::GenericOp generic) { return cloneGeneric(generic); })
        .Default([&](Operation *) { return cloneWithTypes(); });
  }

private:
  Type codeType(Value value) { return cast<RankedTensorType>(value.getType()).clone(element); }

  Value empty() {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    return tensor::EmptyOp::create(builder, op->getLoc(), type.getShape(), element);
  }

  Value codeConstant(int64_t code) {
    APInt bits(element.getIntOrFloatBitWidth(), static_cast<uint64_t>(code), /*isSigned=*/true, /*implicitTrunc=*/true);
    return arith::ConstantOp::create(builder, op->getLoc(), builder.getIntegerAttr(element, bits));
  }

  Operation *clonePool(linalg::PoolingNhwcMaxOp pool) {
    Value start = linalg::FillOp::create(builder, op->getLoc(), codeConstant(scheme.getMinCode()), empty()).getResult(0);
    SmallVector<Value> inputs = {codes[0], pool.getInputs()[1]};
    if (scheme.isSigned())
      return linalg::PoolingNhwcMaxOp::create(builder, op->getLoc(), start.getType(), inputs, start, pool.getStrides(),
                                              pool.getDilations());
    return linalg::PoolingNhwcMaxUnsignedOp::create(builder, op->getLoc(), start.getType(), inputs, start, pool.getStrides(),
                                                    pool.getDilations());
  }

  Operation *clonePad(tensor::PadOp pad) {
    Value padding = codeConstant(isNeutralPadding(pad) ? scheme.getMinCode() : zeroPoint);
    return tensor::PadOp::create(builder, op->getLoc(), codeType(pad.getResult()), codes[0], pad.getMixedLowPad(),
                                 pad.getMixedHighPad(), padding);
  }

  /// The body again, but for the type of the element that it reads.
  Operation *cloneReading(linalg::GenericOp generic, tensor::ExtractOp read) {
    return linalg::GenericOp::create(
        builder, op->getLoc(), codeType(op->getResult(0)), generic.getDpsInputs(), empty(),
        generic.getIndexingMapsArray(), generic.getIteratorTypesArray(),
        [&](OpBuilder &nested, Location loc, ValueRange arguments) {
          IRMapping mapping;
          mapping.map(generic.getBody()->getArguments(), arguments);
          for (Operation &nestedOp : generic.getBody()->without_terminator()) {
            if (&nestedOp != read) {
              nested.clone(nestedOp, mapping);
              continue;
            }
            auto indices = llvm::map_to_vector(read.getIndices(), [&](Value index) { return mapping.lookupOrDefault(index); });
            mapping.map(read.getResult(), tensor::ExtractOp::create(nested, loc, codes[0], indices).getResult());
          }
          linalg::YieldOp::create(nested, loc, mapping.lookup(read.getResult()));
        });
  }

  Operation *cloneGeneric(linalg::GenericOp generic) {
    if (tensor::ExtractOp read = getYieldedRead(generic))
      return cloneReading(generic, read);
    unsigned moved = cast<BlockArgument>(generic.getBody()->getTerminator()->getOperand(0)).getArgNumber();
    SmallVector<Value> inputs = generic.getDpsInputs();
    for (auto [operand, code] : llvm::zip_equal(getStorageOperands(op), codes))
      inputs[operand->getOperandNumber()] = code;
    return linalg::GenericOp::create(
        builder, op->getLoc(), codeType(op->getResult(0)), inputs, empty(), generic.getIndexingMapsArray(),
        generic.getIteratorTypesArray(), [&](OpBuilder &nested, Location loc, ValueRange arguments) {
          linalg::YieldOp::create(nested, loc, arguments[moved]);
        });
  }

  /// Ops without regions: the same op with other types.
  Operation *cloneWithTypes() {
    IRMapping mapping;
    SmallVector<Value> operands = op->getOperands();
    for (auto [operand, code] : llvm::zip_equal(getStorageOperands(op), codes))
      operands[operand->getOperandNumber()] = code;
    OperationState state(op->getLoc(), op->getName().getStringRef(), operands, TypeRange(), op->getAttrs());
    state.propertiesAttr = op->getPropertiesAsAttribute();
    for (Value result : op->getResults())
      state.addTypes(codeType(result));
    return builder.create(state);
  }

  OpBuilder &builder;
  Operation *op;
  ArrayRef<Value> codes;
  SchemeAttr scheme;
  int32_t zeroPoint;
  Type element;
};

} // namespace

Operation *nibble::cloneOnCodes(OpBuilder &builder, Operation *op, ArrayRef<Value> codes, SchemeAttr scheme,
                                int32_t zeroPoint) {
  return StorageCloner(builder, op, codes, scheme, zeroPoint).clone();
}
