//===- ParameterChoice.cpp - scales, zero points and minima from the values of a block ---------------===//
//
// docs/Spec.md, "choose_params".
//
//===----------------------------------------------------------------------------------------------===//

#include "ElementCoder.h"
#include "Frame.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/Reference/Encoding.h"
#include <cmath>

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

namespace {

//===----------------------------------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------------------------------===//

/// The values of a tensor block by block, in row-major order within each.
class BlockValues {
public:
  BlockValues(SchemeAttr scheme, const Tensor &values)
      : begins(ShapedType::getNumElements(scheme.getScaleShape(values.getShape())) + 1, 0),
        outerBlocks(begins.size() - 1, 0), elements(values.getNumElements()) {
    forEachRun(scheme, values.getShape(), [&](int64_t begin, int64_t end, int64_t block, int64_t outerBlock) {
      begins[block + 1] += end - begin;
      outerBlocks[block] = outerBlock;
    });
    for (size_t block = 1; block < begins.size(); ++block)
      begins[block] += begins[block - 1];
    SmallVector<int64_t> next(begins);
    forEachRun(scheme, values.getShape(), [&](int64_t begin, int64_t end, int64_t block, int64_t) {
      for (; begin < end; ++begin)
        elements[next[block]++] = static_cast<float>(values.getFloat(begin));
    });
  }

  int64_t size() const { return outerBlocks.size(); }
  ArrayRef<float> operator[](int64_t block) const {
    return ArrayRef(elements).slice(begins[block], begins[block + 1] - begins[block]);
  }
  int64_t getOuterBlock(int64_t block) const { return outerBlocks[block]; }

private:
  SmallVector<int64_t> begins, outerBlocks;
  std::vector<float> elements;
};

/// The smallest and largest value of a block, NaN aside.
struct Range {
  float lowest, highest;
  bool isEmpty() const { return lowest == 0 && highest == 0; }
};

Range getRange(ArrayRef<float> values, bool holdsZero) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Range range = holdsZero ? Range{0, 0} : Range{infinity, -infinity};
  for (float value : values) {
    range.lowest = value < range.lowest ? value : range.lowest;
    range.highest = value > range.highest ? value : range.highest;
  }
  return range.lowest > range.highest ? Range{0, 0} : range;
}

//===----------------------------------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------------------------------===//

class ParameterChooser {
public:
  ParameterChooser(Operation *op, SchemeAttr scheme, const Tensor &values)
      : op(op), scheme(scheme), shape(values.getShape()), blocks(scheme, values), numLevels(scheme.getNumScaleLevels()) {
    for (Type type : scheme.getScale())
      codecs.emplace_back(type);
  }

  FailureOr<StoredParameters> runRegion(SchemeOp declaration);
  FailureOr<StoredParameters> run(ParameterChoice choice);

private:
  LogicalResult allocate();
  float getWantedScale(Range range, float fraction) const;
  void chooseOuterScales();
  void chooseBlock(int64_t block, float fraction);
  FailureOr<double> getSquaredError(int64_t block) const;
  LogicalResult searchBlock(int64_t block);
  void storeBlock(int64_t block);
  /// Keeps a scale or minimum as it is when stored.
  static float store(Tensor &tensor, int64_t index, const ScaleCodec &codec, uint32_t bits) {
    writeScaleBits(tensor, index, bits);
    return codec.decode(bits);
  }

  Operation *op;
  SchemeAttr scheme;
  SmallVector<int64_t> shape;
  BlockValues blocks;
  unsigned numLevels;
  SmallVector<ScaleCodec, 2> codecs;
  SmallVector<Range> ranges;
  std::unique_ptr<ElementCoder> coder;
  ElementCoder::Levels levels = {};
  StoredParameters stored;
  BlockParameters parameters;
};

