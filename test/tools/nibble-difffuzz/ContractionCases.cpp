//===- ContractionCases.cpp - convolutions and matrix products ----------------------------------------===//

#include "Case.h"
#include "PackedCodes.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace nibble::difffuzz;

namespace {

/// Everything but the op itself, which `conv` and `contract` have in common.
class ContractionWriter {
public:
  ContractionWriter(const Cell &cell, Writer &writer)
      : writer(writer), random(writer.random), hasRows(llvm::StringRef(cell.op).ends_with("rows")), filterCodec(cell.codec) {
    // In rows, the codec is that of the filter, and the variant begins with that of the input.
    std::tie(codec, variant) = hasRows ? llvm::StringRef(cell.variant).split(' ') : std::pair<llvm::StringRef, llvm::StringRef>(cell.codec, cell.variant);
  }

  /// `head` is the op up to its operands, `attributes` are those of the op alone. The filter has its channels last, unless it is
  /// in rows and that of a product.
  void write(llvm::StringRef head, const Shape &input, const Shape &filter, const Shape &result, int64_t numProducts,
             const std::string &attributes) {
    this->result = result;
    numSummed = numProducts;
    std::string inputType = getTensorType(input, isFloat() ? "f32" : "i8"), filterType = getTensorType(filter, isFloat() ? "f32" : "i8");
    std::string x = writer.addArgument(input, isFloat() ? "f32" : "i8");
    std::string w = hasRows     ? addRows(filter, numProducts, filterType)
                    : isFloat() ? writer.addFloats(filter, [&] { return random.factor(1) - 1; })
                                : writer.addIntegers(filter, "i8", [&] { return drawWeight(); });
    std::string bias = getBias();
    std::string zero = getInputZeroPoint() + rowParameters;
    std::string epilogue = getEpilogue();
    std::string type = getTensorType(result, resultElement);
    std::string init = writer.addEmpty(type);
    std::string value = writer.add("{0} ins({1}, {2} : {3}, {4}) {5}{6}{7}outs({8} : {9}) {{{10}} {11} -> {9}", head, x, w, inputType,
                                   filterType, bias, zero, getOperands(), init, type, attributes + getSchemes(filter.size()), epilogue);
    writer.setResult(value, type);
  }

private:
  bool isFloat() const { return codec == "f32"; }
  bool isFloatSum() const { return isFloat() || hasRows; }
  std::string sumType() const { return isFloatSum() ? "f32" : "i32"; }

  /// Adds a filter in rows with its scales; the schemes and the logical shape are attributes.
  std::string addRows(const Shape &filter, int64_t rowLength, std::string &filterType) {
    int64_t numRows = result.back();
    // Kernels of convolutions want the blocks to divide the channels of a tap.
    int64_t group = random.pick({0, 16, 32, 64}), numNeighbours = filter[filter.size() - 2];
    bool isConv = filter.size() == 4;
    if (group != 0 && (isConv ? numNeighbours : rowLength) % group != 0)
      group = 0;
    PackedTensor rows = PackedTensor::draw(writer, filterCodec, {numRows, rowLength}, {1, group});
    filterType = rows.type;
    rowParameters = "filter_scales(" + rows.scales + ") ";
    if (!rows.zeroPoint.empty())
      rowParameters += llvm::formatv("filter_zero_points({0} : {1}) ", rows.zeroPoint, rows.zeroPointType).str();
    rowAttributes = "packedFilterShape = array<i64: " + llvm::join(llvm::map_range(filter, [](int64_t dim) { return std::to_string(dim); }), ", ") +
                    ">, filterScheme = #nibble.scheme" + rows.scheme;
    return rows.codes;
  }

  int64_t drawWeight() { return random.integer(isNarrow ? -127 : -128, 127); }

  std::string getBias() {
    if (random.chance(0.25))
      return "";
    Shape shape = {result.back()};
    std::string bias = isFloatSum() ? writer.addFloats(shape, [&] { return random.factor(2) - 2; })
                                 : writer.addIntegers(shape, "i32", [&] { return random.integer(-20000, 20000); });
    return llvm::formatv("bias({0} : {1}) ", bias, getTensorType(shape, sumType())).str();
  }

