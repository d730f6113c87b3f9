//===- Cases.cpp - operators to measure ---------------------------------------------------------------===//

#include "Cases.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>

using namespace nibble;

double BenchCase::getNumOperations() const {
  auto countTaps = [&](int64_t results, int64_t inputs) {
    int64_t padding = (kernel - 1) / 2, taps = 0;
    for (int64_t i = 0; i < results; ++i)
      taps += std::min(i * stride - padding + kernel, inputs) - std::max<int64_t>(i * stride - padding, 0);
    return static_cast<double>(taps);
  };
  double channels = static_cast<double>(outputChannels) * (isDepthwise ? 1 : inputChannels);
  return 2 * countTaps(getResultRows(), rows) * countTaps(getResultCols(), cols) * channels;
}

static BenchCase makeMatmul(const std::string &kind, int64_t m, int64_t n, int64_t k) {
  BenchCase c;
  c.name = llvm::formatv("matmul/{0}/{1}x{2}x{3}", kind, m, n, k);
  c.isFloat = kind == "f32";
  c.isSigned = c.isProgram = kind == "s8s8";
  c.cols = m;
  c.inputChannels = k;
  c.outputChannels = n;
  return c;
}

static BenchCase makeConv(int64_t size, int64_t inputs, int64_t outputs, int64_t kernel, int64_t stride,
                          bool hasResidual) {
  BenchCase c;
  c.name = llvm::formatv("conv/{0}x{0}x{1}-{2}k{3}s{4}{5}", size, inputs, outputs, kernel, stride,
                         hasResidual ? "+sum" : "");
  c.hasResidual = hasResidual;
  c.rows = c.cols = size;
  c.inputChannels = inputs;
  c.outputChannels = outputs;
  c.kernel = kernel;
  c.stride = stride;
  return c;
}

static BenchCase makeDepthwise(int64_t size, int64_t channels, int64_t stride) {
  BenchCase c = makeConv(size, channels, channels, 3, stride, false);
  c.name = llvm::formatv("dw/{0}x{0}x{1}k3s{2}", size, channels, stride);
  c.isDepthwise = true;
  return c;
}

namespace {
struct CodesCase {
  const char *name, *scheme;
};
constexpr CodesCase codesCases[] = {{"s2g64", "s2, block = [1, 64], scale = [f16]"},
                                    {"s3g32", "s3, block = [1, 32], scale = [f16]"},
                                    {"s4g32", "s4, block = [1, 32], scale = [f16]"},
                                    {"s4g128", "s4, block = [1, 128], scale = [f16]"},
                                    {"u4g32z", "u4, block = [1, 32], scale = [f16], zero_point = integer"},
                                    {"s8", "s8, block = [1, 0]"},
                                    {"nf4g64", "nf4, block = [1, 64], scale = [f16]"},
                                    {"f8", "f8E4M3FN, block = [1, 0]"},
                                    {"log4g64", "u4 @logarithmic, block = [1, 64], scale = [f16]"}};
} // namespace

/// A sign and 3 bits of the exponent of a power of the square root of one half.
static const char *logarithmicScheme = R"(
    nibble.scheme @logarithmic <u4, block = [64], scale = [f16]>
      encode {
      ^bb0(%value: f32, %scale: f32):
        %code = arith.constant 0 : i32
        nibble.yield %code : i32
      } decode {
      ^bb0(%code: i32, %scale: f32):
        %seven = arith.constant 7 : i32
        %eight = arith.constant 8 : i32
        %zero = arith.constant 0 : i32
        %step = arith.constant -0.34657359 : f32
        %magnitude = arith.andi %code, %seven : i32
        %steps = arith.sitofp %magnitude : i32 to f32
        %exponent = arith.mulf %steps, %step : f32
        %power = math.exp %exponent : f32
        %product = arith.mulf %power, %scale : f32
        %sign = arith.andi %code, %eight : i32
        %is_negative = arith.cmpi ne, %sign, %zero : i32
        %opposite = arith.negf %product : f32
        %value = arith.select %is_negative, %opposite, %product : f32
        nibble.yield %value : f32
      })";

