//===- FilterDecoder.cpp - codes of a packed filter as numbers --------------------------------------===//

#include "FilterDecoder.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

FilterDecoder::FilterDecoder(OpBuilder &builder, Location loc, const CodeLayout &layout, DotStep &dotStep)
    : builder(builder), loc(loc), layout(layout), dotStep(dotStep) {}

VectorType FilterDecoder::getWordType() const { return VectorType::get({layout.numLanes}, builder.getI32Type()); }

Value FilterDecoder::splat(VectorType type, int64_t value) {
  APInt element(type.getElementTypeBitWidth(), static_cast<uint64_t>(value), /*isSigned=*/false, /*implicitTrunc=*/true);
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, element));
}

//===------------------------------------------------------------------------------------------------===//
// Parameters
//===------------------------------------------------------------------------------------------------===//

Value FilterDecoder::loadScale(Value flat, Value index, int64_t vector) {
  int64_t numLanes = layout.numLanes, size = layout.getScaleSize();
  auto floats = VectorType::get({numLanes}, builder.getF32Type());
  Value bytes = loadVector(builder, loc, flat, addConstant(builder, loc, index, vector * numLanes * size), numLanes * size);
  Type scaleType = layout.shape.codes->scaleType;
  if (!scaleType.isBF16()) {
    Value scales = vector::BitCastOp::create(builder, loc, VectorType::get({numLanes}, scaleType), bytes);
    return scaleType.isF32() ? scales : arith::ExtFOp::create(builder, loc, floats, scales).getResult();
  }
  Value halves = vector::BitCastOp::create(builder, loc, VectorType::get({numLanes}, builder.getI16Type()), bytes);
  Value words = arith::ExtUIOp::create(builder, loc, getWordType(), halves);
  return vector::BitCastOp::create(builder, loc, floats, shift(words, -16));
}

Value FilterDecoder::loadZero(Value flat, Value index, int64_t vector, int64_t vectors) {
  if (!layout.shape.codes->hasZeroPoints)
    return nullptr;
  int64_t numLanes = layout.numLanes, offset = (vectors * layout.getScaleSize() + vector) * numLanes;
  Value bytes = loadVector(builder, loc, flat, addConstant(builder, loc, index, offset), numLanes);
  if (layout.shape.arithmetic == Arithmetic::Float32)
    return arith::ExtUIOp::create(builder, loc, getWordType(), bytes);
  SmallVector<int64_t> mask;
  for (int64_t byte = 0; byte < 4 * numLanes; ++byte)
    mask.push_back(byte / 4);
  return vector::ShuffleOp::create(builder, loc, bytes, bytes, mask);
}

//===------------------------------------------------------------------------------------------------===//
// Codes
//===------------------------------------------------------------------------------------------------===//

/// Logical, to the left for negative distances.
Value FilterDecoder::shift(Value words, int64_t right) {
  if (right == 0)
    return words;
  Value distance = splat(getWordType(), std::abs(right));
  return right > 0 ? arith::ShRUIOp::create(builder, loc, words, distance).getResult()
                   : arith::ShLIOp::create(builder, loc, words, distance).getResult();
}

Value FilterDecoder::loadCodes(const CodeUnit &unit, int64_t element, int64_t vector, uint32_t replicate, bool ignoresHigh) {
  Value codes;
  int64_t offset = vector * layout.getUnitSize(unit.numElements);
  for (const CodePlane &plane : layout.planes) {
    Value index = addConstant(builder, loc, unit.index, offset + plane.getRegister(element) * layout.getVectorSize());
    Value bytes = loadVector(builder, loc, unit.flat, index, layout.getVectorSize());
    Value words = vector::BitCastOp::create(builder, loc, getWordType(), bytes);
    words = shift(words, int64_t(plane.getShift(element)) - plane.position);
    bool isHighest = plane.position + plane.numBits == layout.shape.codes->numBits;
    // Below the highest plane others follow; with a table nothing has to be cleared above it, only below.
    uint32_t bits = ((1u << plane.numBits) - 1) << plane.position;
    uint32_t mask = ignoresHigh && isHighest ? ~((1u << plane.position) - 1) : bits * replicate;
    if (mask != ~0u)
      words = arith::AndIOp::create(builder, loc, words, splat(getWordType(), mask));
    codes = codes ? arith::OrIOp::create(builder, loc, codes, words).getResult() : words;
    offset += plane.getNumRegisters(unit.numElements) * layout.getVectorSize();
  }
  return codes;
}

DotStep::Operand FilterDecoder::loadStep(const CodeUnit &unit, int64_t step, int64_t vector,
                                         const BlockParameters &parameters) {
  auto bytes = VectorType::get({layout.getVectorSize()}, builder.getI8Type());
  Value codes = loadCodes(unit, 4 * step, vector, /*replicate=*/0x01010101, /*ignoresHigh=*/false);
  Value weights = vector::BitCastOp::create(builder, loc, bytes, codes);
  Value zero = parameters.zero;
  if (!zero && layout.shape.codes->zero)
    zero = splat(bytes, layout.shape.codes->zero);
  if (zero)
    weights = arith::SubIOp::create(builder, loc, weights, zero);
  return dotStep.makeFilter(weights);
}

Value FilterDecoder::loadElement(const CodeUnit &unit, int64_t element, int64_t vector, const BlockParameters &parameters) {
  Value codes = loadCodes(unit, element, vector, /*replicate=*/1, usesTable());
  Value number;
  if (usesTable()) {
    number = lookUp(codes);
  } else {
    Value zero = parameters.zero ? parameters.zero : splat(getWordType(), layout.shape.codes->zero);
    Value integer = arith::SubIOp::create(builder, loc, codes, zero);
    number = arith::SIToFPOp::create(builder, loc, VectorType::get({layout.numLanes}, builder.getF32Type()), integer);
  }
  return arith::MulFOp::create(builder, loc, number, parameters.scale);
}

//===------------------------------------------------------------------------------------------------===//
// Tables
//===------------------------------------------------------------------------------------------------===//

/// Entries `first` and following of a table of 16; shorter ones repeat, so that bits above a code do not matter.
Value FilterDecoder::makeTable(int64_t first, int64_t size) {
  const FilterCodes &codes = *layout.shape.codes;
  SmallVector<float> values;
  for (int64_t entry = first; entry < first + size; ++entry)
    values.push_back(static_cast<float>(entry % (int64_t(1) << codes.numBits) - codes.zero));
  auto type = VectorType::get({size}, builder.getF32Type());
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, ArrayRef(values)));
}

Value FilterDecoder::lookUp(Value words) {
  auto floats = VectorType::get({layout.numLanes}, builder.getF32Type());
  auto permute = [&](StringRef intrinsic, int64_t first, int64_t size) {
    return LLVM::CallIntrinsicOp::create(builder, loc, floats, builder.getStringAttr(intrinsic),
                                         ValueRange{makeTable(first, size), words})
        .getResult(0);
  };
  if (layout.numLanes == 16)
    return permute("llvm.x86.avx512.permvar.sf.512", 0, 16);
  Value low = permute("llvm.x86.avx2.permps", 0, 8);
  if (layout.shape.codes->numBits < 4)
    return low;
  // The sign bit of a word chooses.
  Value isHigh = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, shift(words, -28), splat(getWordType(), 0));
  return arith::SelectOp::create(builder, loc, isHigh, permute("llvm.x86.avx2.permps", 8, 8), low);
}
