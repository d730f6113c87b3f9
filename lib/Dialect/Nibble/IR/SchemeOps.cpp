//===- SchemeOps.cpp - verifier of nibble.scheme -----------------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace nibble;

SmallVector<Type> SchemeOp::getParameterTypes() {
  SmallVector<Type> types(getStorage().getNumScaleLevels(), Float32Type::get(getContext()));
  if (getStorage().getZeroPoint() == ZeroPointKind::Integer)
    types.push_back(IntegerType::get(getContext(), 32));
  else if (getStorage().getZeroPoint() == ZeroPointKind::Minimum)
    types.push_back(Float32Type::get(getContext()));
  return types;
}

SchemeAttr SchemeOp::getScheme(ArrayRef<int64_t> block, ArrayRef<int64_t> outerBlock) {
  SchemeAttr storage = getStorage();
  return SchemeAttr::get(getContext(), storage.getCodec(), FlatSymbolRefAttr::get(getSymNameAttr()), {},
                         /*narrowRange=*/false, block, storage.getScale(), outerBlock,
                         storage.getZeroPoint(), storage.getRounding(), storage.getOrder(), storage.getRadix());
}

/// Whether blocks of a tensor, which may have any rank, are of the declared size: that size in one dimension, 1 in others.
static bool isBlockOfSize(ArrayRef<int64_t> block, int64_t size) {
  return llvm::count(block, size) >= 1 && llvm::count(block, 1) + (size != 1) == static_cast<int64_t>(block.size());
}

std::string SchemeOp::findMismatch(SchemeAttr scheme) {
  SchemeAttr declared = getScheme(scheme.getBlock(), scheme.getOuterBlock());
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (declared != scheme)
    stream << "expected " << declared << ", got " << scheme;
  else if (!getStorage().getBlock().empty() && !isBlockOfSize(scheme.getBlock(), getStorage().getBlock().front()))
    stream << "expected blocks of " << getStorage().getBlock().front() << " elements, got " << scheme;
  return text;
}

//===----------------------------------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------------------------------===//

static LogicalResult verifyStorage(SchemeOp op) {
  SchemeAttr storage = op.getStorage();
  if (!storage.isInteger() || storage.getNarrowRange() || storage.getRounding() != RoundingMode::HalfToEven)
    return op.emitOpError() << "(C1) expected a storage with an integer codec and nothing that gives codes a meaning, got "
                            << storage;
  if (storage.getBlock().size() > 1 || llvm::is_contained(storage.getBlock(), 0) || !storage.getOuterBlock().empty())
    return op.emitOpError() << "(C1) expected at most one block size, at least 1, got " << storage;
  return success();
}

/// (C2) and (C4): arguments of a region, and what it yields.
static LogicalResult verifySignature(SchemeOp op, Region &region, StringRef name, StringRef label, TypeRange arguments,
                                     TypeRange results) {
  Block &block = region.front();
  if (block.getArgumentTypes() != arguments)
    return op.emitOpError() << label << " expected '" << name << "' to take (" << arguments << "), got ("
                            << block.getArgumentTypes() << ")";
  Operation *yield = block.getTerminator();
  if (yield->getOperandTypes() == results)
    return success();
  if (name == "decode" && yield->getNumOperands() > 1)
    return op.emitOpError() << label << " codes that stand for several values are not supported yet: expected 'decode' to "
                            << "yield one f32, got (" << yield->getOperandTypes() << ")";
  return op.emitOpError() << label << " expected '" << name << "' to yield (" << results << "), got ("
                          << yield->getOperandTypes() << ")";
}

/// (C3) and (C4): a region consists of operations of the dialects; all others are listed.
static LogicalResult verifyOps(SchemeOp op, Region &region, StringRef name, StringRef label, bool onScalars,
                               ArrayRef<StringRef> dialects) {
  llvm::SetVector<StringRef> others;
  auto isScalar = [](Type type) { return type.isIntOrIndexOrFloat(); };
  region.walk<WalkOrder::PreOrder>([&](Operation *inner) {
    if (isa<YieldOp>(inner))
      return WalkResult::advance();
    bool isAllowed = llvm::is_contained(dialects, inner->getName().getDialectNamespace());
    if (onScalars)
      isAllowed &= inner->getNumRegions() == 0 && llvm::all_of(inner->getOperandTypes(), isScalar) &&
                   llvm::all_of(inner->getResultTypes(), isScalar);
    if (isAllowed)
      return WalkResult::advance();
    others.insert(inner->getName().getStringRef());
    return WalkResult::skip();
  });
  if (others.empty())
    return success();
  return op.emitOpError() << label << " expected " << (onScalars ? "scalar " : "") << "operations of "
                          << llvm::join(dialects, ", ") << " in '" << name << "', got "
                          << llvm::join(others, ", ");
}

LogicalResult SchemeOp::verifyRegions() {
  // (C1)
  if (failed(verifyStorage(*this)))
    return failure();
  Type f32 = Float32Type::get(getContext()), i32 = IntegerType::get(getContext(), 32);
  SmallVector<Type> parameters = getParameterTypes(), encodeTypes = {f32}, decodeTypes = {i32};
  llvm::append_range(encodeTypes, parameters);
  llvm::append_range(decodeTypes, parameters);
  // (C2)
  if (failed(verifySignature(*this, getEncode(), "encode", "(C2)", encodeTypes, i32)) ||
      failed(verifySignature(*this, getDecode(), "decode", "(C2)", decodeTypes, f32)))
    return failure();
  // (C3)
  bool areScalar = succeeded(verifyOps(*this, getEncode(), "encode", "(C3)", /*onScalars=*/true, {"arith", "math"}));
  areScalar &= succeeded(verifyOps(*this, getDecode(), "decode", "(C3)", /*onScalars=*/true, {"arith", "math"}));
  if (!areScalar)
    return failure();
  if (getChoose().empty())
    return success();
  // (C4)
  int64_t size = getStorage().getBlock().empty() ? ShapedType::kDynamic : getStorage().getBlock().front();
  if (failed(verifySignature(*this, getChoose(), "choose", "(C4)", RankedTensorType::get({size}, f32), parameters)))
    return failure();
  return verifyOps(*this, getChoose(), "choose", "(C4)", /*onScalars=*/false,
                   {"arith", "math", "tensor", "linalg", "scf"});
}