/// A product of an input (u8, s8 or f32) and a filter of codes.
static BenchCase makeCodes(const char *input, const CodesCase &codes, int64_t m, int64_t n, int64_t k) {
  BenchCase c = makeMatmul(input, m, n, k);
  c.name = llvm::formatv("matmul/{0}-{1}/{2}x{3}x{4}", input, codes.name, m, n, k);
  c.isSigned = llvm::StringRef(input) == "s8";
  c.codes = codes.scheme;
  return c;
}

static bool isIntegerCodec(llvm::StringRef scheme) {
  return (scheme.starts_with("s") || scheme.starts_with("u")) && !scheme.contains('@');
}

static BenchCase makeCold(BenchCase c, const std::string &kind) {
  c.name = llvm::formatv("gemv/{0}/{1}x{2}", kind, c.outputChannels, c.inputChannels);
  c.isCold = true;
  return c;
}

static void addCodesCases(std::vector<BenchCase> &cases) {
  constexpr int64_t matrices[][2] = {{4096, 4096}, {14336, 4096}, {4096, 14336}};
  for (const int64_t(&matrix)[2] : matrices)
    for (const char *kind : {"u8s8", "f32"})
      cases.push_back(makeCold(makeMatmul(kind, 1, matrix[0], matrix[1]), kind));
  for (const CodesCase &codes : codesCases)
    for (const char *input : {"u8", "s8", "f32"}) {
      // Sums of integers are of integer codes.
      if (!isIntegerCodec(codes.scheme) && llvm::StringRef(input) != "f32")
        continue;
      for (const int64_t(&matrix)[2] : matrices)
        cases.push_back(makeCold(makeCodes(input, codes, 1, matrix[0], matrix[1]), std::string(input) + "-" + codes.name));
      for (int64_t m : {1, 128, 512})
        cases.push_back(makeCodes(input, codes, m, 4096, 4096));
    }
}

std::vector<BenchCase> nibble::getBenchCases() {
  std::vector<BenchCase> cases;
  constexpr int64_t products[][3] = {{1, 4096, 4096},    {32, 4096, 4096},   {128, 4096, 4096}, {512, 4096, 4096},
                                     {512, 14336, 4096}, {512, 4096, 14336}, {256, 1024, 1024}, {2048, 768, 768},
                                     {128, 384, 384},    {128, 1536, 384},   {128, 384, 1536}};
  for (const char *kind : {"u8s8", "s8s8", "f32"})
    for (const int64_t(&p)[3] : products)
      cases.push_back(makeMatmul(kind, p[0], p[1], p[2]));
  // ResNet-50, then CIFAR networks: size, channels, kernel, stride, and whether it is also measured with a residual.
  constexpr int64_t convs[][6] = {{224, 3, 64, 7, 2, 0},  {56, 64, 64, 3, 1, 0},   {56, 64, 256, 1, 1, 1},
                                  {56, 256, 64, 1, 1, 0}, {28, 128, 128, 3, 1, 0}, {28, 128, 512, 1, 1, 1},
                                  {14, 256, 256, 3, 1, 0}, {14, 256, 1024, 1, 1, 1}, {7, 512, 512, 3, 1, 0},
                                  {7, 512, 2048, 1, 1, 1}, {32, 16, 16, 3, 1, 1},  {16, 32, 32, 3, 1, 1},
                                  {8, 64, 64, 3, 1, 1}};
  for (const int64_t(&c)[6] : convs)
    for (int64_t residual = 0; residual <= c[5]; ++residual)
      cases.push_back(makeConv(c[0], c[1], c[2], c[3], c[4], residual));
  constexpr int64_t depthwise[][3] = {{112, 32, 1}, {56, 128, 1}, {56, 128, 2}, {28, 256, 1}, {14, 512, 1}, {7, 1024, 1}};
  for (const int64_t(&d)[3] : depthwise)
    cases.push_back(makeDepthwise(d[0], d[1], d[2]));
  addCodesCases(cases);
  return cases;
}

