#include "nibble/Execution/Program.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <gtest/gtest.h>

using namespace nibble;

namespace {

/// y[s] = x[s] * w, one tile for each of two samples; `w` is the last of the weights. The sample is observed.
constexpr llvm::StringLiteral source = R"(
module attributes {nibble.model = "scale", nibble.workspace_size = 128 : i64} {
  llvm.func @nibble_launch(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64)
  llvm.func @nibble_observe_f32(!llvm.ptr, !llvm.ptr, i64)
  llvm.mlir.global internal constant @name("x\00")
  llvm.func @main(%x: !llvm.ptr {nibble.name = "x", nibble.role = "input", nibble.type = memref<2xf32>, nibble.batch_axis = 0 : i64},
                  %y: !llvm.ptr {nibble.name = "y", nibble.role = "output", nibble.type = memref<2xf32>, nibble.batch_axis = 0 : i64},
                  %workspace: !llvm.ptr, %weights: !llvm.ptr, %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {
    %c2 = llvm.mlir.constant(2 : i64) : i64
    OBSERVE
    llvm.store %x, %workspace : !llvm.ptr, !llvm.ptr
    %slot1 = llvm.getelementptr %workspace[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    llvm.store %y, %slot1 : !llvm.ptr, !llvm.ptr
    %slot2 = llvm.getelementptr %workspace[2] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    llvm.store %weights, %slot2 : !llvm.ptr, !llvm.ptr
    %tile = llvm.mlir.addressof @tile : !llvm.ptr
    llvm.call @nibble_launch(%parallel_for, %pool, %tile, %workspace, %c2) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64) -> ()
    llvm.return
  }
  llvm.func internal @tile(%buffers: !llvm.ptr, %tile: i64) {
    %x = llvm.load %buffers : !llvm.ptr -> !llvm.ptr
    %slot1 = llvm.getelementptr %buffers[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %y = llvm.load %slot1 : !llvm.ptr -> !llvm.ptr
    %slot2 = llvm.getelementptr %buffers[2] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %w = llvm.load %slot2 : !llvm.ptr -> !llvm.ptr
    %ws = llvm.getelementptr %w[49999] : (!llvm.ptr) -> !llvm.ptr, f32
    %xs = llvm.getelementptr %x[%tile] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %ys = llvm.getelementptr %y[%tile] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %xv = llvm.load %xs : !llvm.ptr -> f32
    %wv = llvm.load %ws : !llvm.ptr -> f32
    %yv = llvm.fmul %xv, %wv : f32
    llvm.store %yv, %ys : f32, !llvm.ptr
    llvm.return
  }
})";

class ProgramTest : public testing::Test {
protected:
  ProgramTest() { context.loadDialect<mlir::LLVM::LLVMDialect, NibbleDialect>(); }

  /// The module, with 200000 bytes of weights: more than is made a constant.
  mlir::OwningOpRef<mlir::ModuleOp> parse(bool observes = false) {
    std::string text = source.str();
    size_t at = text.find("OBSERVE");
    text.replace(at, 7, observes ? R"(%c = llvm.mlir.addressof @name : !llvm.ptr
      llvm.call @nibble_observe_f32(%c, %x, %c2) : (!llvm.ptr, !llvm.ptr, i64) -> ())"
                                 : "");
    mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    std::vector<float> weights(50000, 0.0f);
    weights.back() = 3.0f;
    mlir::AsmResourceBlob blob = mlir::HeapAsmResourceBlob::allocateAndCopyWithAlign(
        llvm::ArrayRef(reinterpret_cast<const char *>(weights.data()), 200000), 64, /*dataIsMutable=*/false);
    auto type = mlir::RankedTensorType::get({200000}, mlir::IntegerType::get(&context, 8));
    (*module)->setAttr("nibble.weights", mlir::DenseResourceElementsAttr::get(type, "weights", std::move(blob)));
    return module;
  }

  /// Runs over 0 to 5 samples with 1 and 2 threads.
  static void checkRuns(Program &program) {
    EXPECT_STREQ(program.getInfo().model, "scale");
    for (int threads : {1, 2})
      for (int64_t samples : {0, 1, 2, 5}) {
        std::vector<float> x = {1, 2, 3, 4, 5};
        auto outputs = program.run(ArrayView{NIBBLE_F32, {samples}, x.data()}, threads);
        ASSERT_TRUE(static_cast<bool>(outputs)) << llvm::toString(outputs.takeError());
        ASSERT_EQ(outputs->size(), 1u);
        EXPECT_EQ(llvm::ArrayRef(outputs->front().shape), llvm::ArrayRef(samples));
        auto *y = reinterpret_cast<const float *>(outputs->front().data.get());
        for (int64_t i = 0; i < samples; ++i)
          EXPECT_EQ(y[i], 3 * x[i]);
      }
  }

