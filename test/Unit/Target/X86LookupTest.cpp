//===- X86LookupTest.cpp - lookups give the elements of the table -----------------------------------===//
//
// Compiled in process for each kind of CPU that this machine is or can stand for.
//
//===------------------------------------------------------------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Execution/KernelRunner.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/TargetParser/Host.h"
#include <gtest/gtest.h>

using namespace nibble;

namespace {

mlir::MLIRContext &getContext() {
  static auto *context = [] {
    mlir::DialectRegistry registry;
    registry.insert<NibbleDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::linalg::LinalgDialect,
                    mlir::memref::MemRefDialect>();
    return new mlir::MLIRContext(registry);
  }();
  return *context;
}

/// Rows of codes in buffers whose rows are `fromStride` and `toStride` apart.
struct LookupCase {
  int64_t rows, cols, fromStride, toStride;
};

std::string getKernelText(const LookupCase &c) {
  auto buffer = [&](int64_t stride) {
    return llvm::formatv("memref<{0}x{1}xi8, strided<[{2}, 1]>>", c.rows, c.cols, stride).str();
  };
  return llvm::formatv(R"(
    #id = affine_map<(d0, d1) -> (d0, d1)>
    func.func @main(%x: {0}, %table: memref<256xi8>, %y: {1}) {{
      nibble.launch @kernel tiles(1) (%x, %table, %y) : {0}, memref<256xi8>, {1}
      return
    }
    func.func private @kernel(%tile: index, %x: {0}, %table: memref<256xi8>, %y: {1}) {{
      linalg.generic {{indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : {0}) outs(%y : {1}) {{
      ^bb0(%code: i8, %out: i8):
        %index = arith.index_castui %code : i8 to index
        %entry = memref.load %table[%index] : memref<256xi8>
        linalg.yield %entry : i8
      }
      return
    })",
                       buffer(c.fromStride), buffer(c.toStride))
      .str();
}

class X86Lookups : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    llvm::StringRef cpu = GetParam();
    if (!features.lookup(cpu == "native" ? "avx2" : cpu))
      GTEST_SKIP() << "this machine has no " << cpu.str();
  }

  /// All that is written, and nothing else, is what the table says.
  void check(const LookupCase &c) {
    const TargetBackend &target = *findTarget("x86");
    auto module = mlir::parseSourceString<mlir::ModuleOp>(getKernelText(c), &getContext());
    ASSERT_TRUE(module);
    auto runner = KernelRunner::create(*module, target, llvm::cantFail(target.getCpuFacts(GetParam())));
    ASSERT_TRUE(mlir::succeeded(runner));
    constexpr size_t readablePastEnd = 64;
    std::vector<uint8_t> from(c.rows * c.fromStride + readablePastEnd), table(256 + readablePastEnd);
    std::vector<uint8_t> to(c.rows * c.toStride, 99), expected(to);
    for (auto [i, code] : llvm::enumerate(from))
      code = static_cast<uint8_t>(i * 7 + i / 256);
    for (auto [i, entry] : llvm::enumerate(table))
      entry = static_cast<uint8_t>(i * 37 + i / 64 * 5 + 11);
    for (int64_t row = 0; row < c.rows; ++row)
      for (int64_t col = 0; col < c.cols; ++col)
        expected[row * c.toStride + col] = table[from[row * c.fromStride + col]];
    (*runner)->run({from.data(), table.data(), to.data()});
    EXPECT_EQ(to, expected) << c.rows << "x" << c.cols;
  }
};

TEST_P(X86Lookups, OneRow) {
  for (int64_t size : {1, 3, 31, 64, 100, 256, 1000})
    check({1, size, size, size});
}

TEST_P(X86Lookups, RowsOfWiderBuffers) {
  check({5, 70, 70, 96});
  check({5, 70, 80, 70});
  check({3, 128, 160, 130});
}

TEST_P(X86Lookups, Tiles) {
  check({1, 1000003, 1000003, 1000003});
  check({4001, 250, 250, 256});
}

// What this machine is, and the levels below it.
INSTANTIATE_TEST_SUITE_P(Levels, X86Lookups, testing::Values("avx2", "avx512vnni", "native"),
                         [](const testing::TestParamInfo<const char *> &info) { return std::string(info.param); });

} // namespace
