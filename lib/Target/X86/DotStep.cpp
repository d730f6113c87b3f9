//===- DotStep.cpp - one step of the reduction ------------------------------------------------------===//

#include "DotStep.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nibble::x86;

VectorType DotStep::getAccumulatorType() {
  Type element = shape.arithmetic == Arithmetic::Float32 ? Type(builder.getF32Type()) : builder.getI32Type();
  return VectorType::get({numLanes}, element);
}

Value DotStep::splat(VectorType type, int64_t value) {
  auto attr = DenseElementsAttr::get(type, builder.getIntegerAttr(type.getElementType(), value));
  return arith::ConstantOp::create(builder, loc, attr);
}

DotStep::Operand DotStep::loadPixel(Value flat, Value index) {
  Value element = loadVector(builder, loc, flat, index, shape.getElementsPerStep());
  if (shape.arithmetic == Arithmetic::Float32)
    return {vector::BroadcastOp::create(builder, loc, getAccumulatorType(), element)};
  Value dword = vector::BitCastOp::create(builder, loc, VectorType::get({1}, builder.getI32Type()), element);
  return makePixel(vector::BroadcastOp::create(builder, loc, getAccumulatorType(), dword));
}

DotStep::Operand DotStep::makePixel(Value words) {
  if (shape.isInputSigned)
    words = arith::XOrIOp::create(builder, loc, words, splat(getAccumulatorType(), 0x80808080));
  return toOperand(words);
}

DotStep::Operand DotStep::makeUniformPixel(uint8_t byte) {
  return toOperand(splat(getAccumulatorType(), static_cast<int32_t>(byte * 0x01010101u)));
}

DotStep::Operand DotStep::toOperand(Value words) {
  if (level == Level::Avx2)
    return splitPixel(words);
  return {vector::BitCastOp::create(builder, loc, VectorType::get({4 * numLanes}, builder.getI8Type()), words)};
}

DotStep::Operand DotStep::loadFilter(Value flat, Value index) {
  return makeFilter(loadVector(builder, loc, flat, index, numLanes * shape.getElementsPerStep()));
}

DotStep::Operand DotStep::makeFilter(Value elements) {
  if (shape.arithmetic == Arithmetic::Int8 && level == Level::Avx2)
    return splitFilter(elements);
  return {elements};
}

/// Unsigned bytes to 16-bit numbers: bytes 0 and 2 of each lane, bytes 1 and 3.
DotStep::Operand DotStep::splitPixel(Value words) {
  auto halves = VectorType::get({2 * numLanes}, builder.getI16Type());
  Value both = vector::BitCastOp::create(builder, loc, halves, words);
  return {arith::AndIOp::create(builder, loc, both, splat(halves, 0xff)),
          arith::ShRUIOp::create(builder, loc, both, splat(halves, 8))};
}

/// The same for signed bytes.
DotStep::Operand DotStep::splitFilter(Value bytes) {
  auto halves = VectorType::get({2 * numLanes}, builder.getI16Type());
  Value both = vector::BitCastOp::create(builder, loc, halves, bytes), eight = splat(halves, 8);
  Value even = arith::ShLIOp::create(builder, loc, both, eight);
  return {arith::ShRSIOp::create(builder, loc, even, eight), arith::ShRSIOp::create(builder, loc, both, eight)};
}

Value DotStep::dot(Value acc, const Operand &pixel, const Operand &filter) {
  // Not vector.fma, which upstream converts to llvm.fmuladd: fusing is forbidden there, so that it would be two instructions.
  if (shape.arithmetic == Arithmetic::Float32)
    return LLVM::FMAOp::create(builder, loc, acc.getType(), pixel[0], filter[0], acc);
  auto call = [&](const Twine &intrinsic, ValueRange operands) {
    return LLVM::CallIntrinsicOp::create(builder, loc, acc.getType(), builder.getStringAttr(intrinsic), operands)
        .getResult(0);
  };
  std::string width = std::to_string(32 * numLanes);
  if (level != Level::Avx2)
    return call("llvm.x86.avx512.vpdpbusd." + width, {acc, pixel[0], filter[0]});
  StringRef multiply = numLanes == 4 ? "llvm.x86.sse2.pmadd.wd" : "llvm.x86.avx2.pmadd.wd";
  // Sums of two products of 9 by 8 bits: exact, unlike vpmaddubsw, whose 16-bit sums saturate.
  for (auto [pixelPart, filterPart] : llvm::zip_equal(pixel, filter))
    acc = arith::AddIOp::create(builder, loc, acc, call(multiply, {pixelPart, filterPart}));
  return acc;
}
