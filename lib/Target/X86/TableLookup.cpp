//===- TableLookup.cpp - tables in registers --------------------------------------------------------===//

#include "TableLookup.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble;

/// A register of entries: the permutation reads as many bits as it has lanes for; a shorter table repeats.
static Value permute(OpBuilder &builder, Location loc, ArrayRef<float> table, Value words, int64_t numLanes) {
  SmallVector<float> entries;
  for (int64_t lane = 0; lane < numLanes; ++lane)
    entries.push_back(table[lane % table.size()]);
  auto type = VectorType::get({numLanes}, builder.getF32Type());
  Value constant = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, ArrayRef<float>(entries)));
  StringRef intrinsic = numLanes == 16 ? "llvm.x86.avx512.permvar.sf.512" : "llvm.x86.avx2.permps";
  return LLVM::CallIntrinsicOp::create(builder, loc, type, builder.getStringAttr(intrinsic), ValueRange{constant, words})
      .getResult(0);
}

Value x86::emitTableLookup(OpBuilder &builder, Location loc, ArrayRef<float> table, Value words) {
  auto type = cast<VectorType>(words.getType());
  auto size = static_cast<int64_t>(table.size());
  if (size <= type.getNumElements())
    return permute(builder, loc, table, words, type.getNumElements());
  Value low = emitTableLookup(builder, loc, table.take_front(size / 2), words);
  Value high = emitTableLookup(builder, loc, table.drop_front(size / 2), words);
  // The highest bit of the number as sign.
  auto splat = [&](int64_t value) {
    return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, APInt(32, value)));
  };
  Value shifted = arith::ShLIOp::create(builder, loc, words, splat(32 - llvm::Log2_64(size)));
  Value isHigh = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, shifted, splat(0));
  return arith::SelectOp::create(builder, loc, isHigh, high, low);
}