  std::string getInputZeroPoint() {
    if (isFloat())
      return "";
    CodeRange range = getCodeRange(codec);
    hasInputZero = random.chance(0.7);
    if (!hasInputZero)
      return "";
    return "input_zero_point(" + writer.addScalar(random.integer(range.min, range.max), "i32") + ") ";
  }

  std::string getSchemes(size_t filterRank) {
    std::string input = llvm::formatv("inputScheme = #nibble.scheme<{0}{1}>", codec, hasInputZero ? ", zero_point = integer" : "").str();
    if (hasRows)
      return rowAttributes + (isFloat() ? "" : ", " + input);
    if (isFloat())
      return "";
    std::string block;
    for (size_t dim = 0; dim < filterRank; ++dim)
      block += dim + 1 < filterRank ? "0, " : "1";
    return llvm::formatv("{0}, filterScheme = #nibble.scheme<s8{1}, block = [{2}]>", input, isNarrow ? " narrow" : "", block).str();
  }

  void addOperand(const std::string &value, const std::string &type) {
    operands += (operands.empty() ? "" : ", ") + value;
    operandTypes += (operandTypes.empty() ? "" : ", ") + type;
  }

  std::string getOperands() const { return operands.empty() ? "" : "with(" + operands + " : " + operandTypes + ") "; }

  //===--- Epilogue -----------------------------------------------------------------------------===//

  /// `%name = <text>` in the epilogue.
  template <typename... Args> std::string step(const char *format, Args &&...args) {
    std::string name = "%e" + std::to_string(numSteps++);
    steps += "      " + name + " = " + llvm::formatv(format, std::forward<Args>(args)...).str() + "\n";
    return name;
  }
  std::string stepFloat(double value) { return step("arith.constant {0} : f32", llvm::formatv("{0:e6}", value)); }

  /// One number for the unit of the sum, or one for each channel; products of codes spread over a range about `size` wide.
  std::string getScaled(double size) {
    double spread = isFloat() ? 1 : hasRows ? 74 : 74.0 * 74.0; // of uniform bytes, and of the inputs that are made up
    auto factor = static_cast<float>(size / (spread * std::sqrt(static_cast<double>(numSummed))));
    bool isPerChannel = random.chance(0.8);
    Shape shape = isPerChannel ? Shape{result.back()} : Shape{};
    addOperand(writer.addFloats(shape, [&] { return random.factor(factor); }), getTensorType(shape, "f32"));
    blockArguments += ", %scale: f32";
    std::string sum = isFloatSum() ? "%acc" : step("arith.sitofp %acc : i32 to f32");
    return step("arith.mulf {0}, %scale : f32", sum);
  }

  /// A second input of the result's shape: codes of the op's own codec, or floats.
  std::string addResidual(const std::string &value) {
    std::string element = isFloat() ? "f32" : "i8";
    addOperand(writer.addArgument(result, element), getTensorType(result, element));
    blockArguments += ", %other: " + element;
    if (isFloat())
      return step("arith.addf {0}, %other : f32", value);
    CodeRange range = getCodeRange(codec);
    std::string wide = step("arith.{0} %other : i8 to i32", isSigned(codec) ? "extsi" : "extui");
    std::string zero = step("arith.constant {0} : i32", random.integer(range.min, range.max));
    std::string number = step("arith.sitofp {0} : i32 to f32", step("arith.subi {0}, {1} : i32", wide, zero));
    std::string scaled = step("arith.mulf {0}, {1} : f32", number, stepFloat(random.factor(0.7f)));
    return step("arith.addf {0}, {1} : f32", scaled, value);
  }

