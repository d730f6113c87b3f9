//===- ElementCases.cpp - conversions, elementwise ops and pooling ------------------------------------===//

#include "Case.h"
#include "llvm/ADT/StringExtras.h"

using namespace nibble::difffuzz;

/// Rank 1 to 4, the last extent of the class.
static Shape drawShape(Random &random, Tail tail) {
  Shape shape;
  for (int64_t rank = random.integer(0, 3); rank > 0; --rank)
    shape.push_back(random.pick({1, 2, 3, 5, 8}));
  shape.push_back(random.extent(tail));
  return shape;
}

/// `s8 away` is `s8` with another rounding.
static llvm::StringRef getText(llvm::StringRef codec) { return codec.ends_with(" away") ? codec.drop_back(5) : codec; }
static llvm::StringRef getRounding(llvm::StringRef codec) {
  return codec.ends_with(" away") ? ", rounding = half_away_from_zero" : "";
}

namespace {

/// How a tensor is stored: the scheme, and its parameters as constants.
struct Stored {
  std::string scheme, parameters, storage;

  /// `blocks` is `tensor`, `channel` (the last dimension), `group` or `token`. Scales make codes out of numbers about 1.
  static Stored draw(Writer &writer, llvm::StringRef codec, const Shape &shape, llvm::StringRef blocks) {
    Random &random = writer.random;
    Stored stored = drawScheme(random, codec, shape, blocks);
    CodeRange range = getCodeRange(codec);
    auto size = 4.0f / static_cast<float>(range.max - range.min);
    std::string scale = writer.addFloats(stored.parameterShape, [&] { return random.factor(size); });
    stored.parameters = llvm::formatv("scale({0} : {1})", scale, getTensorType(stored.parameterShape, "f32")).str();
    if (stored.hasZero) {
      std::string zero = writer.addIntegers(stored.parameterShape, "i32", [&] { return random.integer(range.min, range.max); });
      stored.parameters += llvm::formatv(" zero_point({0} : {1})", zero, getTensorType(stored.parameterShape, "i32")).str();
    }
    return stored;
  }

  /// With parameters that are made of `value`, which is stored.
  static Stored choose(Writer &writer, llvm::StringRef codec, const std::string &value, const Shape &shape, llvm::StringRef blocks) {
    Stored stored = drawScheme(writer.random, codec, shape, blocks);
    std::string scaleType = getTensorType(stored.parameterShape, "f32"), zeroType = getTensorType(stored.parameterShape, "i32");
    std::string type = stored.hasZero ? scaleType + " zero_point " + zeroType : scaleType;
    std::string chosen = writer.add(stored.hasZero ? 2 : 1, "nibble.choose_params {0} as {1} : {2} -> {3}", value, stored.scheme,
                                    getTensorType(shape, "f32"), type);
    stored.parameters = stored.hasZero ? llvm::formatv("scale({0}#0 : {1}) zero_point({0}#1 : {2})", chosen, scaleType, zeroType).str()
                                       : llvm::formatv("scale({0} : {1})", chosen, scaleType).str();
    return stored;
  }

private:
  Shape parameterShape;
  bool hasZero = false;

  static Stored drawScheme(Random &random, llvm::StringRef codec, const Shape &shape, llvm::StringRef blocks) {
    Stored stored;
    Shape block = drawBlock(random, shape, blocks);
    for (auto [extent, size] : llvm::zip(shape, block))
      stored.parameterShape.push_back(size == 0 ? 1 : (extent + size - 1) / size);
    stored.storage = getStorage(codec);
    stored.hasZero = random.chance(0.6);
    std::string sizes = llvm::join(llvm::map_range(block, [](int64_t size) { return std::to_string(size); }), ", ");
    stored.scheme = llvm::formatv("<{0}{1}{2}{3}>", getText(codec), block.empty() ? "" : ", block = [" + sizes + "]",
                                  stored.hasZero ? ", zero_point = integer" : "", getRounding(codec))
                        .str();
    return stored;
  }

  static Shape drawBlock(Random &random, const Shape &shape, llvm::StringRef blocks) {
    Shape block;
    if (blocks == "tensor")
      return block;
    if (blocks == "channel") {
      block.assign(shape.size(), 0);
      block.back() = 1;
    } else if (blocks == "token") {
      block.assign(shape.size(), 1);
      block.back() = 0;
    } else {
      block.assign(shape.size(), 1);
      block.back() = random.pick({2, 3, 7, 16, 32});
    }
    return block;
  }
};

} // namespace

static std::string addQuantize(Writer &writer, const Stored &stored, const std::string &value, const Shape &shape) {
  return writer.add("nibble.quantize {0} {1} as {2} : {3} -> {4}", value, stored.parameters, stored.scheme, getTensorType(shape, "f32"),
                    getTensorType(shape, stored.storage));
}

static std::string addDequantize(Writer &writer, const Stored &stored, const std::string &value, const Shape &shape) {
  return writer.add("nibble.dequantize {0} {1} as {2} : {3} -> {4}", value, stored.parameters, stored.scheme,
                    getTensorType(shape, stored.storage), getTensorType(shape, "f32"));
}

