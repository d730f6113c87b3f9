//===- X86KernelTest.cpp - kernels compute what plain loops compute ---------------------------------===//
//
// Every case is compiled in process for each level that this machine has and compared with the loops of docs/Spec.md: integers
// exactly, float sums within the error of the order of summation.
//
//===------------------------------------------------------------------------------------------------===//

#include "ContractionShape.h"
#include "Facts.h"
#include "FilterLayout.h"
#include "KernelTesting.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace nibble;
using namespace nibble::x86;

namespace {

/// A convolution on buffers; the input has its halo already.
struct ConvCase {
  int64_t batch = 1, rows, cols, inputChannels, outputChannels;
  int64_t kernelRows = 1, kernelCols = 1, stride = 1, dilation = 1, groups = 1;
  bool isInputSigned = false, isFloat = false, hasResidual = false, hasBias = true;
  /// Rows of the input that the kernel may take for zero.
  int64_t zeroRowsTop = 0, zeroRowsBottom = 0;

  int64_t inputRows() const { return (rows - 1) * stride + (kernelRows - 1) * dilation + 1; }
  int64_t inputCols() const { return (cols - 1) * stride + (kernelCols - 1) * dilation + 1; }
  int64_t groupInputs() const { return inputChannels / groups; }
};

std::ostream &operator<<(std::ostream &os, const ConvCase &c) {
  return os << llvm::formatv("{0}x{1}x{2}x{3} -> {4}, kernel {5}x{6}, stride {7}, dilation {8}, groups {9}{10}{11}{12}",
                             c.batch, c.rows, c.cols, c.inputChannels, c.outputChannels, c.kernelRows, c.kernelCols,
                             c.stride, c.dilation, c.groups, c.isInputSigned ? ", signed" : "",
                             c.isFloat ? ", float" : "", c.hasResidual ? ", residual" : "")
                   .str()
            << llvm::formatv(", zero rows {0} and {1}", c.zeroRowsTop, c.zeroRowsBottom).str();
}

/// The epilogue of integer cases: y = clamp(round(acc * scale[f] + (residual - 3) * 0.5)) + 5.
std::string getIntegerEpilogue(bool hasResidual) {
  std::string text = R"(epilogue {
    ^bb0(%acc: i32, %scale: f32)";
  text += hasResidual ? ", %other: i8):" : "):";
  text += R"(
      %low = arith.constant -5.0 : f32
      %high = arith.constant 250.0 : f32
      %five = arith.constant 5 : i32
      %f = arith.sitofp %acc : i32 to f32
      %scaled = arith.mulf %f, %scale : f32)";
  if (hasResidual)
    text += R"(
      %three = arith.constant 3 : i32
      %half = arith.constant 0.5 : f32
      %wide = arith.extui %other : i8 to i32
      %centered = arith.subi %wide, %three : i32
      %rf = arith.sitofp %centered : i32 to f32
      %rs = arith.mulf %rf, %half : f32
      %sum = arith.addf %scaled, %rs : f32)";
  text += llvm::formatv(R"(
      %clampedLow = arith.maximumf %{0}, %low : f32
      %clamped = arith.minimumf %clampedLow, %high : f32
      %rounded = math.roundeven %clamped : f32
      %i = arith.fptosi %rounded : f32 to i32
      %z = arith.addi %i, %five : i32
      %code = arith.trunci %z : i32 to i8
      nibble.yield %code : i8
    })",
                        hasResidual ? "sum" : "scaled")
              .str();
  return text;
}

