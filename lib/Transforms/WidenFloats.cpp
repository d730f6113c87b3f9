//===- WidenFloats.cpp - 16-bit floats computed in 32 bits ------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

namespace nibble {
#define GEN_PASS_DEF_WIDENFLOATSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// The type with f32 for f16 and bf16.
Type widen(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return tensor.clone(widen(tensor.getElementType()));
  return isa<Float16Type, BFloat16Type>(type) ? Float32Type::get(type.getContext()) : type;
}

bool isNarrow(Type type) { return widen(type) != type; }

/// `value`, a float or a tensor of floats, as another such type.
Value createCast(OpBuilder &builder, Value value, Type type) {
  Location loc = value.getLoc();
  bool grows = getElementTypeOrSelf(type).getIntOrFloatBitWidth() > getElementTypeOrSelf(value).getIntOrFloatBitWidth();
  auto castElement = [&](OpBuilder &nested, Value element, Type elementType) -> Value {
    return grows ? arith::ExtFOp::create(nested, loc, elementType, element).getResult()
                 : arith::TruncFOp::create(nested, loc, elementType, element).getResult();
  };
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return castElement(builder, value, type);
  Value init = tensor::EmptyOp::create(builder, loc, tensor.getShape(), tensor.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(tensor.getRank());
  SmallVector<utils::IteratorType> iterators(tensor.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, tensor, value, init, ArrayRef{identity, identity}, iterators,
      [&](OpBuilder &body, Location bodyLoc, ValueRange arguments) {
        linalg::YieldOp::create(body, bodyLoc, castElement(body, arguments.front(), tensor.getElementType()));
      });
  return generic.getResult(0);
}

/// Ops that show the bits of a float.
bool readsBits(Operation *op) {
  return isa<arith::BitcastOp, tensor::BitcastOp>(op) &&
         (isNarrow(op->getOperand(0).getType()) || isNarrow(op->getResult(0).getType()));
}

/// Whether a value is a parameter of codes, whose type their scheme says.
bool isParameter(OpOperand &use) {
  return isa<DequantizeOp>(use.getOwner()) || (isa<QuantizeOp>(use.getOwner()) && use.getOperandNumber() != 0);
}

class Widener {
public:
  explicit Widener(func::FuncOp function) : function(function), builder(function.getContext()) {}

  void run() {
    // What comes from outside keeps its type: everything else is listed before casts are added.
    SmallVector<Operation *> ops, constants;
    function.walk([&](Operation *op) {
      if (op != function && !isa<func::ReturnOp>(op))
        (isa<arith::ConstantOp>(op) ? constants : ops).push_back(op);
    });
    for (Operation *op : ops)
      widenTypes(op);
    builder.setInsertionPointToStart(&function.getBody().front());
    for (BlockArgument argument : function.getArguments())
      extend(argument);
    for (Operation *constant : constants) {
      builder.setInsertionPointAfter(constant);
      extend(constant->getResult(0));
    }
    for (Operation *op : ops)
      removeCast(op);
    truncateResults();
  }

private:
  static void widenTypes(Operation *op) {
    for (OpResult result : op->getResults())
      result.setType(widen(result.getType()));
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (BlockArgument argument : block.getArguments())
          argument.setType(widen(argument.getType()));
  }

  /// Gives the users of a value from outside its f32.
  void extend(Value value) {
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : value.getUses())
      if (!isParameter(use))
        uses.push_back(&use);
    if (!isNarrow(value.getType()) || uses.empty())
      return;
    Value wide = createCast(builder, value, widen(value.getType()));
    for (OpOperand *use : uses)
      use->set(wide);
  }

  /// What was a cast between the two widths is none any more.
  static void removeCast(Operation *op) {
    if (!isa<arith::ExtFOp, arith::TruncFOp>(op) || op->getOperand(0).getType() != op->getResult(0).getType())
      return;
    op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    op->erase();
  }

  void truncateResults() {
    Operation *terminator = function.getBody().front().getTerminator();
    builder.setInsertionPoint(terminator);
    for (auto [operand, type] : llvm::zip_equal(terminator->getOpOperands(), function.getResultTypes()))
      if (operand.get().getType() != type)
        operand.set(createCast(builder, operand.get(), type));
  }

  func::FuncOp function;
  OpBuilder builder;
};

struct WidenFloatsPass : public WithModels<nibble::impl::WidenFloatsPassBase<WidenFloatsPass>> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    bool usesBits = function.walk([](Operation *op) { return readsBits(op) ? WalkResult::interrupt() : WalkResult::advance(); })
                        .wasInterrupted();
    if (!function.isDeclaration() && llvm::hasSingleElement(function.getBody()) && !usesBits)
      Widener(function).run();
  }
};

} // namespace