  std::string quantize(const std::string &value) {
    std::string codec = random.pick({"u8", "s8", "s8 narrow"});
    CodeRange range = getCodeRange(codec);
    int64_t zero = random.integer(range.min, range.max);
    std::string low = step("arith.maxnumf {0}, {1} : f32", value, stepFloat(static_cast<double>(range.min - zero)));
    std::string clamped = step("arith.minnumf {0}, {1} : f32", low, stepFloat(static_cast<double>(range.max - zero)));
    std::string code = step("arith.fptosi {0} : f32 to i32", step("math.roundeven {0} : f32", clamped));
    std::string shifted = step("arith.addi {0}, {1} : i32", code, step("arith.constant {0} : i32", zero));
    resultElement = "i8";
    return step("arith.trunci {0} : i32 to i8", shifted);
  }

  std::string compute() {
    resultElement = "f32";
    if (variant == "dequantize")
      return getScaled(4);
    if (variant == "function") {
      steps += drawFunction(random, getScaled(2), "%f");
      return "%f";
    }
    if (variant == "relu" && isFloat())
      return step("arith.maxnumf %acc, {0} : f32", stepFloat(0));
    if (variant == "residual" && isFloat())
      return addResidual("%acc");
    std::string value = getScaled(90);
    if (variant == "relu")
      value = step("arith.maxnumf {0}, {1} : f32", value, stepFloat(0));
    if (variant == "residual")
      value = addResidual(value);
    return quantize(value);
  }

  std::string getEpilogue() {
    resultElement = sumType();
    if (variant == "none")
      return "";
    std::string yielded = compute();
    return llvm::formatv("epilogue {{\n    ^bb0(%acc: {0}{1}):\n{2}      nibble.yield {3} : {4}\n    }", sumType(), blockArguments, steps,
                         yielded, resultElement)
        .str();
  }

  Writer &writer;
  Random &random;
  bool hasRows;
  std::string filterCodec;
  llvm::StringRef codec, variant;
  Shape result;
  int64_t numSummed = 1;
  bool isNarrow = random.chance(0.5), hasInputZero = false;
  std::string operands, operandTypes, blockArguments, steps, resultElement, rowParameters, rowAttributes;
  int numSteps = 0;
};

/// One spatial dimension of a convolution with at least one output.
struct Window {
  int64_t extent, size, stride, dilation, before, after;

  static Window draw(Random &random) {
    Window window;
    window.size = random.pick({1, 1, 2, 3, 3, 5});
    window.stride = random.pick({1, 1, 2, 3});
    window.dilation = random.chance(0.25) ? 2 : 1;
    int64_t reach = (window.size - 1) * window.dilation;
    window.before = random.integer(0, reach);
    window.after = random.integer(0, reach);
    int64_t least = std::max<int64_t>(1, reach + 1 - window.before - window.after);
    window.extent = random.integer(least, least + 9);
    return window;
  }

  int64_t getResultExtent() const { return (extent + before + after - ((size - 1) * dilation + 1)) / stride + 1; }
};

} // namespace

static void writeConv(const Cell &cell, Writer &writer) {
  Random &random = writer.random;
  int64_t features = random.extent(cell.tail), channels = random.extent(), groups = 1;
  if (cell.op == "grouped") {
    groups = random.pick({2, 3, 4});
    channels = groups * random.pick({1, 2, 3, 8, 16, 17});
    features *= groups;
  } else if (cell.op == "conv rows" && random.chance(0.6)) {
    channels = random.pick({16, 32, 64});
  } else if (cell.op == "depthwise") {
    groups = channels = features;
    features *= random.chance(0.2) ? 2 : 1;
  }
  Window rows = Window::draw(random), cols = Window::draw(random);
  int64_t batch = random.chance(0.2) ? 2 : 1, groupChannels = channels / groups;
  std::string attributes =
      llvm::formatv("strides = array<i64: {0}, {1}>, dilations = array<i64: {2}, {3}>, padding = array<i64: {4}, {5}, {6}, {7}>, "
                    "groups = {8} : i64{9}",
                    rows.stride, cols.stride, rows.dilation, cols.dilation, rows.before, rows.after, cols.before, cols.after, groups,
                    cell.codec == "f32" ? "" : ", ")
          .str();
  ContractionWriter(cell, writer)
      .write("nibble.conv", {batch, rows.extent, cols.extent, channels}, {rows.size, cols.size, groupChannels, features},
             {batch, rows.getResultExtent(), cols.getResultExtent(), features}, rows.size * cols.size * groupChannels, attributes);
}

