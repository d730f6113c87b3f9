//===- ByteTable.cpp - vectors of codes through a table of 256 bytes --------------------------------===//

#include "ByteTable.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

static constexpr int64_t tableSize = 256, laneSize = 16;

ByteTable::ByteTable(OpBuilder &builder, Location loc, Value flat, const CpuFacts &facts)
    : builder(builder), loc(loc), numCodes(facts.vectorSizeInBytes), permutes(hasBytePermutes(facts)) {
  // Every 16 bytes of a vector have the same ones.
  auto repeated = llvm::map_to_vector(llvm::seq(numCodes), [](int64_t byte) { return byte % laneSize; });
  int64_t partSize = permutes ? numCodes : laneSize;
  for (int64_t position = 0; position < tableSize; position += partSize) {
    Value part = loadVector(builder, loc, flat, arith::ConstantIndexOp::create(builder, loc, position), partSize);
    if (!permutes)
      part = vector::ShuffleOp::create(builder, loc, part, part, repeated);
    parts.push_back(part);
  }
}

Value ByteTable::splat(int64_t byte) {
  auto type = VectorType::get({numCodes}, builder.getI8Type());
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, APInt(8, byte)));
}

Value ByteTable::call(StringRef intrinsic, ValueRange operands) {
  auto type = VectorType::get({numCodes}, builder.getI8Type());
  return LLVM::CallIntrinsicOp::create(builder, loc, type, builder.getStringAttr(intrinsic), operands).getResult(0);
}

Value ByteTable::lookUp(Value codes) { return permutes ? permute(codes) : shuffle(codes); }

Value ByteTable::permute(Value codes) {
  StringRef intrinsic = "llvm.x86.avx512.vpermi2var.qi.512";
  Value low = call(intrinsic, {parts[0], codes, parts[1]}), high = call(intrinsic, {parts[2], codes, parts[3]});
  Value isHigh = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, codes, splat(0));
  return arith::SelectOp::create(builder, loc, isHigh, high, low);
}

Value ByteTable::shuffle(Value codes) {
  StringRef intrinsic = numCodes == 64 ? "llvm.x86.avx512.pshuf.b.512" : "llvm.x86.avx2.pshuf.b";
  Value result;
  for (auto [number, part] : llvm::enumerate(parts)) {
    // The upper half of the byte is 0 for codes of this part alone. Saturating, 0x70 more sets the topmost bit of all others, and a
    // shuffle gives 0 for these.
    Value distance = arith::XOrIOp::create(builder, loc, codes, splat(static_cast<int64_t>(number) * laneSize));
    Value index = LLVM::UAddSat::create(builder, loc, distance.getType(), distance, splat(0x70));
    Value elements = call(intrinsic, {part, index});
    result = result ? arith::OrIOp::create(builder, loc, result, elements).getResult() : elements;
  }
  return result;
}