//===------------------------------------------------------------------------------------------------===//
// Modules
//===------------------------------------------------------------------------------------------------===//

/// More than any packing rounds up to: 128 channels, and 4 elements of the reduction for each pixel of the kernel.
static int64_t getFilterSize(const BenchCase &c) {
  int64_t reduction = c.isDepthwise ? 8 : c.inputChannels + 4;
  return (c.outputChannels + 128) * c.kernel * c.kernel * reduction;
}

static const char *floatEpilogue = R"(epilogue {
    ^bb0(%acc: f32):
      %zero = arith.constant 0.0 : f32
      %relu = arith.maximumf %acc, %zero : f32
      nibble.yield %relu : f32
    })";

static std::string getIntegerEpilogue(const BenchCase &c) {
  const char *residual = R"(
      %wide = arith.extui %other : i8 to i32
      %real_other = arith.sitofp %wide : i32 to f32
      %half = arith.constant 0.5 : f32
      %scaled_other = arith.mulf %real_other, %half : f32
      %sum = arith.addf %product, %scaled_other : f32)";
  return llvm::formatv(R"(epilogue {{
    ^bb0(%acc: i32, %scale: f32{0}):
      %low = arith.constant {1} : f32
      %high = arith.constant {2} : f32
      %real = arith.sitofp %acc : i32 to f32
      %product = arith.mulf %real, %scale : f32{3}
      %clamped_low = arith.maximumf %{4}, %low : f32
      %clamped = arith.minimumf %clamped_low, %high : f32
      %rounded = math.roundeven %clamped : f32
      %integer = arith.fptosi %rounded : f32 to i32
      %code = arith.trunci %integer : i32 to i8
      nibble.yield %code : i8
    })",
                       c.hasResidual ? ", %other: i8" : "", c.isSigned ? "-127.0" : "0.0",
                       c.isSigned ? "127.0" : "255.0", c.hasResidual ? residual : "", c.hasResidual ? "sum" : "product")
      .str();
}

std::vector<int64_t> nibble::getBufferSizes(const BenchCase &c) {
  int64_t element = c.isFloat ? 4 : 1, resultElement = c.codes.empty() ? element : 4;
  int64_t results = c.getResultRows() * c.getResultCols() * c.outputChannels * resultElement;
  int64_t filter = getFilterSize(c) * (c.codes.empty() ? element : 1);
  return {c.getPaddedRows() * c.getPaddedCols() * c.inputChannels * element, filter,
          c.outputChannels * 4, c.outputChannels * 4, results, results};
}

