//===- Epilogue.cpp - the epilogue of a contraction on vectors --------------------------------------===//

#include "Epilogue.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"

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

static bool isMaximum(Operation *op) { return isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(op); }
static bool isMinimum(Operation *op) { return isa_and_nonnull<arith::MinimumFOp, arith::MinNumFOp>(op); }

/// Whether the value is used only to be clamped further and then made an integer. A NaN gives poison there and both zeros
/// give 0, so that clamps on the way need not distinguish them.
static bool becomesInteger(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    if (isa<arith::FPToSIOp>(user))
      return true;
    return (isMaximum(user) || isMinimum(user) || isa<math::RoundEvenOp>(user)) && becomesInteger(user->getResult(0));
  });
}

//===------------------------------------------------------------------------------------------------===//
// The clamp at the end
//===------------------------------------------------------------------------------------------------===//

namespace {
/// The end of an epilogue that yields trunc(fptosi(roundeven(min(max(x, low), high))) + zero), in either order of the clamps.
struct FinalClamp {
  Operation *maximum, *minimum;
  Value codes;
  int64_t low, high;
  /// What is added to the integers.
  int64_t zero;

  Value getClampedValue() const {
    Operation *inner = maximum->isBeforeInBlock(minimum) ? maximum : minimum;
    return inner->getOperand(0);
  }
};
} // namespace

/// The constant bound of a clamp, when it is an integer of a few bits.
static std::optional<int64_t> getBound(Operation *clamp) {
  APFloat bound(0.0f);
  if (!matchPattern(clamp->getOperand(1), m_ConstantFloat(&bound)) || !bound.isInteger() || bound.isNaN() ||
      std::abs(bound.convertToDouble()) > 1 << 16)
    return std::nullopt;
  return static_cast<int64_t>(bound.convertToDouble());
}

static std::optional<FinalClamp> matchFinalClamp(Region &epilogue) {
  if (epilogue.empty())
    return std::nullopt;
  auto narrow = epilogue.front().getTerminator()->getOperand(0).getDefiningOp<arith::TruncIOp>();
  if (!narrow || !narrow.getType().isInteger(8) || !narrow.getIn().getType().isInteger(32))
    return std::nullopt;
  Value integer = narrow.getIn();
  APInt zero(32, 0);
  if (auto sum = integer.getDefiningOp<arith::AddIOp>()) {
    if (!matchPattern(sum.getRhs(), m_ConstantInt(&zero)))
      return std::nullopt;
    integer = sum.getLhs();
  }
  Operation *convert = integer.getDefiningOp();
  Value rounded = convert ? getRoundedOperand(convert) : nullptr;
  Operation *outer = rounded ? rounded.getDefiningOp() : nullptr;
  if (!isMaximum(outer) && !isMinimum(outer))
    return std::nullopt;
  Operation *inner = outer->getOperand(0).getDefiningOp();
  Operation *maximum = isMaximum(outer) ? outer : inner, *minimum = isMaximum(outer) ? inner : outer;
  if (!isMaximum(maximum) || !isMinimum(minimum))
    return std::nullopt;
  std::optional<int64_t> low = getBound(maximum), high = getBound(minimum);
  if (!low || !high || *low > *high || !inner->hasOneUse())
    return std::nullopt;
  int64_t offset = zero.getSExtValue();
  return FinalClamp{maximum, minimum, narrow.getIn(), *low + offset, *high + offset, offset};
}

Value x86::getClampedValue(Region &epilogue) {
  std::optional<FinalClamp> clamp = matchFinalClamp(epilogue);
  return clamp ? clamp->getClampedValue() : nullptr;
}

x86::Narrowing x86::getNarrowing(Region &epilogue) {
  std::optional<FinalClamp> clamp = matchFinalClamp(epilogue);
  if (clamp && clamp->low >= 0 && clamp->high <= 255)
    return Narrowing::SaturateUnsigned;
  if (clamp && clamp->low >= -128 && clamp->high <= 127)
    return Narrowing::SaturateSigned;
  return Narrowing::Exact;
}

/// The clamps that saturation replaces. A number far outside, in either direction, converts to the least integer, and stays there when
/// the zero point is added as long as that is not negative: only the lower clamp may be left out, unless numbers are known to fit.
static SmallVector<Operation *, 2> getRedundantClamps(const FinalClamp &clamp, x86::Narrowing narrowing, bool fitsI32) {
  bool isUnsigned = narrowing == x86::Narrowing::SaturateUnsigned;
  SmallVector<Operation *, 2> redundant;
  if (clamp.low == (isUnsigned ? 0 : -128) && (fitsI32 || clamp.zero >= 0))
    redundant.push_back(clamp.maximum);
  if (clamp.high == (isUnsigned ? 255 : 127) && fitsI32)
    redundant.push_back(clamp.minimum);
  return redundant;
}

Value x86::emitSaturatedBytes(OpBuilder &builder, Location loc, ArrayRef<Value> codes, Narrowing narrowing) {
  int64_t numLanes = cast<VectorType>(codes[0].getType()).getNumElements();
  bool isSigned = narrowing == Narrowing::SaturateSigned;
  auto pack = [&](StringRef name, Value lhs, Value rhs, Type element, int64_t count) {
    auto type = VectorType::get({count}, element);
    return LLVM::CallIntrinsicOp::create(builder, loc, type, builder.getStringAttr(name), ValueRange{lhs, rhs}).getResult(0);
  };
  auto select = [&](StringRef at512, StringRef at256, StringRef at128) {
    return numLanes == 16 ? at512 : numLanes == 8 ? at256 : at128;
  };
  StringRef toWords = select("llvm.x86.avx512.packssdw.512", "llvm.x86.avx2.packssdw", "llvm.x86.sse2.packssdw.128");
  StringRef toBytes =
      isSigned ? select("llvm.x86.avx512.packsswb.512", "llvm.x86.avx2.packsswb", "llvm.x86.sse2.packsswb.128")
               : select("llvm.x86.avx512.packuswb.512", "llvm.x86.avx2.packuswb", "llvm.x86.sse2.packuswb.128");
  Value low = pack(toWords, codes[0], codes[1], builder.getI16Type(), 2 * numLanes);
  Value high = pack(toWords, codes[2], codes[3], builder.getI16Type(), 2 * numLanes);
  return pack(toBytes, low, high, builder.getI8Type(), 4 * numLanes);
}

//===------------------------------------------------------------------------------------------------===//
// Emission
//===------------------------------------------------------------------------------------------------===//

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
    if ((isMaximum(vectorOp) || isMinimum(vectorOp)) && becomesInteger(op.getResult(0)))
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

Value x86::emitEpilogue(OpBuilder &builder, Region &epilogue, ValueRange arguments, int64_t numLanes,
                        Narrowing narrowing) {
  EpilogueEmitter emitter(builder, numLanes);
  Block &block = epilogue.front();
  emitter.mapping.map(block.getArguments(), arguments);
  std::optional<FinalClamp> clamp;
  if (narrowing != Narrowing::Exact)
    clamp = matchFinalClamp(epilogue);
  SmallVector<Operation *, 2> redundant;
  if (clamp)
    redundant = getRedundantClamps(*clamp, narrowing, epilogue.getParentOp()->hasAttr(fitsI32Attr));
  for (Operation &op : block.without_terminator()) {
    if (llvm::is_contained(redundant, &op))
      emitter.mapping.map(op.getResult(0), emitter.lookup(op.getOperand(0)));
    else
      emitter.emit(op);
  }
  return emitter.lookup(clamp ? clamp->codes : block.getTerminator()->getOperand(0));
}
