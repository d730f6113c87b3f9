//===- PackedCodes.cpp - constant weights in codes of a few bits --------------------------------------===//

#include "PackedCodes.h"
#include "Case.h"
#include "llvm/ADT/StringExtras.h"

using namespace nibble::difffuzz;

namespace {

/// What is needed of a codec to draw codes.
struct PackedCodec {
  std::string scheme;
  unsigned numBits;
  int64_t numCodes;
  bool isRadix, isInteger;
  /// About the largest number of a code at scale 1.
  float largest;

  static PackedCodec get(llvm::StringRef name) {
    if (name == "ternary")
      return {"u2, table = [-1.0, 0.0, 1.0], radix = 3", 2, 3, true, false, 1};
    if (name == "nf4")
      return {name.str(), 4, 16, false, false, 1};
    if (name == "f4E2M1FN")
      return {name.str(), 4, 16, false, false, 6};
    if (name == "f8E4M3FN")
      return {name.str(), 8, 127, false, false, 448}; // numbers that are positive, and no NaN
    CodeRange range = getCodeRange(name);
    auto numBits = static_cast<unsigned>(llvm::Log2_64(range.max - range.min + 1));
    return {name.str(), numBits, range.max - range.min + 1, false, true, static_cast<float>(range.max - range.min)};
  }

  /// One row of the last dimension, as bytes.
  void appendRow(Random &random, int64_t length, std::vector<char> &bytes) const {
    std::vector<uint8_t> row((isRadix ? (length + 4) / 5 : (length * numBits + 7) / 8), 0);
    static constexpr int powers[] = {1, 3, 9, 27, 81};
    for (int64_t place = 0; place < length; ++place) {
      auto code = static_cast<unsigned>(random.integer(0, numCodes - 1));
      if (isRadix) {
        row[place / 5] = static_cast<uint8_t>(row[place / 5] + code * powers[place % 5]);
        continue;
      }
      uint64_t bit = place * numBits;
      row[bit / 8] |= code << bit % 8;
      if (bit % 8 + numBits > 8)
        row[bit / 8 + 1] |= code >> (8 - bit % 8);
    }
    bytes.insert(bytes.end(), row.begin(), row.end());
  }
};

} // namespace

PackedTensor PackedTensor::draw(Writer &writer, llvm::StringRef codec, const Shape &shape, const Shape &block) {
  Random &random = writer.random;
  PackedCodec packed = PackedCodec::get(codec);
  std::vector<char> bytes;
  int64_t numRows = 1;
  for (int64_t extent : llvm::ArrayRef(shape).drop_back())
    numRows *= extent;
  for (int64_t row = 0; row < numRows; ++row)
    packed.appendRow(random, shape.back(), bytes);
  Shape stored = shape, parameters;
  stored.back() = static_cast<int64_t>(bytes.size()) / numRows;
  for (auto [extent, size] : llvm::zip(shape, block))
    parameters.push_back(size == 0 ? 1 : (extent + size - 1) / size);

  PackedTensor tensor;
  tensor.type = getTensorType(stored, "i8");
  tensor.codes = writer.addBytes(tensor.type, bytes);
  bool isHalf = random.chance(0.5), hasZero = packed.isInteger && random.chance(0.5);
  auto drawScale = [&] { return random.factor(1 / packed.largest); };
  tensor.scaleType = getTensorType(parameters, isHalf ? "f16" : "f32");
  tensor.scale = isHalf ? writer.addHalves(parameters, drawScale) : writer.addFloats(parameters, drawScale);
  if (hasZero) {
    CodeRange range = getCodeRange(codec);
    tensor.zeroPointType = getTensorType(parameters, "i32");
    tensor.zeroPoint = writer.addIntegers(parameters, "i32", [&] { return random.integer(range.min, range.max); });
  }
  std::string sizes = llvm::join(llvm::map_range(block, [](int64_t size) { return std::to_string(size); }), ", ");
  tensor.scheme = llvm::formatv("<{0}{1}{2}{3}>", packed.scheme, block.empty() ? "" : ", block = [" + sizes + "]",
                                isHalf ? ", scale = [f16]" : "", hasZero ? ", zero_point = integer" : "")
                      .str();
  return tensor;
}

void nibble::difffuzz::writeDecoding(const Cell &cell, Writer &writer) {
  Random &random = writer.random;
  Shape shape = {random.integer(1, 5), random.extent(cell.tail)}, block;
  if (cell.variant == "channel")
    block = {0, 1};
  else if (cell.variant == "token")
    block = {1, 0};
  else if (cell.variant == "group")
    block = {1, random.pick({2, 3, 7, 16, 32})};
  PackedTensor tensor = PackedTensor::draw(writer, cell.codec, shape, block);
  std::string zero = tensor.zeroPoint.empty() ? "" : llvm::formatv(" zero_point({0} : {1})", tensor.zeroPoint, tensor.zeroPointType).str();
  std::string type = getTensorType(shape, "f32");
  writer.setResult(writer.add("nibble.dequantize {0} scale({1} : {2}){3} as {4} : {5} -> {6}", tensor.codes, tensor.scale, tensor.scaleType,
                              zero, tensor.scheme, tensor.type, type),
                   type);
}
