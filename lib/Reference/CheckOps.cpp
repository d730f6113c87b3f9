//===- CheckOps.cpp - assertions -------------------------------------------------------------------===//
//
// Each says what is wrong, is counted in the frame, and lets the evaluation go on.
//
//===----------------------------------------------------------------------------------------------===//

#include "Evaluators.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

//===----------------------------------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------------------------------===//

/// The bits of an element as an integer that is sign-extended.
static int64_t getBits(const Tensor &tensor, int64_t index) {
  switch (getSizeInBytes(tensor.getKind())) {
  case 1:
    return tensor.getElements<int8_t>()[index];
  case 2:
    return tensor.getElements<int16_t>()[index];
  case 4:
    return tensor.getElements<int32_t>()[index];
  default:
    return tensor.getElements<int64_t>()[index];
  }
}

/// The number of a float among those of its format: neighbours differ by one, both zeros have the same.
static int64_t getOrdinal(const Tensor &tensor, int64_t index) {
  int64_t bits = getBits(tensor, index), magnitude = (uint64_t(1) << (8 * getSizeInBytes(tensor.getKind()) - 1)) - 1;
  return bits < 0 ? -(bits & magnitude) : bits;
}

static bool isNan(const Tensor &tensor, int64_t index) {
  return isFloat(tensor.getKind()) && std::isnan(tensor.getFloat(index));
}

static bool isSame(const Tensor &actual, const Tensor &expected, int64_t index) {
  return getBits(actual, index) == getBits(expected, index) || (isNan(actual, index) && isNan(expected, index));
}

static bool isWithinUlps(const Tensor &actual, const Tensor &expected, int64_t index, uint64_t ulps) {
  if (isNan(actual, index) || isNan(expected, index))
    return isNan(actual, index) && isNan(expected, index);
  uint64_t a = getOrdinal(actual, index), e = getOrdinal(expected, index);
  return std::min(a - e, e - a) <= ulps;
}

static bool isWithin(double actual, double expected, double relative, double absolute) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
    return true;
  // An infinite expectation would allow everything.
  return std::isfinite(expected) && std::abs(actual - expected) <= relative * std::abs(expected) + absolute;
}

//===----------------------------------------------------------------------------------------------===//
// What is wrong
//===----------------------------------------------------------------------------------------------===//

/// Counts an assertion whose elements have to satisfy `holds(index)`, with an error for the first that does not; `tolerance` goes
/// behind the expected number.
template <typename Predicate>
static void checkElements(Operation *op, Frame &frame, StringRef tolerance, Predicate holds) {
  const Tensor &actual = frame.getTensor(op->getOperand(0)), &expected = frame.getTensor(op->getOperand(1));
  if (actual.getShape() != expected.getShape()) {
    op->emitOpError() << "expected the shape of " << expected.getType() << ", got " << actual.getType();
    return frame.countCheck(false);
  }
  int64_t first = -1, numWrong = 0;
  for (int64_t index = 0; index < actual.getNumElements(); ++index)
    if (!holds(actual, expected, index) && numWrong++ == 0)
      first = index;
  if (numWrong)
    op->emitOpError() << "expected " << formatElement(expected, first) << tolerance << " at "
                      << formatPosition(actual, first) << ", got " << formatElement(actual, first) << "; " << numWrong
                      << " of " << actual.getNumElements() << " elements differ";
  frame.countCheck(numWrong == 0);
}

static std::string formatNumber(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", number);
  return text;
}

//===----------------------------------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------------------------------===//

LogicalResult nibble::reference::evaluateOp(ExpectEqOp op, Frame &frame) {
  checkElements(op, frame, "", isSame);
  return success();
}

LogicalResult nibble::reference::evaluateOp(ExpectCloseOp op, Frame &frame) {
  if (std::optional<uint64_t> ulps = op.getUlps()) {
    checkElements(op, frame, " within " + std::to_string(*ulps) + " ulps",
                  [&](const Tensor &actual, const Tensor &expected, int64_t index) {
                    return isWithinUlps(actual, expected, index, *ulps);
                  });
    return success();
  }
  auto get = [](FloatAttr bound) { return bound ? bound.getValueAsDouble() : 0; };
  double relative = get(op.getRelativeAttr()), absolute = get(op.getAbsoluteAttr());
  checkElements(op, frame, " within " + formatNumber(relative) + " of it and " + formatNumber(absolute),
                [&](const Tensor &actual, const Tensor &expected, int64_t index) {
                  return isWithin(actual.getFloat(index), expected.getFloat(index), relative, absolute);
                });
  return success();
}

/// Signal to noise in decibel; NaN when a difference is not finite.
static double getSqnr(const Tensor &actual, const Tensor &expected) {
  double signal = 0, noise = 0;
  for (int64_t index = 0; index < actual.getNumElements(); ++index) {
    double difference = actual.getFloat(index) - expected.getFloat(index);
    signal += expected.getFloat(index) * expected.getFloat(index);
    noise += difference * difference;
  }
  if (!std::isfinite(noise))
    return std::numeric_limits<double>::quiet_NaN();
  return noise == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(signal / noise);
}

LogicalResult nibble::reference::evaluateOp(ExpectSqnrOp op, Frame &frame) {
  const Tensor &actual = frame.getTensor(op.getActual()), &expected = frame.getTensor(op.getExpected());
  bool hasEqualShapes = actual.getShape() == expected.getShape();
  double sqnr = hasEqualShapes ? getSqnr(actual, expected) : 0;
  bool holds = hasEqualShapes && sqnr >= op.getDecibel().convertToDouble();
  if (!hasEqualShapes)
    op.emitOpError() << "expected the shape of " << expected.getType() << ", got " << actual.getType();
  else if (!holds)
    op.emitOpError() << "expected a signal of at least " << formatNumber(op.getDecibel().convertToDouble())
                     << " dB above the noise, got "
                     << (std::isnan(sqnr) ? "a difference that is not finite" : formatNumber(sqnr) + " dB");
  frame.countCheck(holds);
  return success();
}

LogicalResult nibble::reference::evaluateOp(ExpectBitsPerWeightOp op, Frame &frame) {
  int64_t sizeInBytes = 0, numWeights = cast<ShapedType>(op.getStored()).getNumElements();
  for (Value part : op.getParts())
    sizeInBytes += frame.getTensor(part).getSizeInBytes();
  double bits = 8.0 * static_cast<double>(sizeInBytes) / static_cast<double>(numWeights);
  bool holds = bits <= op.getBits().convertToDouble();
  if (!holds)
    op.emitOpError() << "expected at most " << formatNumber(op.getBits().convertToDouble()) << " bits per weight, got "
                     << formatNumber(bits) << ": " << sizeInBytes << " bytes for " << numWeights << " weights";
  frame.countCheck(holds);
  return success();
}