LogicalResult ParameterChooser::allocate() {
  auto create = [&](Type type, unsigned level) { return Tensor::create(type, scheme.getScaleShape(shape, level)); };
  for (unsigned level = 0; level < numLevels; ++level) {
    FailureOr<Tensor> scales = create(scheme.getScaleElementType(level), level);
    if (failed(scales))
      return op->emitOpError("has more parameters than the reference interpreter can hold");
    parameters.scales[level].resize(scales->getNumElements());
    stored.scales.push_back(std::move(*scales));
  }
  if (Type type = scheme.getZeroPointElementType()) {
    FailureOr<Tensor> zeroPoint = create(type, 0);
    if (failed(zeroPoint))
      return op->emitOpError("has more parameters than the reference interpreter can hold");
    stored.zeroPoint = std::move(*zeroPoint);
    parameters.zeroPoints.resize(scheme.getZeroPoint() == ZeroPointKind::Integer ? blocks.size() : 0);
    parameters.minima.resize(scheme.getZeroPoint() == ZeroPointKind::Minimum ? blocks.size() : 0);
  }
  return success();
}

/// The scale, as an f32, that holds `fraction` of a range; 0 for a block of zeros that shares an outer scale.
float ParameterChooser::getWantedScale(Range range, float fraction) const {
  float extent = range.highest - range.lowest, steps = levels.max - levels.min;
  if (scheme.getZeroPoint() == ZeroPointKind::None) {
    extent = std::max(-range.lowest, range.highest);
    steps = levels.magnitude;
  }
  return extent == 0 && numLevels == 2 ? 0.0f : numerics::makeScale(extent * fraction, steps);
}

void ParameterChooser::chooseOuterScales() {
  if (numLevels < 2)
    return;
  MutableArrayRef<float> outer = parameters.scales[1];
  llvm::fill(outer, 0.0f);
  for (int64_t block = 0; block < blocks.size(); ++block)
    outer[blocks.getOuterBlock(block)] =
        std::max(outer[blocks.getOuterBlock(block)], getWantedScale(ranges[block], 1));
  for (auto [index, scale] : llvm::enumerate(outer))
    scale = store(stored.scales[1], index, codecs[1],
                  codecs[1].encodeScale(numerics::makeScale(scale, codecs[0].getLargest())));
}

/// The parameters of a block, as stored, that hold `fraction` of its range.
void ParameterChooser::chooseBlock(int64_t block, float fraction) {
  Range range = ranges[block];
  float outer = numLevels == 2 ? parameters.scales[1][blocks.getOuterBlock(block)] : 1.0f;
  float wanted = getWantedScale(range, fraction);
  float &scale = parameters.scales[0][block];
  scale = store(stored.scales[0], block, codecs[0], codecs[0].encodeScale(numLevels == 2 ? wanted / outer : wanted));
  float product = numLevels == 2 ? scale * outer : scale;
  if (scheme.getZeroPoint() == ZeroPointKind::Integer) {
    int32_t minCode = scheme.getMinCode(), maxCode = scheme.getMaxCode();
    int32_t zeroPoint = numerics::saturate(static_cast<float>(minCode) - range.lowest * fraction / product, 0, minCode, maxCode);
    parameters.zeroPoints[block] = stored.zeroPoint->getMutableElements<int32_t>()[block] = zeroPoint;
  } else if (scheme.getZeroPoint() == ZeroPointKind::Minimum) {
    float lowest = range.lowest + (range.highest - range.lowest) * ((1 - fraction) / 2);
    parameters.minima[block] =
        store(*stored.zeroPoint, block, codecs.back(), codecs.back().encode(lowest - levels.min * product));
  }
}

FailureOr<double> ParameterChooser::getSquaredError(int64_t block) const {
  auto lanes = std::make_unique<Lanes>();
  double sum = 0;
  for (ArrayRef<float> rest = blocks[block]; !rest.empty(); rest = rest.drop_front(lanes->size)) {
    lanes->size = 0;
    for (float value : rest.take_front(maxLanes)) {
      lanes->values[lanes->size] = value;
      lanes->push(parameters, block, blocks.getOuterBlock(block));
    }
    if (failed(coder->encode(*lanes)) || failed(coder->decode(*lanes)))
      return failure();
    for (auto [value, decoded] : llvm::zip(rest.take_front(maxLanes), lanes->values)) {
      double error = double(decoded) - double(value);
      sum += std::isnan(value) ? 0.0 : error * error;
    }
  }
  return sum;
}

