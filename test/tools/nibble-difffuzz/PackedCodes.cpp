//===- PackedCodes.cpp - constant weights in codes of a few bits --------------------------------------===//

#include "PackedCodes.h"
#include "Case.h"
#include "nibble/Numerics/Packing.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace nibble::difffuzz;
namespace numerics = nibble::numerics;

//===----------------------------------------------------------------------------------------------===//
// Codecs
//===----------------------------------------------------------------------------------------------===//

namespace {
enum class Zero { None, Maybe, Minimum };

/// What codes a scheme has, and of what size its parameters make sense.
struct PackedCodec {
  /// What `#nibble.scheme` says of it in front of the blocks.
  std::string text;
  unsigned numBits;
  /// Codes from 0 on.
  int64_t numCodes;
  /// About the largest number of a code at scale 1.
  float largest;
  /// Types of the scales; none: one of f32, f16 and bf16.
  std::vector<std::string> scales = {};
  Zero zero = Zero::None;
  /// A declaration that the module needs.
  std::string declaration = {};
};
} // namespace

/// Neither declaration is affine in its parameters, so that kernels have its operations inside. `encode` does not matter.
static const std::string &getLogarithmic() {
  static const std::string text = R"(  nibble.scheme @logarithmic <u4> encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %seven = arith.constant 7 : i32
    %place = arith.andi %code, %seven : i32
    %real = arith.sitofp %place : i32 to f32
    %octave = arith.constant -0.69314718055994531 : f32
    %log = arith.mulf %real, %octave : f32
    %power = math.exp %log : f32
    %size = arith.mulf %power, %scale : f32
    %minus = arith.negf %size : f32
    %is_negative = arith.cmpi ugt, %code, %seven : i32
    %value = arith.select %is_negative, %minus, %size : f32
    nibble.yield %value : f32
  }
)";
  return text;
}

static const std::string &getBent() {
  static const std::string text = R"(  nibble.scheme @bent <s3, scale = [f16], zero_point = minimum> encode {
  ^bb0(%value: f32, %scale: f32, %minimum: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %minimum: f32):
    %real = arith.sitofp %code : i32 to f32
    %number = arith.mulf %real, %scale : f32
    %size = math.absf %number : f32
    %square = arith.mulf %number, %size : f32
    %value = arith.addf %square, %minimum : f32
    nibble.yield %value : f32
  }
)";
  return text;
}

static PackedCodec getIntegerCodec(llvm::StringRef name) {
  auto [codec, rest] = name.split(' ');
  CodeRange range = getCodeRange(codec);
  int64_t size = range.max - range.min + 1;
  PackedCodec packed = {codec.str(), llvm::Log2_64(size), size, static_cast<float>(size - 1), {}, Zero::Maybe};
  if (rest == "high first")
    packed.text += ", order = high_first";
  else if (rest == "minimum")
    packed.zero = Zero::Minimum;
  else if (rest == "two levels")
    packed.scales = {"i8", "f16"};
  return packed;
}

static PackedCodec getCodec(llvm::StringRef name) {
  static const std::vector<std::pair<llvm::StringLiteral, PackedCodec>> others = {
      {"ternary", {"u2, table = [-1.0, 0.0, 1.0], radix = 3", 2, 3, 1}},
      {"nf4", {"nf4", 4, 16, 1}},
      {"f4E2M1FN", {"f4E2M1FN", 4, 16, 6}},
      {"f6E3M2FN", {"f6E3M2FN", 6, 64, 28}},
      {"f8E4M3FN", {"f8E4M3FN", 8, 127, 448}}, // numbers that are positive, and no NaN
      {"nvfp4", {"f4E2M1FN", 4, 16, 6, {"f8E4M3FN", "f32"}}},
      {"mxfp4", {"f4E2M1FN", 4, 16, 6, {"f8E8M0FNU"}}},
      {"logarithmic", {"u4 @logarithmic", 4, 16, 1, {"f32"}, Zero::None, getLogarithmic()}},
      {"bent", {"s3 @bent", 3, 8, 4, {"f16"}, Zero::Minimum, getBent()}},
  };
  auto found = llvm::find_if(others, [&](const auto &codec) { return codec.first == name; });
  return found == others.end() ? getIntegerCodec(name) : found->second;
}

//===----------------------------------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------------------------------===//

/// One row of the last dimension, as bytes.
static void appendRow(const PackedCodec &codec, Random &random, int64_t length, std::vector<char> &bytes) {
  constexpr unsigned radix = 3;
  llvm::StringRef text = codec.text;
  bool isRadix = text.contains("radix");
  auto order = text.contains("high_first") ? numerics::BitOrder::HighFirst : numerics::BitOrder::LowFirst;
  std::vector<uint8_t> row(isRadix ? llvm::divideCeil(length, numerics::digitsPerByte(radix)) : numerics::packedSizeInBytes(length, codec.numBits));
  for (int64_t place = 0; place < length; ++place) {
    auto code = static_cast<uint32_t>(random.integer(0, codec.numCodes - 1));
    if (isRadix)
      numerics::writeDigit(row.data(), place, radix, code);
    else
      numerics::writeBits(row.data(), place, codec.numBits, code, order);
  }
  bytes.insert(bytes.end(), row.begin(), row.end());
}

static Shape getParameterShape(const Shape &shape, const Shape &block) {
  Shape parameters;
  for (auto [extent, size] : llvm::zip(shape, block))
    parameters.push_back(size == 0 ? 1 : (extent + size - 1) / size);
  return parameters;
}