/// The product of two activations: no constant, any rank, both sides with a zero point.
static void writeProduct(const Cell &cell, Writer &writer) {
  Random &random = writer.random;
  bool isFloat = cell.codec == "f32", isTransposed = random.chance(0.5);
  Shape batch = random.chance(0.5) ? Shape{random.integer(1, 3)} : Shape{random.integer(1, 2), random.integer(1, 3)};
  int64_t m = random.extent(Tail::Prime), n = random.extent(cell.tail), k = random.extent();
  auto withBatch = [&](int64_t rows, int64_t cols) {
    Shape shape = batch;
    shape.insert(shape.end(), {rows, cols});
    return shape;
  };
  std::string element = isFloat ? "f32" : "i8", sum = isFloat ? "f32" : "i32";
  Shape left = withBatch(m, k), right = isTransposed ? withBatch(n, k) : withBatch(k, n);
  std::string filterCodec = random.pick({"u8", "s8"}), zeros, schemes;
  if (!isFloat) {
    CodeRange range = getCodeRange(cell.codec), filterRange = getCodeRange(filterCodec);
    zeros = "input_zero_point(" + writer.addScalar(random.integer(range.min, range.max), "i32") + ") filter_zero_point(" +
            writer.addScalar(random.integer(filterRange.min, filterRange.max), "i32") + ") ";
    schemes = llvm::formatv("inputScheme = #nibble.scheme<{0}, zero_point = integer>, "
                            "filterScheme = #nibble.scheme<{1}, zero_point = integer>{2}",
                            cell.codec, filterCodec, isTransposed ? ", " : "")
                  .str();
  }
  bool dequantizes = cell.variant == "dequantize";
  std::string type = getTensorType(withBatch(m, n), dequantizes ? "f32" : sum), epilogue;
  if (dequantizes)
    epilogue = "epilogue {\n    ^bb0(%acc: i32):\n      %f = arith.sitofp %acc : i32 to f32\n"
               "      %s = arith.constant 1.25e-4 : f32\n      %y = arith.mulf %f, %s : f32\n      nibble.yield %y : f32\n    }";
  std::string x = writer.addArgument(left, element), w = writer.addArgument(right, element), init = writer.addEmpty(type);
  writer.setResult(writer.add("nibble.contract ins({0}, {1} : {2}, {3}) {4}outs({5} : {6}) {{{7}{8}} {9} -> {6}", x, w,
                              getTensorType(left, element), getTensorType(right, element), zeros, init, type, schemes,
                              isTransposed ? "transposeFilter" : "", epilogue),
                   type);
}

static void writeContract(const Cell &cell, Writer &writer) {
  Random &random = writer.random;
  int64_t n = random.extent(cell.tail), k = random.chance(0.3) ? random.integer(1, 5) * random.extent() : random.extent();
  int64_t m = random.chance(0.4) ? 1 : random.extent();
  bool hasBatch = random.chance(0.3), hasRows = cell.op == "rows";
  int64_t batch = random.integer(1, 3);
  if (hasRows && random.chance(0.7))
    k = 64 * random.integer(1, 4);
  ContractionWriter(cell, writer)
      .write("nibble.contract", hasBatch ? Shape{batch, m, k} : Shape{m, k}, hasRows ? Shape{n, k} : Shape{k, n}, hasBatch ? Shape{batch, m, n} : Shape{m, n}, k,
             hasRows ? "transposeFilter, " : "");
}

void nibble::difffuzz::writeContraction(const Cell &cell, Writer &writer) {
  if (cell.op == "product")
    return writeProduct(cell, writer);
  if (cell.op == "contract" || cell.op == "rows")
    return writeContract(cell, writer);
  writeConv(cell, writer);
}
