//===- ElementCoder.cpp - between numbers and codes, some elements at a time -------------------------===//
//
// The arithmetic of one number is Numerics, by way of Dialect/Nibble/IR/SchemeCodec.h, or that of a nibble.scheme.
//
//===----------------------------------------------------------------------------------------------===//

#include "ElementCoder.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include <cmath>

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

void Lanes::push(const BlockParameters &parameters, int64_t block, int64_t outerBlock) {
  scales[0][size] = parameters.scales[0][block];
  if (!parameters.scales[1].empty())
    scales[1][size] = parameters.scales[1][outerBlock];
  if (!parameters.zeroPoints.empty())
    zeroPoints[size] = parameters.zeroPoints[block];
  if (!parameters.minima.empty())
    minima[size] = parameters.minima[block];
  ++size;
}

//===----------------------------------------------------------------------------------------------===//
// Codecs of Numerics
//===----------------------------------------------------------------------------------------------===//

namespace {
class CodecCoder : public ElementCoder {
public:
  CodecCoder(SchemeAttr scheme, numerics::Rounding rounding)
      : codec(scheme), rounding(rounding), minCode(scheme.getMinCode()), maxCode(scheme.getMaxCode()),
        isInteger(scheme.isInteger()), hasOuterScale(scheme.getNumScaleLevels() == 2), zeroPoint(scheme.getZeroPoint()) {}

  LogicalResult encode(Lanes &lanes) const override {
    for (int64_t i = 0; i < lanes.size; ++i) {
      float value = zeroPoint == ZeroPointKind::Minimum ? lanes.values[i] - lanes.minima[i] : lanes.values[i];
      float level = value / getScale(lanes, i);
      lanes.codes[i] = isInteger ? numerics::saturate(level, getZeroPoint(lanes, i), minCode, maxCode, rounding)
                                 : codec.encode(level);
    }
    return success();
  }

  LogicalResult decode(Lanes &lanes) const override {
    for (int64_t i = 0; i < lanes.size; ++i) {
      float product = codec.decode(lanes.codes[i] - getZeroPoint(lanes, i)) * getScale(lanes, i);
      lanes.values[i] = zeroPoint == ZeroPointKind::Minimum ? product + lanes.minima[i] : product;
    }
    return success();
  }

  FailureOr<Levels> getLevels(Operation *) const override {
    float min = codec.getMinLevel(), max = codec.getMaxLevel();
    // Sums of numbers near the largest f32 would be infinite, and bf16 is as dense around 1.
    if (max > 0x1p126f)
      return Levels{-1, 1, 1};
    return Levels{min, max, isInteger && max > 0 ? max : std::max(-min, max)};
  }

private:
  float getScale(const Lanes &lanes, int64_t i) const {
    return hasOuterScale ? lanes.scales[0][i] * lanes.scales[1][i] : lanes.scales[0][i];
  }
  int32_t getZeroPoint(const Lanes &lanes, int64_t i) const {
    return zeroPoint == ZeroPointKind::Integer ? lanes.zeroPoints[i] : 0;
  }

  SchemeCodec codec;
  numerics::Rounding rounding;
  int32_t minCode, maxCode;
  bool isInteger, hasOuterScale;
  ZeroPointKind zeroPoint;
};

//===----------------------------------------------------------------------------------------------===//
// Declared schemes
//===----------------------------------------------------------------------------------------------===//

class DeclaredCoder : public ElementCoder {
public:
  DeclaredCoder(SchemeOp declaration, ScalarProgram encoder, ScalarProgram decoder)
      : declaration(declaration), encoder(std::move(encoder)), decoder(std::move(decoder)) {}

  LogicalResult encode(Lanes &lanes) const override {
    if (failed(run(encoder, lanes, lanes.values, lanes.codes)))
      return failure();
    SchemeAttr storage = declaration.getStorage();
    for (int32_t &code : MutableArrayRef(lanes.codes, lanes.size))
      code = std::clamp<int32_t>(code, storage.getMinCode(), storage.getMaxCode());
    return success();
  }

  LogicalResult decode(Lanes &lanes) const override { return run(decoder, lanes, lanes.codes, lanes.values); }

