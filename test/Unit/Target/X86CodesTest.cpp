//===- X86CodesTest.cpp - kernels with filters of codes compute what plain loops compute -------------===//
//
// Sums of integers in blocks exactly, rounding for rounding (docs/Spec.md, (S61)); sums of floats within the error of the order of
// summation.
//
//===------------------------------------------------------------------------------------------------===//

#include "CodeLayout.h"
#include "ContractionShape.h"
#include "Facts.h"
#include "KernelTesting.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace nibble;
using namespace nibble::x86;

namespace {

/// A convolution on buffers with a filter in rows; a matrix product has a kernel of one by one.
struct CodesCase {
  std::string scheme;
  int64_t rows, cols, inputChannels, outputChannels;
  int64_t kernel = 1, stride = 1, groups = 1;
  bool isFloat = false, isInputSigned = false, isScaled = true, hasBias = true;
  int64_t inputZero = 0;

  int64_t inputRows() const { return (rows - 1) * stride + kernel; }
  int64_t inputCols() const { return (cols - 1) * stride + kernel; }
  int64_t rowLength() const { return kernel * kernel * inputChannels / groups; }
  SchemeAttr getScheme() const {
    return llvm::cast<SchemeAttr>(mlir::parseAttribute("#nibble.scheme<" + scheme + ">", &getContext()));
  }
};

std::ostream &operator<<(std::ostream &os, const CodesCase &c) {
  return os << llvm::formatv("{0}: {1}x{2}x{3} -> {4}, kernel {5}, stride {6}, groups {7}{8}{9}{10}, zero {11}", c.scheme, c.rows,
                             c.cols, c.inputChannels, c.outputChannels, c.kernel, c.stride, c.groups, c.isFloat ? ", float" : "",
                             c.isInputSigned ? ", signed" : "", c.isScaled ? "" : ", not scaled", c.inputZero)
                   .str();
}

std::string getKernelText(const CodesCase &c, int64_t packedSize) {
  std::string sum = c.isScaled ? "f32" : "i32";
  std::string x = llvm::formatv("memref<1x{0}x{1}x{2}x{3}>", c.inputRows(), c.inputCols(), c.inputChannels, c.isFloat ? "f32" : "i8");
  std::string y = llvm::formatv("memref<1x{0}x{1}x{2}x{3}>", c.rows, c.cols, c.outputChannels, sum);
  std::string w = llvm::formatv("memref<{0}xi8>", packedSize), b = llvm::formatv("memref<{0}x{1}>", c.outputChannels, sum);
  std::string input = llvm::formatv(", inputScheme = #nibble.scheme<{0}8, zero_point = integer>", c.isInputSigned ? "s" : "u");
  return llvm::formatv(R"(
    nibble.scheme @cubic <s3>
      encode {{
      ^bb0(%value: f32, %scale: f32):
        %code = arith.fptosi %value : f32 to i32
        nibble.yield %code : i32
      } decode {{
      ^bb0(%code: i32, %scale: f32):
        %level = arith.sitofp %code : i32 to f32
        %square = arith.mulf %level, %level : f32
        %cube = arith.mulf %square, %level : f32
        %scaled = arith.mulf %cube, %scale : f32
        %sum = arith.addf %scaled, %level : f32
        nibble.yield %sum : f32
      }
    func.func @main(%x: {0}, %w: {1}, %b: {2}, %y: {3}) {{
      nibble.launch @kernel tiles(1) (%x, %w, %b, %y) : {0}, {1}, {2}, {3}
      return
    }
    func.func private @kernel(%tile: index, %x: {0}, %w: {1}, %b: {2}, %y: {3}) {{
      %zx = arith.constant {4} : i32
      nibble.conv ins(%x, %w : {0}, {1}) {5} {6} outs(%y : {3}) {{strides = array<i64: {7}, {7}>, groups = {8} : i64,
        packedFilterShape = array<i64: {9}, {9}, {10}, {11}>, filterScheme = #nibble.scheme<{12}> {13}}
      return
    })",
                       x, w, b, y, c.inputZero, c.hasBias ? "bias(%b : " + b + ")" : "",
                       c.isScaled && !c.isFloat ? "input_zero_point(%zx)" : "", c.stride, c.groups, c.kernel,
                       c.inputChannels / c.groups, c.outputChannels, c.scheme, c.isFloat ? "" : input)
      .str();
}

/// The shape of the case's op.
mlir::FailureOr<ContractionShape> getShape(const CodesCase &c) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(getKernelText(c, 1), &getContext());
  mlir::FailureOr<ContractionShape> shape = mlir::failure();
  if (module)
    module->walk([&](ConvOp op) { shape = getContractionShape(op); });
  return shape;
}

class X86Codes : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    if (!isExecutable(GetParam()))
      GTEST_SKIP() << "this machine cannot execute " << GetParam();
  }

  std::mt19937 random{1};

  /// Codes and parameters of all rows; scales are numbers of the scheme's type.
  CodeRows makeRows(const CodesCase &c, const ContractionShape &shape) {
    CodeRows rows;
    int64_t numBlocks = CodeLayout(shape, 1).getNumBlocks(), numLevels = c.getScheme().getMaxCode() - c.getScheme().getMinCode() + 1;
    for (int64_t i = 0; i < c.outputChannels * c.rowLength(); ++i)
      rows.codes.push_back(random() % numLevels);
    // Codes of NaN are none of a filter.
    if (auto format = findFloatFormat(c.getScheme().getCodec()); format && !shape.codes->decode)
      for (uint16_t &code : rows.codes)
        code = std::isfinite(numerics::decodeFloat(*format, code)) ? code : 1;
    for (mlir::Type type : shape.codes->scaleTypes) {
      ScaleCodec codec(type);
      std::vector<float> &scales = rows.scales.emplace_back();
      for (int64_t i = 0; i < c.outputChannels * numBlocks; ++i)
        scales.push_back(codec.decode(codec.encode(std::ldexp(1.0f + random() % 1000 / 1000.0f, -4))));
    }
    for (int64_t i = 0; i < c.outputChannels * numBlocks; ++i) {
      if (shape.codes->hasZeroPoints)
        rows.zeroPoints.push_back(random() % numLevels);
      if (shape.codes->hasMinima)
        rows.minima.push_back(-1.0f * (random() % 1000) / 1000);
    }
    return rows;
  }

  void check(const CodesCase &c) {
    CpuFacts facts = llvm::cantFail(getTarget().getCpuFacts(GetParam()));
    mlir::FailureOr<ContractionShape> shape = getShape(c);
    ASSERT_TRUE(mlir::succeeded(shape));
    CodeRows rows = makeRows(c, *shape);
    std::vector<uint8_t> packed = packRows(*shape, facts, rows);
    auto runner = compile(getKernelText(c, packed.size()), facts);
    ASSERT_TRUE(runner);
    packed.resize(packed.size() + 64);
    if (c.isFloat)
      run<float, float>(c, *shape, rows, packed, *runner);
    else if (c.isScaled)
      run<int8_t, float>(c, *shape, rows, packed, *runner);
    else
      run<int8_t, int32_t>(c, *shape, rows, packed, *runner);
  }

  template <typename Input, typename Sum>
  void run(const CodesCase &c, const ContractionShape &shape, const CodeRows &rows, std::vector<uint8_t> &packed,
           const KernelRunner &runner) {
    Buffer<Input> x(c.inputRows() * c.inputCols() * c.inputChannels);
    Buffer<Sum> b(c.outputChannels), y(c.rows * c.cols * c.outputChannels);
    for (Input &value : x.data)
      value = c.isFloat ? static_cast<Input>(static_cast<int8_t>(random()) / 64.0f) : static_cast<Input>(random());
    for (Sum &value : b.data)
      value = static_cast<Sum>(static_cast<int8_t>(random()) / 3.0f);
    runner.run({x.data.data(), packed.data(), b.data.data(), y.data.data()});

    int64_t numWrong = 0;
    std::vector<Input> patch;
    for (int64_t position = 0; position < c.rows * c.cols; ++position)
      for (int64_t f = 0; f < c.outputChannels; ++f) {
        gather(c, x, position, f / (c.outputChannels / c.groups), patch);
        Sum bias = c.hasBias ? b.data[f] : Sum(0);
        numWrong += !isRight(c, shape, rows, f, patch, bias, y.data[position * c.outputChannels + f]);
      }
    EXPECT_EQ(numWrong, 0);
    EXPECT_TRUE(y.isPadIntact());
  }

  /// The elements of the input that meet a row, in its order.
  template <typename Input>
  void gather(const CodesCase &c, const Buffer<Input> &x, int64_t position, int64_t group, std::vector<Input> &patch) {
    patch.clear();
    int64_t row = position / c.cols * c.stride, col = position % c.cols * c.stride, channels = c.inputChannels / c.groups;
    for (int64_t kh = 0; kh < c.kernel; ++kh)
      for (int64_t kw = 0; kw < c.kernel; ++kw) {
        auto pixel = x.data.begin() + ((row + kh) * c.inputCols() + col + kw) * c.inputChannels + group * channels;
        patch.insert(patch.end(), pixel, pixel + channels);
      }
  }

  int64_t getBlock(const CodesCase &c, const ContractionShape &shape, int64_t f, int64_t k) {
    int64_t size = shape.codes->blockSize;
    return size ? f * llvm::divideCeil(c.rowLength(), size) + k / size : f;
  }

  int64_t getWeight(const CodesCase &c, const ContractionShape &shape, const CodeRows &rows, int64_t f, int64_t k) {
    int64_t zero = rows.zeroPoints.empty() ? shape.codes->zero : rows.zeroPoints[getBlock(c, shape, f, k)];
    return rows.codes[f * c.rowLength() + k] - zero;
  }

  /// What a code stands for.
  float getNumber(const CodesCase &c, const ContractionShape &shape, const CodeRows &rows, int64_t f, int64_t k) {
    int64_t block = getBlock(c, shape, f, k), code = rows.codes[f * c.rowLength() + k];
    float scale = rows.scales[0][block];
    if (shape.codes->decode) {
      // @cubic
      float level = static_cast<float>(code + shape.codes->minCode), square = level * level, cube = square * level;
      float scaled = cube * scale;
      return scaled + level;
    }
    float level = c.getScheme().isInteger() ? static_cast<float>(getWeight(c, shape, rows, f, k))
                                            : SchemeCodec(c.getScheme()).decode(static_cast<int32_t>(code));
    float number = level * scale;
    return rows.minima.empty() ? number : number + rows.minima[block];
  }

  /// Sums of integers: exact in each block, and scaled in the order of the blocks.
  template <typename Sum>
  bool isRight(const CodesCase &c, const ContractionShape &shape, const CodeRows &rows, int64_t f,
               const std::vector<int8_t> &patch, Sum bias, Sum result) {
    int64_t sum = 0, length = c.rowLength(), size = shape.codes->blockSize ? shape.codes->blockSize : length;
    float scaled = static_cast<float>(bias);
    for (int64_t k = 0; k < length; ++k) {
      int64_t input = c.isInputSigned ? patch[k] : static_cast<uint8_t>(patch[k]);
      // What is not scaled has signed activations as value + 128; packing takes that out of the bias.
      input += c.isScaled ? -c.inputZero : c.isInputSigned ? 128 : 0;
      sum += input * getWeight(c, shape, rows, f, k);
      if (c.isScaled && (k + 1 == length || (k + 1) % size == 0)) {
        float product = static_cast<float>(sum) * rows.scales[0][getBlock(c, shape, f, k)];
        scaled = scaled + product;
        sum = 0;
      }
    }
    return c.isScaled ? result == static_cast<Sum>(scaled) : result == static_cast<Sum>(bias + sum);
  }

  /// Sums of floats: K + 1 additions and two roundings of each product, of half a unit each.
  bool isRight(const CodesCase &c, const ContractionShape &shape, const CodeRows &rows, int64_t f,
               const std::vector<float> &patch, float bias, float result) {
    double sum = bias, magnitude = std::abs(bias);
    for (int64_t k = 0; k < c.rowLength(); ++k) {
      float weight = getNumber(c, shape, rows, f, k);
      sum += double(patch[k]) * weight;
      magnitude += std::abs(double(patch[k]) * weight);
    }
    return std::abs(sum - result) <= (c.rowLength() + 3) * 0x1p-24 * magnitude;
  }

  void checkAll(const std::vector<CodesCase> &cases) {
    for (const CodesCase &c : cases) {
      SCOPED_TRACE(testing::Message() << c);
      check(c);
    }
  }
};

/// Three of seven shapes, whose dimensions are one, prime, and larger than a tile; others for each number.
std::vector<CodesCase> getProducts(const std::string &scheme, size_t number) {
  const CodesCase all[] = {{scheme, 1, 1, 1, 1},    {scheme, 1, 1, 64, 16},  {scheme, 1, 1, 131, 17}, {scheme, 1, 5, 7, 130},
                           {scheme, 1, 1, 512, 96}, {scheme, 1, 13, 96, 67}, {scheme, 3, 3, 200, 31}};
  return {all[number % 7], all[(number + 2) % 7], all[(number + 5) % 7]};
}

/// Signed and unsigned activations in turn, with and without zero point and bias.
CodesCase withInput(CodesCase c, size_t number) {
  c.isInputSigned = number % 4 == 1 || number % 4 == 2;
  c.inputZero = number % 4 == 2 ? -7 : number % 4 == 3 ? 131 : 0;
  c.hasBias = number % 3 != 0;
  return c;
}

TEST_P(X86Codes, IntegerBlocks) {
  size_t number = 0, input = 0;
  for (const char *scheme :
       {"s1, block = [1, 64]", "s2, block = [1, 64], scale = [f16]", "s3, block = [1, 32], scale = [bf16]", "s4, block = [1, 32]",
        "u4, block = [1, 16], scale = [f16]", "s5, block = [1, 128], scale = [f16]", "u6, block = [1, 20]", "s7, block = [1, 33]",
        "s8, block = [1, 32], scale = [f16]", "s8, block = [1, 0]", "s4, block = [1, 0]",
        "u2, block = [1, 64], scale = [f16], zero_point = integer", "u4, block = [1, 32], zero_point = integer",
        "u3, block = [1, 16], scale = [bf16], zero_point = integer", "u7, block = [1, 0], zero_point = integer"}) {
    for (const CodesCase &c : getProducts(scheme, number))
      checkAll({withInput(c, input++)});
    ++number;
  }
}

TEST_P(X86Codes, IntegerRows) {
  size_t number = 0;
  for (const char *scheme : {"s2", "s3", "u4", "s5", "s7"})
    for (CodesCase c : getProducts(scheme, number++)) {
      c.isScaled = false;
      c.isInputSigned = number % 2;
      checkAll({c});
    }
}

TEST_P(X86Codes, FloatSums) {
  size_t number = 0;
  for (const char *scheme :
       {"s1, block = [1, 64]", "s2, block = [1, 64], scale = [f16]", "s3, block = [1, 32], scale = [bf16]", "s4, block = [1, 32]",
        "u4, block = [1, 32], scale = [f16], zero_point = integer", "s5, block = [1, 20]", "u6, block = [1, 0]", "s7, block = [1, 0]",
        "s8, block = [1, 0], scale = [f16]", "u8, block = [1, 32], zero_point = integer", "s9, block = [1, 64]", "u12, block = [1, 32]",
        "s16, block = [1, 0]"})
    for (CodesCase c : getProducts(scheme, number++)) {
      c.isFloat = true;
      c.hasBias = number % 2;
      checkAll({c});
    }
}

TEST_P(X86Codes, TablesAndFloats) {
  size_t number = 0;
  for (const char *scheme :
       {"nf4, block = [1, 64]", "iq4_nl, block = [1, 32], scale = [f16]", "f4E2M1FN, block = [1, 32], scale = [f8E8M0FNU]",
        "u2, table = [-1.0, 0.0, 1.5], block = [1, 0]", "u5, table = [1.0, 2.0, -3.0, 4.0, 0.5, 6.0, 7.0, 8.0, 9.0, 1.0, 2.0, 3.0, 4.0, "
        "5.0, 6.0, 7.0, -8.0, 9.0, 0.25], block = [1, 32]", "f6E2M3FN, block = [1, 32]", "f6E3M2FN, block = [1, 0]",
        "f8E4M3FN, block = [1, 0]", "f8E5M2, block = [1, 64]", "f8E4M3FNUZ, block = [1, 64]", "f8E5M2FNUZ, block = [1, 64]",
        "f16, block = [1, 0]", "bf16, block = [1, 0], scale = [bf16]", "u4, block = [1, 32], scale = [f16], zero_point = minimum",
        "nf4, block = [1, 64], scale = [f8E4M3FN, f32], outer_block = [1, 0]", "s3 @cubic, block = [1, 64]"})
    for (CodesCase c : getProducts(scheme, number++)) {
      c.isFloat = true;
      c.hasBias = number % 2;
      checkAll({c});
    }
}

TEST_P(X86Codes, Convolutions) {
  std::vector<CodesCase> cases = {{"s4, block = [1, 16]", 5, 7, 32, 33, 3},
                                  {"s3, block = [1, 0]", 5, 7, 3, 17, 3, 2},
                                  {"u4, block = [1, 0], zero_point = integer", 4, 4, 12, 24, 3, 1, 3},
                                  {"s2, block = [1, 8], scale = [f16]", 3, 3, 16, 34, 3, 1, 2},
                                  {"s4, block = [1, 64], scale = [f16]", 6, 6, 64, 100, 3}};
  for (size_t i = 0, size = cases.size(); i < size; ++i) {
    CodesCase c = cases[i];
    cases[i].inputZero = 3;
    c.isFloat = true;
    cases.push_back(c);
    c.isFloat = false;
    c.isInputSigned = true;
    cases.push_back(c);
    if (c.scheme.find("zero_point") != std::string::npos)
      continue;
    c.isScaled = false;
    cases.push_back(c);
  }
  checkAll(cases);
}

INSTANTIATE_TEST_SUITE_P(Levels, X86Codes, testing::Values("avx2", "avxvnni", "avx512vnni"),
                         [](const auto &info) { return std::string(info.param); });

} // namespace
