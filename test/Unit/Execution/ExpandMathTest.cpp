//===- ExpandMathTest.cpp - compiled math functions give the bits of Numerics ----------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Execution/KernelRunner.h"
#include "nibble/Numerics/Functions.h"
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

/// A kernel that computes `op` on all arguments, one by one in a loop that LLVM may vectorize, or in vectors of eight.
static std::string getModule(llvm::StringRef op, bool isVector) {
  std::string body = isVector ? R"(
      %v = vector.load %x[%i] : memref<1048576xf32>, vector<8xf32>
      %r = {0} %v : vector<8xf32>
      vector.store %r, %y[%i] : memref<1048576xf32>, vector<8xf32>)"
                              : R"(
      %v = memref.load %x[%i] : memref<1048576xf32>
      %r = {0} %v : f32
      memref.store %r, %y[%i] : memref<1048576xf32>)";
  return llvm::formatv(R"(
    func.func @main(%x: memref<1048576xf32>, %y: memref<1048576xf32>) {{
      nibble.launch @kernel tiles(1) (%x, %y) : memref<1048576xf32>, memref<1048576xf32>
      return
    }
    func.func private @kernel(%tile: index, %x: memref<1048576xf32>, %y: memref<1048576xf32>) {{
      %begin = arith.constant 0 : index
      %end = arith.constant 1048576 : index
      %step = arith.constant {1} : index
      scf.for %i = %begin to %end step %step {{ {2}
      }
      return
    })",
                       op, isVector ? 8 : 1, llvm::formatv(body.c_str(), op).str())
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

static void checkFunction(llvm::StringRef op, float (*function)(float)) {
  mlir::DialectRegistry registry;
  registry.insert<NibbleDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
  mlir::MLIRContext context(registry);
  std::vector<float> arguments = makeArguments(), results(numArguments);
  for (bool isVector : {false, true}) {
    std::unique_ptr<KernelRunner> runner = compile(context, getModule(op, isVector));
    ASSERT_TRUE(runner) << op.str();
    runner->run({arguments.data(), results.data()});
    for (size_t i = 0; i < numArguments; ++i) {
      float expected = function(arguments[i]);
      // The payload of a NaN is not part of the definition.
      ASSERT_TRUE(numerics::floatToBits(results[i]) == numerics::floatToBits(expected) ||
                  (std::isnan(results[i]) && std::isnan(expected)))
          << op.str() << " of " << arguments[i] << " is " << results[i] << ", expected " << expected;
    }
  }
}

TEST(ExpandMath, CompiledFunctionsGiveTheBitsOfNumerics) { // (S25)
  checkFunction("math.erf", numerics::erf<float>);
  checkFunction("math.exp", numerics::exp<float>);
  checkFunction("math.log", numerics::log<float>);
  checkFunction("math.rsqrt", numerics::rsqrt<float>);
  checkFunction("math.tanh", numerics::tanh<float>);
}
