//===- FilterDecoder.cpp - codes of a packed filter as numbers --------------------------------------===//

#include "FilterDecoder.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

FilterDecoder::FilterDecoder(OpBuilder &builder, Location loc, const CodeLayout &layout, DotStep &dotStep)
    : builder(builder), loc(loc), layout(layout), dotStep(dotStep) {
  if (layout.shape.codes->decode)
    declared.emplace(*layout.shape.codes);
  else
    levels.emplace(builder, loc, *layout.shape.codes, layout.numLanes);
}

Value FilterDecoder::splat(VectorType type, int64_t value) {
  APInt element(type.getElementTypeBitWidth(), static_cast<uint64_t>(value), /*isSigned=*/false, /*implicitTrunc=*/true);
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, element));
}

//===------------------------------------------------------------------------------------------------===//
// Parameters
//===------------------------------------------------------------------------------------------------===//

Value FilterDecoder::widenScale(Value bytes, Type type) {
  int64_t numLanes = layout.numLanes;
  if (type.isF32() || type.isF16()) {
    Value scales = vector::BitCastOp::create(builder, loc, VectorType::get({numLanes}, type), bytes);
    return type.isF32() ? scales : arith::ExtFOp::create(builder, loc, getFloatType(), scales).getResult();
  }
  if (type.isBF16())
    bytes = vector::BitCastOp::create(builder, loc, VectorType::get({numLanes}, builder.getI16Type()), bytes);
  Value words = arith::ExtUIOp::create(builder, loc, getWordType(), bytes);
  words = shift(words, type.isBF16() ? -16 : -23);
  // An exponent of 0 is 2^-127, a subnormal number.
  if (!type.isBF16())
    words = arith::MaxUIOp::create(builder, loc, words, splat(getWordType(), 0x00400000));
  return vector::BitCastOp::create(builder, loc, getFloatType(), words);
}

Value FilterDecoder::loadScale(const BlockColumns &columns, int64_t vector, unsigned level) {
  int64_t offset = 0, numLanes = layout.numLanes;
  ArrayRef<Type> types = layout.shape.codes->scaleTypes;
  for (Type type : types.take_front(level))
    offset += columns.vectors * numLanes * CodeLayout::getScaleSize(type);
  int64_t size = numLanes * CodeLayout::getScaleSize(types[level]);
  Value index = addConstant(builder, loc, columns.index, offset + vector * size);
  return widenScale(loadVector(builder, loc, columns.flat, index, size), types[level]);
}

BlockParameters FilterDecoder::loadParameters(const BlockColumns &columns, int64_t vector) {
  const FilterCodes &codes = *layout.shape.codes;
  int64_t numLanes = layout.numLanes, offset = columns.vectors * layout.getScalesSize();
  BlockParameters parameters;
  bool isFloat = layout.shape.arithmetic == Arithmetic::Float32;
  for (unsigned level = 0; isFloat && level < codes.scaleTypes.size(); ++level)
    parameters.scales.push_back(loadScale(columns, vector, level));
  if (codes.hasZeroPoints) {
    Value index = addConstant(builder, loc, columns.index, offset + vector * numLanes);
    Value bytes = loadVector(builder, loc, columns.flat, index, numLanes);
    SmallVector<int64_t> mask;
    for (int64_t byte = 0; byte < 4 * numLanes; ++byte)
      mask.push_back(byte / 4);
    parameters.zero = isFloat ? arith::ExtUIOp::create(builder, loc, getWordType(), bytes).getResult()
                              : vector::ShuffleOp::create(builder, loc, bytes, bytes, mask).getResult();
  }
  if (codes.hasMinima) {
    Value index = addConstant(builder, loc, columns.index, offset + 4 * vector * numLanes);
    Value bytes = loadVector(builder, loc, columns.flat, index, 4 * numLanes);
    parameters.minimum = vector::BitCastOp::create(builder, loc, getFloatType(), bytes);
  }
  return parameters;
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

Value FilterDecoder::loadPlanes(const CodeUnit &unit, int64_t element, int64_t vector, uint32_t replicate, bool ignoresHigh) {
  Value codes;
  int64_t offset = vector * layout.getUnitSize(unit.numElements);
  for (const CodePlane &plane : layout.planes) {
    Value index = addConstant(builder, loc, unit.index, offset + plane.getRegister(element) * layout.getVectorSize());
    Value bytes = loadVector(builder, loc, unit.flat, index, layout.getVectorSize());
    Value words = vector::BitCastOp::create(builder, loc, getWordType(), bytes);
    words = shift(words, int64_t(plane.getShift(element)) - plane.position);
    bool isHighest = plane.position + plane.numBits == layout.shape.codes->numBits;
    uint32_t bits = ((1u << plane.numBits) - 1) << plane.position;
    uint32_t mask = ignoresHigh && isHighest ? ~((1u << plane.position) - 1) : bits * replicate;
    if (mask != ~0u)
      words = arith::AndIOp::create(builder, loc, words, splat(getWordType(), mask));
    codes = codes ? arith::OrIOp::create(builder, loc, codes, words).getResult() : words;
    offset += plane.getNumRegisters(unit.numElements) * layout.getVectorSize();
  }
  return codes;
}

Value FilterDecoder::loadStepCodes(const CodeUnit &unit, int64_t step, int64_t vector) {
  return loadPlanes(unit, 4 * step, vector, /*replicate=*/0x01010101, /*ignoresHigh=*/false);
}

Value FilterDecoder::loadCodes(const CodeUnit &unit, int64_t element, int64_t vector, Value stepCodes) {
  if (!joinsPlanes())
    return loadPlanes(unit, element, vector, /*replicate=*/1, ignoresHighBits());
  Value codes = shift(stepCodes, 8 * (element % 4));
  bool isAlone = ignoresHighBits() || element % 4 == 3;
  return isAlone ? codes : arith::AndIOp::create(builder, loc, codes, splat(getWordType(), 0xff)).getResult();
}

DotStep::Operand FilterDecoder::loadStep(const CodeUnit &unit, int64_t step, int64_t vector,
                                         const BlockParameters &parameters) {
  auto bytes = VectorType::get({layout.getVectorSize()}, builder.getI8Type());
  Value codes = loadStepCodes(unit, step, vector);
  Value weights = vector::BitCastOp::create(builder, loc, bytes, codes);
  Value zero = parameters.zero;
  if (!zero && layout.shape.codes->zero)
    zero = splat(bytes, layout.shape.codes->zero);
  if (zero)
    weights = arith::SubIOp::create(builder, loc, weights, zero);
  return dotStep.makeFilter(weights);
}

Value FilterDecoder::emitDeclared(Value codes, const BlockParameters &parameters) {
  SmallVector<Value> arguments(parameters.scales.begin(), parameters.scales.end());
  if (parameters.zero)
    arguments.push_back(arith::AddIOp::create(builder, loc, parameters.zero, splat(getWordType(), layout.shape.codes->minCode)));
  if (parameters.minimum)
    arguments.push_back(parameters.minimum);
  return declared->emit(builder, loc, codes, arguments);
}

Value FilterDecoder::emitLevel(Value codes, const BlockParameters &parameters) { return levels->emit(codes, parameters.zero); }

Value FilterDecoder::emitNumber(Value codes, const BlockParameters &parameters) {
  if (!levels)
    return emitDeclared(codes, parameters);
  Value number = arith::MulFOp::create(builder, loc, emitLevel(codes, parameters), parameters.scales.front());
  return parameters.minimum ? arith::AddFOp::create(builder, loc, number, parameters.minimum).getResult() : number;
}