mlir::OwningOpRef<mlir::ModuleOp> nibble::buildKernelModule(mlir::MLIRContext &context, const BenchCase &c) {
  bool isFloatSum = c.isFloat || !c.codes.empty();
  std::string element = c.isFloat ? "f32" : "i8", accumulator = isFloatSum ? "f32" : "i32";
  std::string x =
      llvm::formatv("memref<1x{0}x{1}x{2}x{3}>", c.getPaddedRows(), c.getPaddedCols(), c.inputChannels, element);
  std::string y =
      llvm::formatv("memref<1x{0}x{1}x{2}x{3}>", c.getResultRows(), c.getResultCols(), c.outputChannels, c.codes.empty() ? element : "f32");
  std::string w = llvm::formatv("memref<{0}x{1}>", getFilterSize(c), c.codes.empty() ? element : "i8");
  std::string b = llvm::formatv("memref<{0}x{1}>", c.outputChannels, accumulator);
  std::string m = llvm::formatv("memref<{0}xf32>", c.outputChannels);
  std::string with = isFloatSum ? "" : c.hasResidual ? "with(%m, %r : " + m + ", " + y + ")" : "with(%m : " + m + ")";
  std::string schemes = c.isFloat ? "" : llvm::formatv(", inputScheme = #nibble.scheme<{0}>", c.isSigned ? "s8" : "u8").str();
  if (!c.isFloat || !c.codes.empty())
    schemes += ", filterScheme = #nibble.scheme<" + (c.codes.empty() ? "s8" : c.codes) + ">";
  // What the compiler's own padding says of its border.
  int64_t border = (c.kernel - 1) / 2;
  // The multipliers are small, as the compiler would see.
  if (!c.isFloat)
    schemes += ", nibble.fits_i32";
  std::string padding = border ? llvm::formatv(", nibble.zero_rows = array<i64: {0}, {0}>", border).str() : "";
  std::string arguments = llvm::formatv("%x: {0}, %w: {1}, %b: {2}, %m: {3}, %r: {4}, %y: {4}", x, w, b, m, y);
  std::string text = llvm::formatv(
      R"(
    func.func @main({0}) {{
      nibble.launch @kernel tiles(1) (%x, %w, %b, %m, %r, %y) : {1}, {2}, {3}, {4}, {5}, {5}
      return
    }
    func.func private @kernel(%tile: index, {0}) {{
      nibble.conv ins(%x, %w : {1}, {2}) bias(%b : {3}) {6} outs(%y : {5}) {{strides = array<i64: {7}, {7}>,
        groups = {8} : i64, packedFilterShape = array<i64: {9}, {9}, {10}, {11}> {12}{13}} {14}
      return
    })",
      arguments, x, w, b, m, y, with, c.stride, c.isDepthwise ? c.inputChannels : 1, c.kernel,
      c.isDepthwise ? 1 : c.inputChannels, c.outputChannels, schemes, padding,
      isFloatSum ? floatEpilogue : getIntegerEpilogue(c));
  if (c.codes.find('@') != std::string::npos)
    text = logarithmicScheme + text;
  return mlir::parseSourceString<mlir::ModuleOp>(text, &context);
}

mlir::OwningOpRef<mlir::ModuleOp> nibble::buildProgramModule(mlir::MLIRContext &context, const BenchCase &c) {
  std::string text = llvm::formatv(R"(
    module attributes {{nibble.model = "bench"} {{
      func.func @main(%x: tensor<{0}x{2}xi8>) -> tensor<{0}x{1}xi8> {{
        %w = arith.constant dense<0> : tensor<{2}x{1}xi8>
        %b = arith.constant dense<3> : tensor<{1}xi32>
        %m = arith.constant dense<0.001> : tensor<{1}xf32>
        %init = tensor.empty() : tensor<{0}x{1}xi8>
        %y = nibble.contract ins(%x, %w : tensor<{0}x{2}xi8>, tensor<{2}x{1}xi8>) bias(%b : tensor<{1}xi32>)
          with(%m : tensor<{1}xf32>) outs(%init : tensor<{0}x{1}xi8>)
          {{inputScheme = #nibble.scheme<{3}>, filterScheme = #nibble.scheme<s8>} {4} -> tensor<{0}x{1}xi8>
        return %y : tensor<{0}x{1}xi8>
      }
    })",
                                   c.cols, c.outputChannels, c.inputChannels, c.isSigned ? "s8" : "u8", getIntegerEpilogue(c));
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return module;
  std::vector<int8_t> weights(c.inputChannels * c.outputChannels);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<int8_t>(i * 37 % 251 - 125);
  module->walk([&](mlir::arith::ConstantOp op) {
    auto type = mlir::dyn_cast<mlir::RankedTensorType>(op.getType());
    if (type && type.getRank() == 2)
      op.setValueAttr(mlir::DenseElementsAttr::get(type, llvm::ArrayRef(weights)));
  });
  return module;
}