static void writeRequantize(const Cell &cell, Writer &writer, const Shape &shape) {
  Random &random = writer.random;
  std::string from = random.pick<std::string>({"u8", "s8", "s8 narrow", "u16", "s16"});
  auto getZero = [&](llvm::StringRef codec) {
    CodeRange range = getCodeRange(codec);
    return writer.addIntegers({}, "i32", [&] { return random.integer(range.min, range.max); });
  };
  CodeRange fromRange = getCodeRange(from), toRange = getCodeRange(cell.codec);
  float ratio = static_cast<float>(toRange.max - toRange.min) / static_cast<float>(fromRange.max - fromRange.min);
  std::string multiplier = writer.addFloats({}, [&] { return random.factor(ratio); });
  std::string input = writer.addArgument(shape, getStorage(from)), type = getTensorType(shape, getStorage(cell.codec));
  writer.setResult(writer.add("nibble.requantize {0} multiplier({1} : tensor<f32>) input_zero_point({2} : tensor<i32>) "
                              "result_zero_point({3} : tensor<i32>) from <{4}, zero_point = integer> to <{5}, zero_point = integer{6}> : {7} -> {8}",
                              input, multiplier, getZero(from), getZero(cell.codec), from, getText(cell.codec), getRounding(cell.codec),
                              getTensorType(shape, getStorage(from)), type),
                   type);
}

void nibble::difffuzz::writeConversion(const Cell &cell, Writer &writer) {
  Shape shape = drawShape(writer.random, cell.tail);
  if (cell.op == "requantize")
    return writeRequantize(cell, writer, shape);
  if (cell.op == "dynamic") {
    std::string value = writer.addArgument(shape, "f32");
    Stored stored = Stored::choose(writer, cell.codec, value, shape, cell.variant);
    return writer.setResult(addQuantize(writer, stored, value, shape), getTensorType(shape, stored.storage));
  }
  Stored stored = Stored::draw(writer, cell.codec, shape, cell.variant);
  if (cell.op == "quantize")
    return writer.setResult(addQuantize(writer, stored, writer.addArgument(shape, "f32"), shape), getTensorType(shape, stored.storage));
  writer.setResult(addDequantize(writer, stored, writer.addArgument(shape, stored.storage), shape), getTensorType(shape, "f32"));
}

/// `affine_map<(d0, d1) -> (d0, d1)>`, and as many iterators as dimensions.
static std::string getIdentityMap(size_t rank) {
  std::string dims;
  for (size_t dim = 0; dim < rank; ++dim)
    dims += (dim ? ", d" : "d") + std::to_string(dim);
  return "affine_map<(" + dims + ") -> (" + dims + ")>";
}

void nibble::difffuzz::writeElementwise(const Cell &cell, Writer &writer) {
  Shape shape = drawShape(writer.random, cell.tail);
  bool isBinary = cell.variant == "add" || cell.variant == "multiply";
  std::string type = getTensorType(shape, "f32"), map = getIdentityMap(shape.size());
  std::vector<std::string> inputs, types, maps = {map}, arguments;
  for (int number = 0; number < 1 + isBinary; ++number) {
    Stored stored = Stored::draw(writer, cell.codec, shape, "tensor");
    inputs.push_back(addDequantize(writer, stored, writer.addArgument(shape, stored.storage), shape));
    types.push_back(type);
    maps.push_back(map);
    arguments.push_back("%in" + std::to_string(number) + ": f32");
  }
  std::string steps = cell.variant == "add"        ? "      %r = arith.addf %in0, %in1 : f32\n"
                      : cell.variant == "multiply" ? "      %r = arith.mulf %in0, %in1 : f32\n"
                      : cell.variant == "function" ? drawFunction(writer.random, "%in0", "%r")
                                                   : "      %z = arith.constant 0.0 : f32\n      %r = arith.maxnumf %in0, %z : f32\n";
  std::string iterators;
  for (size_t dim = 0; dim < shape.size(); ++dim)
    iterators += dim ? ", \"parallel\"" : "\"parallel\"";
  std::string value =
      writer.add("linalg.generic {{indexing_maps = [{0}], iterator_types = [{1}]} ins({2} : {3}) outs({4} : {5}) {{\n    ^bb0({6}, %out: "
                 "f32):\n{7}      linalg.yield %r : f32\n    } -> {5}",
                 llvm::join(maps, ", "), iterators, llvm::join(inputs, ", "), llvm::join(types, ", "), writer.addEmpty(type), type,
                 llvm::join(arguments, ", "), steps);
  Stored stored = Stored::draw(writer, cell.codec, shape, "tensor");
  writer.setResult(addQuantize(writer, stored, value, shape), getTensorType(shape, stored.storage));
}

namespace {
/// An image and a window over it.
struct Pooling {
  int64_t batch, rows, cols, channels, height, width, strideRows, strideCols;