  mlir::MLIRContext context;
};

TEST_F(ProgramTest, CompilesInProcess) {
  auto module = parse();
  mlir::FailureOr<ProgramInfo> info = ProgramInfo::get(*module);
  ASSERT_TRUE(succeeded(info));
  auto program = Program::compile(*module, *info);
  ASSERT_TRUE(static_cast<bool>(program)) << llvm::toString(program.takeError());
  checkRuns(**program);
}

float observedSum;
void observe(const char *name, const float *data, int64_t count) {
  EXPECT_STREQ(name, "x");
  for (int64_t i = 0; i < count; ++i)
    observedSum += data[i];
}

TEST_F(ProgramTest, CallsSymbolsOfTheHost) {
  auto module = parse(/*observes=*/true);
  mlir::FailureOr<ProgramInfo> info = ProgramInfo::get(*module);
  ASSERT_TRUE(succeeded(info));
  JitOptions options;
  options.symbols["nibble_observe_f32"] = reinterpret_cast<void *>(observe);
  auto program = Program::compile(*module, *info, options);
  ASSERT_TRUE(static_cast<bool>(program)) << llvm::toString(program.takeError());
  observedSum = 0;
  float x[] = {1, 2}, y[2];
  llvm::Error error = (*program)->runOnce({x}, {y});
  ASSERT_FALSE(static_cast<bool>(error)) << llvm::toString(std::move(error));
  EXPECT_EQ(observedSum, 3);
  EXPECT_EQ(y[1], 6);
}

TEST_F(ProgramTest, LoadsSharedLibraries) {
  auto module = parse();
  mlir::FailureOr<ProgramInfo> info = ProgramInfo::get(*module);
  ASSERT_TRUE(succeeded(info));
  llvm::SmallString<64> path;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("nibble-program", path));
  std::string library = (path + "/scale.so").str(), header = (path + "/scale.h").str();
  EmitOptions options;
  options.kind = EmitKind::SharedLibrary;
  llvm::Error error = emitProgram(*module, *info, options, library);
  ASSERT_FALSE(static_cast<bool>(error)) << llvm::toString(std::move(error));
  auto program = Program::load(library);
  ASSERT_TRUE(static_cast<bool>(program)) << llvm::toString(program.takeError());
  checkRuns(**program);
  program->reset();
  llvm::sys::fs::remove(library);
  llvm::sys::fs::remove(header);
  // Nothing else was left there.
  EXPECT_FALSE(llvm::sys::fs::remove(path));
}

TEST_F(ProgramTest, RefusesWhatDoesNotFit) {
  auto module = parse();
  mlir::FailureOr<ProgramInfo> info = ProgramInfo::get(*module);
  ASSERT_TRUE(succeeded(info));
  auto program = Program::compile(*module, *info);
  ASSERT_TRUE(static_cast<bool>(program)) << llvm::toString(program.takeError());
  auto errorOf = [&](llvm::ArrayRef<ArrayView> inputs, int threads) {
    return llvm::toString((*program)->run(inputs, threads).takeError());
  };
  EXPECT_EQ(errorOf({}, 1), "expected 1 inputs, got 0");
  EXPECT_EQ(errorOf(ArrayView{NIBBLE_F64, {2}, nullptr}, 1), "input 'x': expected float32, got float64");
  EXPECT_EQ(errorOf(ArrayView{NIBBLE_F32, {2}, nullptr}, 0), "expected at least 1 thread, got 0");
  EXPECT_EQ(errorOf(ArrayView{NIBBLE_F32, {2}, nullptr}, 1), "an input, output or workspace is null");
}

TEST(Program, RefusesOtherFiles) {
  auto errorOf = [](llvm::StringRef path) { return llvm::toString(Program::load(path).takeError()); };
  EXPECT_EQ(errorOf("/nonexistent.so"), "/nonexistent.so: expected a shared library: No such file or directory");
  EXPECT_EQ(errorOf("/proc/self/exe"), "/proc/self/exe: expected a library with one compiled model, got 0");
}

} // namespace