std::string getKernelText(const ConvCase &c, int64_t packedSize) {
  std::string element = c.isFloat ? "f32" : "i8", acc = c.isFloat ? "f32" : "i32";
  std::string x = llvm::formatv("memref<{0}x{1}x{2}x{3}x{4}>", c.batch, c.inputRows(), c.inputCols(), c.inputChannels,
                                element);
  std::string y =
      llvm::formatv("memref<{0}x{1}x{2}x{3}x{4}>", c.batch, c.rows, c.cols, c.outputChannels, element);
  std::string w = llvm::formatv("memref<{0}x{1}>", packedSize, element);
  std::string b = llvm::formatv("memref<{0}x{1}>", c.outputChannels, acc);
  std::string m = llvm::formatv("memref<{0}xf32>", c.outputChannels);
  std::string types = x + ", " + w + ", " + b + ", " + m + ", " + y + ", " + y;
  std::string schemes = c.isFloat ? ""
                                  : llvm::formatv(", inputScheme = #nibble.scheme<{0}>, filterScheme = #nibble.scheme<s8>",
                                                  c.isInputSigned ? "s8" : "u8")
                                        .str();
  std::string with = c.isFloat ? "" : c.hasResidual ? "with(%m, %r : " + m + ", " + y + ")" : "with(%m : " + m + ")";
  return llvm::formatv(R"(
    func.func @main(%x: {0}, %w: {1}, %b: {2}, %m: {3}, %r: {4}, %y: {4}) {{
      nibble.launch @kernel tiles(1) (%x, %w, %b, %m, %r, %y) : {5}
      return
    }
    func.func private @kernel(%tile: index, %x: {0}, %w: {1}, %b: {2}, %m: {3}, %r: {4}, %y: {4}) {{
      nibble.conv ins(%x, %w : {0}, {1}) {6} {7} outs(%y : {4}) {{strides = array<i64: {8}, {8}>,
        dilations = array<i64: {9}, {9}>, groups = {10} : i64, packedFilterShape = array<i64: {11}>,
        nibble.zero_rows = array<i64: {12}, {13}> {14}} {15}
      return
    })",
                       x, w, b, m, y, types, c.hasBias ? "bias(%b : " + b + ")" : "", with, c.stride, c.dilation,
                       c.groups,
                       llvm::join(llvm::map_range(llvm::SmallVector<int64_t>{c.kernelRows, c.kernelCols,
                                                                             c.groupInputs(), c.outputChannels},
                                                  [](int64_t d) { return std::to_string(d); }),
                                  ", "),
                       c.zeroRowsTop, c.zeroRowsBottom, schemes, c.isFloat ? "" : getIntegerEpilogue(c.hasResidual))
      .str();
}

ContractionShape getShape(const ConvCase &c) {
  ContractionShape shape;
  shape.arithmetic = c.isFloat ? Arithmetic::Float32 : Arithmetic::Int8;
  shape.isInputSigned = c.isInputSigned;
  shape.batch = c.batch;
  shape.rows = c.rows;
  shape.cols = c.cols;
  shape.groups = c.groups;
  shape.outputChannels = c.outputChannels / c.groups;
  shape.inputChannels = c.groupInputs();
  shape.kernelRows = c.kernelRows;
  shape.kernelCols = c.kernelCols;
  shape.strideRows = shape.strideCols = c.stride;
  shape.dilationRows = shape.dilationCols = c.dilation;
  return shape;
}

/// A product of two activations: [batch, M, K] times [batch, K, N] or [batch, N, K].
struct ProductCase {
  int64_t batch, m, n, k;
  bool isTransposed = false, isFloat = false, isInputSigned = false, isFilterSigned = true;
  int64_t inputZero = 0, filterZero = 0;
};

std::ostream &operator<<(std::ostream &os, const ProductCase &c) {
  return os << llvm::formatv("{0}x{1}x{2}x{3}{4}{5}, {6} times {7}, zeros {8} and {9}", c.batch, c.m, c.n, c.k,
                             c.isTransposed ? ", transposed" : "", c.isFloat ? ", float" : "",
                             c.isInputSigned ? "signed" : "unsigned", c.isFilterSigned ? "signed" : "unsigned",
                             c.inputZero, c.filterZero)
                   .str();
}

std::string getKernelText(const ProductCase &c) {
  std::string element = c.isFloat ? "f32" : "i8";
  std::string x = llvm::formatv("memref<{0}x{1}x{2}x{3}>", c.batch, c.m, c.k, element);
  std::string w = llvm::formatv("memref<{0}x{1}x{2}x{3}>", c.batch, c.isTransposed ? c.n : c.k,
                                c.isTransposed ? c.k : c.n, element);
  std::string y = llvm::formatv("memref<{0}x{1}x{2}x{3}>", c.batch, c.m, c.n, c.isFloat ? "f32" : "i32");
  std::string schemes = llvm::formatv("inputScheme = #nibble.scheme<{0}, zero_point = integer>, "
                                      "filterScheme = #nibble.scheme<{1}, zero_point = integer>",
                                      c.isInputSigned ? "s8" : "u8", c.isFilterSigned ? "s8" : "u8");
  return llvm::formatv(R"(
    func.func @main(%x: {0}, %w: {1}, %y: {2}) {{
      nibble.launch @kernel tiles(1) (%x, %w, %y) : {0}, {1}, {2}
      return
    }
    func.func private @kernel(%tile: index, %x: {0}, %w: {1}, %y: {2}) {{
      %zx = arith.constant {3} : i32
      %zw = arith.constant {4} : i32
      nibble.contract ins(%x, %w : {0}, {1}) {5} outs(%y : {2}) {{{6} {7}}
      return
    })",
                       x, w, y, c.inputZero, c.filterZero,
                       c.isFloat ? "" : "input_zero_point(%zx) filter_zero_point(%zw)", c.isFloat ? "" : schemes,
                       c.isTransposed ? (c.isFloat ? "transposeFilter" : ", transposeFilter") : "")
      .str();
}

/// Calls `visit(result position, channel, sum)` for each result. T is the stored, S the summed type.
template <typename T, typename S>
void forEachSum(const ConvCase &c, const Buffer<T> &x, const std::vector<T> &w, const Buffer<S> &b,
                llvm::function_ref<S(T)> value, llvm::function_ref<void(size_t, int64_t, S)> visit) {
  size_t position = 0;
  int64_t groupOutputs = c.outputChannels / c.groups;
  for (int64_t n = 0; n < c.batch; ++n)
    for (int64_t oh = 0; oh < c.rows; ++oh)
      for (int64_t ow = 0; ow < c.cols; ++ow)
        for (int64_t f = 0; f < c.outputChannels; ++f) {
          S sum = c.hasBias ? b.data[f] : S(0);
          for (int64_t kh = 0; kh < c.kernelRows; ++kh)
            for (int64_t kw = 0; kw < c.kernelCols; ++kw)
              for (int64_t ic = 0; ic < c.groupInputs(); ++ic) {
                int64_t ih = oh * c.stride + kh * c.dilation, iw = ow * c.stride + kw * c.dilation;
                size_t at = ((n * c.inputRows() + ih) * c.inputCols() + iw) * c.inputChannels +
                            f / groupOutputs * c.groupInputs() + ic;
                sum += value(x.data[at]) *
                       static_cast<S>(w[((kh * c.kernelCols + kw) * c.groupInputs() + ic) * c.outputChannels + f]);
              }
          visit(position++, f, sum);
        }
}

/// Makes the rows zero that the case says are.
template <typename T>
void clearZeroRows(const ConvCase &c, Buffer<T> &x) {
  size_t rowSize = c.inputCols() * c.inputChannels, imageSize = c.inputRows() * rowSize;
  for (int64_t n = 0; n < c.batch; ++n) {
    auto image = x.data.begin() + n * imageSize;
    std::fill(image, image + c.zeroRowsTop * rowSize, T(0));
    std::fill(image + imageSize - c.zeroRowsBottom * rowSize, image + imageSize, T(0));
  }
}

/// The parameter is the CPU level, which the test's name ends in: test/check.py prints those that were executed.
class X86Kernels : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    if (!isExecutable(GetParam()))
      GTEST_SKIP() << "this machine cannot execute " << GetParam();
  }

  std::mt19937 random{1};

  template <typename T>
  std::vector<T> pack(const ConvCase &c, const CpuFacts &facts, const std::vector<T> &w) {
    std::vector<T> packed(getPackedSize(getShape(c), facts));
    forEachPackedElement(getShape(c), facts, [&](int64_t at, int64_t row, int64_t col, int64_t input, int64_t channel) {
      packed[at] = w[((row * c.kernelCols + col) * c.groupInputs() + input) * c.outputChannels + channel];
    });
    packed.resize(packed.size() + 64);
    return packed;
  }

  void checkInteger(const ConvCase &c, const CpuFacts &facts) {
    auto runner = compile(getKernelText(c, getPackedSize(getShape(c), facts)), facts);
    ASSERT_TRUE(runner);
    size_t numResults = c.batch * c.rows * c.cols * c.outputChannels;
    Buffer<int8_t> x(c.batch * c.inputRows() * c.inputCols() * c.inputChannels), y(numResults), r(numResults);
    Buffer<int32_t> b(c.outputChannels), biasOfKernel(c.outputChannels);
    Buffer<float> m(c.outputChannels);
    std::vector<int8_t> w(c.kernelRows * c.kernelCols * c.groupInputs() * c.outputChannels);
    for (auto *values : {&x.data, &r.data, &w})
      for (int8_t &value : *values)
        value = random();
    clearZeroRows(c, x);
    int64_t reduction = c.kernelRows * c.kernelCols * c.groupInputs();
    for (int64_t f = 0; f < c.outputChannels; ++f) {
      b.data[f] = static_cast<int32_t>(random() % 20001) - 10000;
      m.data[f] = 0.01f * (1 + random() % 7) / std::sqrt(static_cast<float>(reduction));
    }
    // Signed activations are read as value + 128; packing has taken that out of the bias.
    biasOfKernel = b;
    if (c.isInputSigned)
      for (size_t i = 0; i < w.size(); ++i)
        biasOfKernel.data[i % c.outputChannels] -= 128 * w[i];
    std::vector<int8_t> packed = pack(c, facts, w);
    runner->run({x.data.data(), packed.data(), (c.hasBias ? biasOfKernel : b).data.data(), m.data.data(),
                 r.data.data(), y.data.data()});

    int64_t numWrong = 0;
    auto value = [&](int8_t code) -> int32_t { return c.isInputSigned ? code : static_cast<uint8_t>(code); };
    forEachSum<int8_t, int32_t>(c, x, w, b, value, [&](size_t at, int64_t f, int32_t sum) {
      float real = static_cast<float>(sum) * m.data[f];
      if (c.hasResidual)
        real = real + static_cast<float>(static_cast<uint8_t>(r.data[at]) - 3) * 0.5f;
      int32_t code = static_cast<int32_t>(std::nearbyintf(std::min(std::max(real, -5.0f), 250.0f))) + 5;
      numWrong += static_cast<uint8_t>(y.data[at]) != code;
    });
    EXPECT_EQ(numWrong, 0);
    EXPECT_TRUE(y.isPadIntact());
  }

  void checkFloat(const ConvCase &c, const CpuFacts &facts) {
    auto runner = compile(getKernelText(c, getPackedSize(getShape(c), facts)), facts);
    ASSERT_TRUE(runner);
    Buffer<float> x(c.batch * c.inputRows() * c.inputCols() * c.inputChannels), b(c.outputChannels),
        y(c.batch * c.rows * c.cols * c.outputChannels);
    std::vector<float> w(c.kernelRows * c.kernelCols * c.groupInputs() * c.outputChannels);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (auto *values : {&x.data, &b.data, &w})
      for (float &value : *values)
        value = uniform(random);
    clearZeroRows(c, x);
    std::vector<float> packed = pack(c, facts, w);
    runner->run({x.data.data(), packed.data(), b.data.data(), nullptr, nullptr, y.data.data()});

    // A sum of n products of magnitude at most 1, in any order, is off by at most n^2 / 2 half units of 2^-23.
    int64_t n = c.kernelRows * c.kernelCols * c.groupInputs() + 1;
    float worst = 0;
    forEachSum<float, float>(c, x, w, b, [](float v) { return v; },
                             [&](size_t at, int64_t, float sum) { worst = std::max(worst, std::abs(sum - y.data[at])); });
    EXPECT_LE(worst, n * n * 0x1p-24f);
    EXPECT_TRUE(y.isPadIntact());
  }

  /// T is the stored, S the summed type; small numbers, whose sums are exact also as floats.
  template <typename T, typename S>
  void checkProduct(const ProductCase &c, const CpuFacts &facts) {
    auto runner = compile(getKernelText(c), facts);
    ASSERT_TRUE(runner);
    Buffer<T> x(c.batch * c.m * c.k), w(c.batch * c.n * c.k);
    Buffer<S> y(c.batch * c.m * c.n);
    for (auto *values : {&x.data, &w.data})
      for (T &value : *values)
        value = static_cast<T>(static_cast<int8_t>(random()) / (c.isFloat ? 8 : 1));
    runner->run({x.data.data(), w.data.data(), y.data.data()});

    auto getValue = [&](T stored, bool isSigned, int64_t zero) -> S {
      return c.isFloat || isSigned ? S(stored) - S(zero) : S(static_cast<uint8_t>(stored)) - S(zero);
    };
    int64_t numWrong = 0;
    for (int64_t b = 0; b < c.batch; ++b)
      for (int64_t i = 0; i < c.m; ++i)
        for (int64_t j = 0; j < c.n; ++j) {
          S sum = 0;
          for (int64_t k = 0; k < c.k; ++k)
            sum += getValue(x.data[(b * c.m + i) * c.k + k], c.isInputSigned, c.inputZero) *
                   getValue(w.data[b * c.n * c.k + (c.isTransposed ? j * c.k + k : k * c.n + j)], c.isFilterSigned,
                            c.filterZero);
          numWrong += sum != y.data[(b * c.m + i) * c.n + j];
        }
    EXPECT_EQ(numWrong, 0);
    EXPECT_TRUE(y.isPadIntact());
  }

  void check(const std::vector<ProductCase> &cases) {
    CpuFacts facts = llvm::cantFail(getTarget().getCpuFacts(GetParam()));
    for (const ProductCase &c : cases) {
      SCOPED_TRACE(testing::Message() << c);
      c.isFloat ? checkProduct<float, float>(c, facts) : checkProduct<int8_t, int32_t>(c, facts);
    }
  }

  void check(const std::vector<ConvCase> &cases) {
    CpuFacts facts = llvm::cantFail(getTarget().getCpuFacts(GetParam()));
    for (const ConvCase &c : cases) {
      SCOPED_TRACE(testing::Message() << c);
      c.isFloat ? checkFloat(c, facts) : checkInteger(c, facts);
    }
  }
};

ConvCase pointwise(int64_t rows, int64_t cols, int64_t inputs, int64_t outputs) {
  ConvCase c{1, rows, cols, inputs, outputs};
  return c;
}

ConvCase square(int64_t size, int64_t inputs, int64_t outputs, int64_t kernel, int64_t stride = 1, int64_t dilation = 1,
                int64_t groups = 1) {
  return {1, size, size, inputs, outputs, kernel, kernel, stride, dilation, groups};
}

TEST_P(X86Kernels, PointwiseShapes) {
  check({pointwise(1, 1, 1, 1), pointwise(1, 1, 5, 17), pointwise(7, 7, 64, 48), pointwise(5, 11, 13, 100),
         pointwise(1, 1, 513, 10), pointwise(13, 13, 3, 256), pointwise(1, 97, 256, 64)});
}

TEST_P(X86Kernels, WindowShapes) {
  check({square(8, 16, 16, 3), square(5, 3, 17, 7, 2), square(7, 1, 5, 5), square(9, 5, 33, 3, 3), square(14, 32, 64, 3),
         square(6, 4, 80, 1, 2), square(13, 17, 3, 3)});
}

TEST_P(X86Kernels, DilationAndGroups) {
  check({square(7, 6, 20, 3, 1, 2), square(5, 8, 12, 3, 2, 3), square(6, 12, 24, 3, 1, 1, 3),
         square(5, 10, 34, 3, 2, 1, 2), square(4, 6, 6, 3, 1, 1, 6)});
}

TEST_P(X86Kernels, Depthwise) {
  std::vector<ConvCase> cases;
  for (int64_t channels : {2, 16, 17, 33, 64, 88, 200})
    cases.push_back(square(7, channels, channels, 3, 1, 1, channels));
  cases.push_back(square(1, 64, 64, 3, 1, 1, 64));
  cases.push_back(square(2, 24, 24, 5, 1, 1, 24));
  cases.push_back(square(9, 70, 70, 5, 2, 1, 70));
  cases.push_back(square(6, 40, 40, 3, 2, 2, 40));
  cases.push_back(square(5, 16, 16, 7, 1, 1, 16));
  cases.push_back(square(4, 48, 48, 1, 2, 1, 48));
  size_t numPlain = cases.size();
  for (size_t i = 0; i < numPlain; ++i) {
    ConvCase c = cases[i];
    c.isInputSigned = i % 2;
    c.hasResidual = i % 3 == 0;
    c.batch = 1 + i % 2;
    cases.push_back(c);
    c = cases[i];
    c.isFloat = true;
    c.hasBias = i % 2;
    cases.push_back(c);
  }
  check(cases);
}

TEST_P(X86Kernels, SignedActivations) {
  // The last three have tiles that are copied to the stack first.
  std::vector<ConvCase> cases = {pointwise(3, 5, 9, 20), square(8, 16, 16, 3), square(5, 3, 8, 5, 2),
                                 square(6, 12, 24, 3, 1, 1, 3), pointwise(5, 7, 200, 70), pointwise(1, 61, 131, 100),
                                 square(5, 256, 48, 1, 2)};
  for (ConvCase &c : cases)
    c.isInputSigned = true;
  check(cases);
}

TEST_P(X86Kernels, ResidualInTheEpilogue) {
  std::vector<ConvCase> cases = {pointwise(7, 7, 64, 100), square(8, 16, 16, 3), square(5, 3, 8, 5, 2)};
  for (ConvCase &c : cases)
    c.hasResidual = true;
  check(cases);
}

ConvCase withZeroRows(ConvCase c, int64_t top, int64_t bottom) {
  c.zeroRowsTop = top;
  c.zeroRowsBottom = bottom;
  return c;
}

TEST_P(X86Kernels, ZeroRows) {
  std::vector<ConvCase> cases = {withZeroRows(square(8, 16, 16, 3), 1, 1),       withZeroRows(square(7, 32, 48, 5, 2), 2, 1),
                                 withZeroRows(square(6, 8, 20, 3, 1, 2), 2, 2),  withZeroRows(square(1, 16, 70, 3), 1, 1),
                                 withZeroRows(square(2, 8, 16, 5), 3, 3),        withZeroRows(square(1, 4, 16, 3), 2, 1),
                                 withZeroRows(square(9, 12, 24, 7, 3), 0, 3),    withZeroRows(square(3, 6, 12, 3, 1, 1, 2), 1, 0)};
  size_t numPlain = cases.size();
  for (size_t i = 0; i < numPlain; ++i) {
    ConvCase c = cases[i];
    c.batch = 3;
    c.hasResidual = i % 3 == 0;
    c.isInputSigned = i % 3 == 1;
    c.isFloat = i % 3 == 2;
    cases.push_back(c);
  }
  check(cases);
}

/// Filters of several panels and an input that do not fit the caches, so that tiles fetch for those behind them.
TEST_P(X86Kernels, LargeOperands) {
  ConvCase product = pointwise(1, 601, 2048, 70), convolution = square(9, 256, 130, 3), floats = pointwise(1, 600, 512, 70);
  floats.isFloat = true;
  check({product, convolution, floats});
}

TEST_P(X86Kernels, BatchAndNoBias) {
  std::vector<ConvCase> cases = {pointwise(4, 3, 8, 24), square(5, 7, 19, 3)};
  for (ConvCase &c : cases) {
    c.batch = 3;
    c.hasBias = false;
  }
  check(cases);
}

TEST_P(X86Kernels, ProductsOfActivations) {
  std::vector<ProductCase> cases;
  for (bool isTransposed : {false, true})
    for (bool isFloat : {false, true}) {
      cases.push_back({1, 1, 1, 1, isTransposed, isFloat});
      cases.push_back({3, 5, 17, 6, isTransposed, isFloat});
      // One row for each filter: rows of different filters are no tile.
      cases.push_back({4, 1, 17, 6, isTransposed, isFloat});
      cases.push_back({2, 33, 70, 31, isTransposed, isFloat});
    }
  for (bool isTransposed : {false, true})
    for (bool isInputSigned : {false, true})
      for (bool isFilterSigned : {false, true})
        cases.push_back({2, 9, 40, 27, isTransposed, false, isInputSigned, isFilterSigned, 3 + isTransposed * 100, 7});
  check(cases);
}

TEST_P(X86Kernels, FloatSums) {
  std::vector<ConvCase> cases = {pointwise(1, 1, 1, 1), pointwise(7, 7, 64, 48), pointwise(1, 1, 200, 10),
                                 square(8, 16, 16, 3),  square(5, 3, 17, 7, 2),  square(6, 12, 24, 3, 1, 2, 3)};
  for (ConvCase &c : cases)
    c.isFloat = true;
  check(cases);
}

INSTANTIATE_TEST_SUITE_P(Levels, X86Kernels, testing::Values("avx2", "avxvnni", "avx512vnni"),
                         [](const auto &info) { return std::string(info.param); });

} // namespace