  static Pooling draw(Random &random, Tail tail) {
    Pooling pooling;
    pooling.batch = random.chance(0.2) ? 2 : 1;
    pooling.channels = random.extent(tail);
    pooling.height = random.pick({1, 2, 3, 5});
    pooling.width = random.pick({1, 2, 3, 5});
    pooling.strideRows = random.pick({1, 2, 3});
    pooling.strideCols = random.pick({1, 2, 3});
    pooling.rows = random.integer(pooling.height, pooling.height + 7);
    pooling.cols = random.integer(pooling.width, pooling.width + 7);
    return pooling;
  }

  Shape getInput() const { return {batch, rows, cols, channels}; }
  Shape getResult() const { return {batch, (rows - height) / strideRows + 1, (cols - width) / strideCols + 1, channels}; }
};
} // namespace

/// An average of codes as phase fuse leaves it: sums in i32, and the division behind them.
static void writeAverageOfCodes(const Cell &cell, Writer &writer, const Pooling &pooling) {
  std::string sums = getTensorType(pooling.getResult(), "i32"), type = getTensorType(pooling.getResult(), "i8");
  std::string input = writer.addArgument(pooling.getInput(), "i8");
  std::string zero = writer.addScalar(0, "i32");
  std::string start = writer.add("linalg.fill ins({0} : i32) outs({1} : {2}) -> {2}", zero, writer.addEmpty(sums), sums);
  std::string windowType = getTensorType({pooling.height, pooling.width}, "i8"), window = writer.addEmpty(windowType);
  std::string sum = writer.add(
      "linalg.generic {{indexing_maps = [affine_map<(n, h, w, i, j, c) -> (n, h * {0} + i, w * {1} + j, c)>, "
      "affine_map<(n, h, w, i, j, c) -> (i, j)>, affine_map<(n, h, w, i, j, c) -> (n, h, w, c)>], iterator_types = [\"parallel\", "
      "\"parallel\", \"parallel\", \"reduction\", \"reduction\", \"parallel\"]} ins({2}, {3} : {4}, {5}) outs({6} : {7}) {{\n    ^bb0(%in: "
      "i8, %none: i8, %out: i32):\n      %wide = arith.{8} %in : i8 to i32\n      %r = arith.addi %out, %wide : i32\n      linalg.yield %r : "
      "i32\n    } -> {7}",
      pooling.strideRows, pooling.strideCols, input, window, getTensorType(pooling.getInput(), "i8"), windowType, start, sums,
      isSigned(cell.codec) ? "extsi" : "extui");
  CodeRange range = getCodeRange(cell.codec);
  std::string map = getIdentityMap(4);
  std::string scale = writer.addScalar(writer.random.factor(1)), count = writer.addScalar(static_cast<float>(pooling.height * pooling.width));
  std::string low = writer.addScalar(static_cast<float>(range.min)), high = writer.addScalar(static_cast<float>(range.max));
  writer.setResult(
      writer.add("linalg.generic {{indexing_maps = [{0}, {0}], iterator_types = [\"parallel\", \"parallel\", \"parallel\", \"parallel\"]} "
                 "ins({1} : {2}) outs({3} : {4}) {{\n    ^bb0(%in: i32, %out: i8):\n      %f = arith.sitofp %in : i32 to f32\n      %s = "
                 "arith.mulf %f, {5} : f32\n      %d = arith.divf %s, {6} : f32\n      %l = arith.maxnumf %d, {7} : f32\n      %h = "
                 "arith.minnumf %l, {8} : f32\n      %n = math.roundeven %h : f32\n      %i = arith.fptosi %n : f32 to i32\n      %r = "
                 "arith.trunci %i : i32 to i8\n      linalg.yield %r : i8\n    } -> {4}",
                 map, sum, sums, writer.addEmpty(type), type, scale, count, low, high),
      type);
}

void nibble::difffuzz::writePool(const Cell &cell, Writer &writer) {
  Pooling pooling = Pooling::draw(writer.random, cell.tail);
  bool isFloat = cell.codec == "f32", isMax = cell.variant == "max";
  if (!isFloat && !isMax)
    return writeAverageOfCodes(cell, writer, pooling);
  std::string element = isFloat ? "f32" : "i8", type = getTensorType(pooling.getResult(), element);
  std::string input = writer.addArgument(pooling.getInput(), element);
  std::string least = isFloat ? writer.addScalar(isMax ? -std::numeric_limits<float>::infinity() : 0.0f)
                              : writer.addScalar(isSigned(cell.codec) ? -128 : 0, "i8");
  std::string start = writer.add("linalg.fill ins({0} : {1}) outs({2} : {3}) -> {3}", least, element, writer.addEmpty(type), type);
  std::string windowType = getTensorType({pooling.height, pooling.width}, element), window = writer.addEmpty(windowType);
  std::string name = !isMax ? "sum" : isFloat || isSigned(cell.codec) ? "max" : "max_unsigned";
  writer.setResult(writer.add("linalg.pooling_nhwc_{0} {{strides = dense<[{1}, {2}]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} "
                              "ins({3}, {4} : {5}, {6}) outs({7} : {8}) -> {8}",
                              name, pooling.strideRows, pooling.strideCols, input, window, getTensorType(pooling.getInput(), element),
                              windowType, start, type),
                   type);
}
