//===- ExpandMathTest.cpp - compiled math functions give the bits of Numerics ----------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Execution/KernelRunner.h"
#include "nibble/Numerics/Angles.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/TargetParser/Host.h"
#include <gtest/gtest.h>

using namespace nibble;

static constexpr size_t numArguments = 1 << 20;

/// A kernel that computes `op` on all arguments, one by one in a loop that LLVM may vectorize, or in vectors of eight; of a function
/// of two numbers the second are the same in reverse.
static std::string getModule(llvm::StringRef op, bool isBinary, bool isVector) {
  std::string type = isVector ? "vector<8xf32>" : "f32", buffer = "memref<1048576xf32>";
  std::string read = isVector ? "vector.load" : "memref.load", write = isVector ? "vector.store" : "memref.store";
  std::string memory = isVector ? buffer + ", " + type : buffer;
  return llvm::formatv(R"(
    func.func @main(%x: {0}, %w: {0}, %y: {0}) {{
      nibble.launch @kernel tiles(1) (%x, %w, %y) : {0}, {0}, {0}
      return
    }
    func.func private @kernel(%tile: index, %x: {0}, %w: {0}, %y: {0}) {{
      %begin = arith.constant 0 : index
      %end = arith.constant 1048576 : index
      %step = arith.constant {1} : index
      scf.for %i = %begin to %end step %step {{
        %a = {2} %x[%i] : {3}
        %b = {2} %w[%i] : {3}
        %r = {4} %a{5} : {6}
        {7} %r, %y[%i] : {3}
      }
      return
    })",
                       buffer, isVector ? 8 : 1, read, memory, op, isBinary ? ", %b" : "", type, write)
      .str();
}

static std::unique_ptr<KernelRunner> compile(mlir::MLIRContext &context, const std::string &text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  const TargetBackend &target = *findTarget("x86");
  auto facts = target.getCpuFacts("native");
  EXPECT_TRUE(module && facts);
  auto runner = KernelRunner::create(*module, target, *facts);
  return mlir::succeeded(runner) ? std::move(*runner) : nullptr;
}

/// Every 4099th f32, NaN and infinities among them.
static std::vector<float> makeArguments() {
  std::vector<float> arguments(numArguments);
  for (size_t i = 0; i < numArguments; ++i)
    arguments[i] = numerics::floatFromBits(static_cast<uint32_t>(i * 4099));
  return arguments;
}

static void checkFunction(llvm::StringRef op, bool isBinary, llvm::function_ref<float(float, float)> function) {
  mlir::DialectRegistry registry;
  registry.insert<NibbleDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
  mlir::MLIRContext context(registry);
  std::vector<float> arguments = makeArguments(), others(arguments.rbegin(), arguments.rend()), results(numArguments);
  for (bool isVector : {false, true}) {
    std::unique_ptr<KernelRunner> runner = compile(context, getModule(op, isBinary, isVector));
    ASSERT_TRUE(runner) << op.str();
    runner->run({arguments.data(), others.data(), results.data()});
    for (size_t i = 0; i < numArguments; ++i) {
      float expected = function(arguments[i], others[i]);
      // The payload of a NaN is not part of the definition.
      ASSERT_TRUE(numerics::floatToBits(results[i]) == numerics::floatToBits(expected) ||
                  (std::isnan(results[i]) && std::isnan(expected)))
          << op.str() << " of " << arguments[i] << " is " << results[i] << ", expected " << expected;
    }
  }
}

TEST(ExpandMath, CompiledFunctionsGiveTheBitsOfNumerics) { // (S25)
#define NIBBLE_FUNCTION(Op, function, expression)                                                                      \
  checkFunction(mlir::math::Op::getOperationName(), /*isBinary=*/false,                                                \
                [](float a, float) { return numerics::function(a); });
#define NIBBLE_BINARY_FUNCTION(Op, function, expression)                                                               \
  checkFunction(mlir::math::Op::getOperationName(), /*isBinary=*/true, numerics::function<float>);
#include "nibble/Numerics/Functions.def"
}