LogicalResult ParameterChooser::searchBlock(int64_t block) {
  constexpr int numFractions = 64, numTried = 48;
  double least = std::numeric_limits<double>::infinity();
  float best = 1;
  for (int step = 0; step < numTried; ++step) {
    float fraction = 1 - float(step) / numFractions;
    chooseBlock(block, fraction);
    FailureOr<double> error = getSquaredError(block);
    if (failed(error))
      return failure();
    if (*error < least) {
      least = *error;
      best = fraction;
    }
  }
  chooseBlock(block, best);
  return success();
}

FailureOr<StoredParameters> ParameterChooser::run(ParameterChoice choice) {
  FailureOr<std::unique_ptr<ElementCoder>> created = ElementCoder::create(op, scheme);
  if (failed(created) || failed(allocate()))
    return failure();
  coder = std::move(*created);
  FailureOr<ElementCoder::Levels> found = coder->getLevels(op);
  if (failed(found))
    return failure();
  levels = *found;
  for (int64_t block = 0; block < blocks.size(); ++block)
    ranges.push_back(getRange(blocks[block], scheme.getZeroPoint() != ZeroPointKind::Minimum));
  chooseOuterScales();
  for (int64_t block = 0; block < blocks.size(); ++block) {
    chooseBlock(block, 1);
    if (choice == ParameterChoice::SquaredError && !ranges[block].isEmpty() && failed(searchBlock(block)))
      return failure();
  }
  return stored;
}

//===----------------------------------------------------------------------------------------------===//
// The region of a declared scheme
//===----------------------------------------------------------------------------------------------===//

FailureOr<StoredParameters> ParameterChooser::runRegion(SchemeOp declaration) {
  if (failed(allocate()))
    return failure();
  if (numLevels == 2)
    return op->emitOpError() << "has the scheme " << scheme << ", whose 'choose' cannot know the blocks that share an outer scale";
  Block &body = declaration.getChoose().front();
  ArrayRef<int64_t> sizes = declaration.getStorage().getBlock();
  Evaluation evaluation;
  for (int64_t block = 0; block < blocks.size(); ++block) {
    ArrayRef<float> values = blocks[block];
    FailureOr<Tensor> argument = Tensor::create(Float32Type::get(op->getContext()),
                                                {sizes.empty() ? static_cast<int64_t>(values.size()) : sizes.front()});
    if (failed(argument))
      return op->emitOpError("has a block that the reference interpreter cannot hold");
    // What a block that is cut off lacks counts as 0.
    llvm::fill(argument->getMutableElements<float>(), 0.0f);
    llvm::copy(values, argument->getMutableElements<float>().begin());
    FailureOr<SmallVector<RuntimeValue>> results = Frame(evaluation).evaluate(body, {RuntimeValue(*argument)});
    if (failed(results))
      return failure();
    auto scale = static_cast<float>(std::get<Tensor>((*results)[0]).getFloat(0));
    store(stored.scales[0], block, codecs[0], codecs[0].encodeScale(scale));
    if (scheme.getZeroPoint() == ZeroPointKind::Integer)
      stored.zeroPoint->getMutableElements<int32_t>()[block] =
          std::clamp<int64_t>(std::get<Tensor>((*results)[1]).getInteger(0), scheme.getMinCode(), scheme.getMaxCode());
    else if (scheme.getZeroPoint() == ZeroPointKind::Minimum)
      store(*stored.zeroPoint, block, codecs[0],
            codecs[0].encode(static_cast<float>(std::get<Tensor>((*results)[1]).getFloat(0))));
  }
  return stored;
}

} // namespace

FailureOr<StoredParameters> nibble::reference::chooseParameters(Operation *op, SchemeAttr scheme, const Tensor &values,
                                                                ParameterChoice choice) {
  ParameterChooser chooser(op, scheme, values);
  if (!scheme.isDeclared())
    return chooser.run(choice);
  auto declaration = SymbolTable::lookupNearestSymbolFrom<SchemeOp>(op, scheme.getDeclaration());
  if (!declaration)
    return op->emitOpError() << "no 'nibble.scheme' " << scheme.getDeclaration();
  if (!declaration.getChoose().empty())
    return chooser.runRegion(declaration);
  if (size_t numParameters = declaration.getParameterTypes().size(); numParameters != 1)
    return op->emitOpError() << "has a scheme of " << numParameters << " parameters; " << scheme.getDeclaration()
                             << " needs 'choose' to make more than one";
  return chooser.run(declaration.getChoice());
}