  FailureOr<Levels> getLevels(Operation *op) const override;

private:
  /// Runs a region on the first of its arguments and the parameters.
  LogicalResult run(const ScalarProgram &program, const Lanes &lanes, const void *from, void *to) const {
    ScalarMachine machine(program, {}, {});
    SmallVector<const void *> arguments = {from, lanes.scales[0]};
    if (declaration.getStorage().getNumScaleLevels() == 2)
      arguments.push_back(lanes.scales[1]);
    if (declaration.getStorage().getZeroPoint() == ZeroPointKind::Integer)
      arguments.push_back(lanes.zeroPoints);
    else if (declaration.getStorage().getZeroPoint() == ZeroPointKind::Minimum)
      arguments.push_back(lanes.minima);
    for (auto [port, argument] : llvm::zip_equal(program.inputs, arguments))
      machine.load(port, static_cast<const char *>(argument), 1, lanes.size);
    if (failed(machine.run(lanes.size)))
      return failure();
    machine.store(program.outputs.front(), static_cast<char *>(to), 1, lanes.size);
    return success();
  }

  /// The values of all codes at one scale.
  FailureOr<std::vector<float>> decodeAll(float scale) const;

  mutable SchemeOp declaration;
  ScalarProgram encoder, decoder;
};
} // namespace

FailureOr<std::vector<float>> DeclaredCoder::decodeAll(float scale) const {
  std::vector<float> values;
  auto lanes = std::make_unique<Lanes>();
  int32_t maxCode = declaration.getStorage().getMaxCode();
  for (int32_t code = declaration.getStorage().getMinCode(); code <= maxCode; ++code) {
    lanes->codes[lanes->size] = code;
    lanes->scales[0][lanes->size++] = scale;
    if (lanes->size < maxLanes && code < maxCode)
      continue;
    if (failed(decode(*lanes)))
      return failure();
    values.insert(values.end(), lanes->values, lanes->values + lanes->size);
    lanes->size = 0;
  }
  return values;
}

FailureOr<ElementCoder::Levels> DeclaredCoder::getLevels(Operation *op) const {
  FailureOr<std::vector<float>> levels = decodeAll(1);
  // Powers of two: proportional values are so exactly.
  for (float scale : {0.125f, 32.0f}) {
    FailureOr<std::vector<float>> scaled = decodeAll(scale);
    if (failed(levels) || failed(scaled))
      return failure();
    for (auto [code, level, value] : llvm::enumerate(*levels, *scaled))
      if (std::isfinite(level) && value != level * scale)
        return op->emitOpError() << "has a scheme whose 'decode' is not proportional to its scale, so that it needs 'choose': code "
                                 << declaration.getStorage().getMinCode() + static_cast<int64_t>(code) << " is " << level
                                 << " at scale 1 and " << value << " at scale " << scale;
  }
  llvm::erase_if(*levels, [](float level) { return !std::isfinite(level); });
  float magnitude = 0;
  for (float level : *levels)
    magnitude = std::max(magnitude, std::fabs(level));
  if (magnitude == 0)
    return op->emitOpError("has a scheme whose 'decode' gives every code the value 0");
  return Levels{*llvm::min_element(*levels), *llvm::max_element(*levels), magnitude};
}

//===----------------------------------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------------------------------===//

/// Fixed-point roundings are no roundings of real numbers: such codes are only decoded.
static numerics::Rounding getRounding(SchemeAttr scheme) {
  return scheme.getRounding() == RoundingMode::HalfAwayFromZero ? numerics::Rounding::HalfAwayFromZero
                                                                : numerics::Rounding::HalfToEven;
}

FailureOr<std::unique_ptr<ElementCoder>> ElementCoder::create(Operation *op, SchemeAttr scheme) {
  if (!scheme.isDeclared())
    return std::unique_ptr<ElementCoder>(std::make_unique<CodecCoder>(scheme, getRounding(scheme)));
  auto declaration = SymbolTable::lookupNearestSymbolFrom<SchemeOp>(op, scheme.getDeclaration());
  if (!declaration)
    return op->emitOpError() << "no 'nibble.scheme' " << scheme.getDeclaration();
  FailureOr<ScalarProgram> encoder = ScalarProgram::compile(declaration.getEncode().front()),
                           decoder = ScalarProgram::compile(declaration.getDecode().front());
  if (failed(encoder) || failed(decoder))
    return failure();
  return std::unique_ptr<ElementCoder>(
      std::make_unique<DeclaredCoder>(declaration, std::move(*encoder), std::move(*decoder)));
}
