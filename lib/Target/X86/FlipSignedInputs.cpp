//===- FlipSignedInputs.cpp - activations as unsigned bytes ------------------------------------------===//
//
// The unit multiplies unsigned with signed bytes. Signed activations are made unsigned, as value + 128, where they come from; what that
// adds to a sum is a matter of the zero point, which packing folds into the bias.
//
//===------------------------------------------------------------------------------------------------===//

#include "Facts.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Target/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nibble {
#define GEN_PASS_DEF_X86FLIPSIGNEDINPUTSPASS
#include "nibble/Target/X86/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// A kernel flips four codes for every panel of channels and every element of its window, the pass 64 of them once; but a product of a
/// few pixels waits for its filter, and would wait for a loop of its own.
bool paysOff(ContractionOpInterface op) {
  constexpr int64_t minPixels = 8, minElements = 4096;
  SchemeAttr scheme = op.getInputSchemeAttr();
  auto input = dyn_cast<RankedTensorType>(op.getInput().getType());
  auto result = cast<ShapedType>(op.getInit().getType());
  return scheme && input && input.hasStaticShape() && scheme.isInteger() && scheme.isSigned() && scheme.getNumBits() == 8 &&
         input.getNumElements() >= minElements && result.getNumElements() >= minPixels * op.getNumChannels();
}

/// The byte that a contraction yields where all its users want another sign, as its value + 128; false when its epilogue ends otherwise.
bool flipResult(OpBuilder &builder, Operation *producer) {
  auto contraction = dyn_cast_or_null<ContractionOpInterface>(producer);
  if (!contraction || contraction.getEpilogue().empty())
    return false;
  Operation *yield = contraction.getEpilogue().front().getTerminator();
  auto narrow = yield->getOperand(0).getDefiningOp<arith::TruncIOp>();
  if (!narrow || !narrow->hasOneUse())
    return false;
  builder.setInsertionPoint(narrow);
  Value wide = narrow.getIn();
  APInt addend(wide.getType().getIntOrFloatBitWidth(), 0);
  if (auto sum = wide.getDefiningOp<arith::AddIOp>(); sum && sum->hasOneUse() && matchPattern(sum.getRhs(), m_ConstantInt(&addend)))
    wide = sum.getLhs();
  auto attr = builder.getIntegerAttr(wide.getType(), addend + 128);
  Value constant = arith::ConstantOp::create(builder, narrow.getLoc(), attr);
  narrow.getInMutable().assign(arith::AddIOp::create(builder, narrow.getLoc(), wide, constant));
  return true;
}

/// The flipped codes, by a loop of their own.
Value createFlipped(OpBuilder &builder, Location loc, Value codes) {
  auto type = cast<RankedTensorType>(codes.getType());
  Value init = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto flip = linalg::GenericOp::create(
      builder, loc, type, codes, init, ArrayRef{identity, identity}, iterators, [](OpBuilder &body, Location loc, ValueRange args) {
        Value signBit = arith::ConstantOp::create(body, loc, body.getI8IntegerAttr(-128));
        linalg::YieldOp::create(body, loc, arith::XOrIOp::create(body, loc, args[0], signBit).getResult());
      });
  return flip.getResult(0);
}

/// Makes the contraction read `flipped` in place of its input.
void redirect(OpBuilder &builder, ContractionOpInterface contraction, Value flipped) {
  llvm::TypeSwitch<Operation *>(contraction).Case<ConvOp, ContractOp>([&](auto op) {
    builder.setInsertionPoint(op);
    Value offset = arith::ConstantOp::create(builder, op.getLoc(), builder.getI32IntegerAttr(128));
    if (Value zero = op.getInputZeroPoint())
      offset = builder.createOrFold<arith::AddIOp>(op.getLoc(), zero, offset);
    SchemeAttr scheme = *op.getInputScheme();
    op.setInputSchemeAttr(SchemeAttr::get(op.getContext(), "u8", /*narrowRange=*/false, scheme.getBlock(), scheme.getScale(),
                                          ZeroPointKind::Integer, scheme.getRounding()));
    op.getInputZeroPointMutable().assign(offset);
    op.getInputMutable().assign(flipped);
  });
}

struct X86FlipSignedInputsPass : public nibble::impl::X86FlipSignedInputsPassBase<X86FlipSignedInputsPass> {
  using X86FlipSignedInputsPassBase::X86FlipSignedInputsPassBase;

  void runOnOperation() override {
    llvm::Expected<CpuFacts> facts = x86::getCpuFacts(cpu);
    if (!facts) {
      getOperation().emitError() << llvm::toString(facts.takeError());
      return signalPassFailure();
    }
    // Bytes are widened to 16 bits there, with or without a sign.
    if (x86::getLevel(*facts) == x86::Level::Avx2)
      return;
    llvm::MapVector<Value, SmallVector<ContractionOpInterface>> readers;
    getOperation().walk([&](ContractionOpInterface op) {
      if (paysOff(op))
        readers[op.getInput()].push_back(op);
    });
    for (auto &[codes, ops] : readers)
      flip(codes, ops);
  }

private:
  void flip(Value codes, ArrayRef<ContractionOpInterface> ops) {
    OpBuilder builder(&getContext());
    bool areOnlyInputs = llvm::all_of(codes.getUses(), [&](OpOperand &use) {
      auto op = dyn_cast<ContractionOpInterface>(use.getOwner());
      return op && llvm::is_contained(ops, op) && use.get() == op.getInput() && llvm::count(op->getOperands(), codes) == 1;
    });
    Value flipped = codes;
    if (!areOnlyInputs || !flipResult(builder, codes.getDefiningOp())) {
      builder.setInsertionPointAfterValue(codes);
      flipped = createFlipped(builder, codes.getLoc(), codes);
    }
    for (ContractionOpInterface op : ops)
      redirect(builder, op, flipped);
    ++numFlipped;
  }
};

} // namespace