static std::string getText(const Shape &sizes) {
  return "[" + llvm::join(llvm::map_range(sizes, [](int64_t size) { return std::to_string(size); }), ", ") + "]";
}

namespace {
/// Adds the scales of all levels, whose products are about `size`.
class ScaleWriter {
public:
  ScaleWriter(Writer &writer, const std::vector<std::string> &types, float size) : writer(writer), types(types), size(size) {}

  void add(const Shape &shape, size_t level) {
    std::string name = addTensor(shape, types[level]), type = getTensorType(shape, isByte(types[level]) ? "i8" : types[level]);
    names += (level ? ", " : "") + name;
    typeNames += (level ? ", " : "") + type;
  }

  std::string getOperands() const { return names + " : " + typeNames; }

private:
  static bool isByte(llvm::StringRef type) { return type == "i8" || type.starts_with("f8"); }

  /// What is left of `size` is for the level behind it.
  std::string addTensor(const Shape &shape, const std::string &type) {
    Random &random = writer.random;
    auto addBytes = [&](int64_t low, int64_t high) { return writer.addIntegers(shape, "i8", [&] { return random.integer(low, high); }); };
    if (type == "i8") {
      size /= 32;
      return addBytes(-20, 63);
    }
    if (type == "f8E4M3FN") // from 1/4 to 4, 0x38 being 1
      return addBytes(0x28, 0x48);
    if (type == "f8E8M0FNU") {
      int64_t exponent = 127 + std::lround(std::log2(size));
      return addBytes(exponent - 2, exponent + 2);
    }
    return writer.addFloats(shape, type, [&] { return random.factor(size); });
  }

  Writer &writer;
  const std::vector<std::string> &types;
  float size;
  std::string names, typeNames;
};
} // namespace

PackedTensor PackedTensor::draw(Writer &writer, llvm::StringRef name, const Shape &shape, const Shape &block) {
  Random &random = writer.random;
  PackedCodec codec = getCodec(name);
  if (!codec.declaration.empty())
    writer.addDeclaration(codec.declaration);
  if (codec.scales.empty())
    codec.scales = {random.pick<std::string>({"f32", "f32", "f16", "bf16"})};
  std::vector<char> bytes;
  int64_t numRows = 1;
  for (int64_t extent : llvm::ArrayRef(shape).drop_back())
    numRows *= extent;
  for (int64_t row = 0; row < numRows; ++row)
    appendRow(codec, random, shape.back(), bytes);
  Shape stored = shape, parameters = getParameterShape(shape, block), outerBlock;
  stored.back() = static_cast<int64_t>(bytes.size()) / numRows;
  bool hasTwoLevels = codec.scales.size() == 2, hasOuterBlock = hasTwoLevels && !block.empty() && random.chance(0.7);
  if (hasOuterBlock)
    for (int64_t size : block)
      outerBlock.push_back(size * random.pick({0, 1, 2, 3}));

  PackedTensor tensor;
  tensor.type = getTensorType(stored, "i8");
  tensor.codes = writer.addBytes(tensor.type, bytes);
  ScaleWriter scales(writer, codec.scales, 1 / codec.largest);
  scales.add(parameters, 0);
  if (hasTwoLevels)
    scales.add(getParameterShape(shape, outerBlock), 1);
  tensor.scales = scales.getOperands();
  bool hasZero = codec.zero == Zero::Maybe && random.chance(0.5), hasMinimum = codec.zero == Zero::Minimum;
  if (hasZero) {
    CodeRange range = getCodeRange(name);
    tensor.zeroPointType = getTensorType(parameters, "i32");
    tensor.zeroPoint = writer.addIntegers(parameters, "i32", [&] { return random.integer(range.min, range.max); });
  } else if (hasMinimum) {
    tensor.zeroPointType = getTensorType(parameters, codec.scales.back());
    tensor.zeroPoint = writer.addFloats(parameters, codec.scales.back(), [&] { return random.factor(0.5f) - 0.75f; });
  }
  tensor.scheme = llvm::formatv("<{0}{1}, scale = [{2}]{3}{4}>", codec.text, block.empty() ? "" : ", block = " + getText(block),
                                llvm::join(codec.scales, ", "), hasOuterBlock ? ", outer_block = " + getText(outerBlock) : "",
                                hasZero      ? ", zero_point = integer"
                                : hasMinimum ? ", zero_point = minimum"
                                             : "")
                      .str();
  return tensor;
}

void nibble::difffuzz::writeDecoding(const Cell &cell, Writer &writer) {
  Random &random = writer.random;
  Shape shape = {random.integer(1, 5), random.extent(cell.tail)};
  // One block, one for each channel, token or group.
  Shape block = random.pick<Shape>({{}, {0, 1}, {1, 0}, {1, random.pick({2, 3, 7, 16, 32})}});
  PackedTensor tensor = PackedTensor::draw(writer, cell.codec, shape, block);
  std::string zero = tensor.zeroPoint.empty() ? "" : llvm::formatv(" zero_point({0} : {1})", tensor.zeroPoint, tensor.zeroPointType).str();
  std::string type = getTensorType(shape, "f32");
  writer.setResult(writer.add("nibble.dequantize {0} scale({1}){2} as {3} : {4} -> {5}", tensor.codes, tensor.scales, zero, tensor.scheme,
                              tensor.type, type),
                   type);
}
