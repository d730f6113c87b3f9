//===- NormalizeTest.cpp - normalizing a program keeps its numbers ----------------------------------===//
//
// The interpreter runs a program before and after the phase. Float sums may be taken in another order and batch
// normalization is rounded elsewhere, hence a tolerance of 1e-4 of the largest element.
//
//===-----------------------------------------------------------------------------------------------===//

#include "nibble/Import/Importer.h"
#include "nibble/Pipelines/InitDialectsAndPasses.h"
#include "nibble/Pipelines/Phases.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace nibble;
using nibble::reference::Tensor;

namespace {

DialectRegistry makeRegistry() {
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                  tensor::TensorDialect>();
  registerNibbleDialects(registry);
  return registry;
}

/// Inputs in [-2, 2], the same for the same types.
SmallVector<Tensor> makeInputs(func::FuncOp function) {
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> uniform(-2, 2);
  SmallVector<Tensor> inputs;
  for (Type type : function.getArgumentTypes()) {
    auto tensorType = cast<RankedTensorType>(type);
    Tensor input = *Tensor::create(tensorType.getElementType(), tensorType.getShape());
    for (float &element : input.getMutableElements<float>())
      element = uniform(generator);
    inputs.push_back(input);
  }
  return inputs;
}

/// The results of every function of the module, one function after another.
std::vector<Tensor> evaluateAll(ModuleOp module) {
  std::vector<Tensor> results;
  for (auto function : module.getOps<func::FuncOp>()) {
    FailureOr<SmallVector<Tensor>> own = reference::evaluate(function, makeInputs(function));
    EXPECT_TRUE(succeeded(own)) << function.getName().str();
    if (succeeded(own))
      llvm::append_range(results, *own);
  }
  return results;
}

void expectClose(const Tensor &before, const Tensor &after) {
  ASSERT_EQ(before.getShape(), after.getShape());
  double largest = 0, difference = 0;
  for (int64_t i = 0; i < before.getNumElements(); ++i) {
    largest = std::max(largest, std::abs(before.getFloat(i)));
    difference = std::max(difference, std::abs(before.getFloat(i) - after.getFloat(i)));
  }
  EXPECT_LE(difference, 1e-4 * largest);
}

void expectSameNumbers(ModuleOp module) {
  std::vector<Tensor> before = evaluateAll(module);
  PassManager passes(module.getContext());
  findPhase("normalize")->build(passes, PipelineOptions());
  ASSERT_TRUE(succeeded(passes.run(module)));
  std::vector<Tensor> after = evaluateAll(module);
  ASSERT_EQ(before.size(), after.size());
  for (auto [x, y] : llvm::zip_equal(before, after))
    expectClose(x, y);
}

class NormalizePassCases : public ::testing::TestWithParam<const char *> {};

/// The cases of the lit tests of the passes, executed.
TEST_P(NormalizePassCases, KeepTheirNumbers) {
  auto file = llvm::MemoryBuffer::getFile(std::string(NIBBLE_TEST_ROOT "/Transforms/") + GetParam());
  ASSERT_TRUE(file);
  SmallVector<StringRef> cases;
  (*file)->getBuffer().split(cases, "// -----");
  for (StringRef source : cases) {
    MLIRContext context(makeRegistry());
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(source, ParserConfig(&context));
    ASSERT_TRUE(module) << source.str();
    SCOPED_TRACE(source.str());
    expectSameNumbers(*module);
  }
}

INSTANTIATE_TEST_SUITE_P(Passes, NormalizePassCases,
                         ::testing::Values("fold-channel-affine.mlir", "fold-constants.mlir", "propagate-layout.mlir",
                                           "raise-contractions.mlir"));

TEST(NormalizeTest, KeepsTheNumbersOfAModel) {
  MLIRContext context(makeRegistry());
  FailureOr<OwningOpRef<ModuleOp>> module =
      importModel(NIBBLE_TEST_ROOT "/Models/glyphs.onnx", ImportOptions(), &context);
  ASSERT_TRUE(succeeded(module));
  expectSameNumbers(**module);
}

} // namespace
