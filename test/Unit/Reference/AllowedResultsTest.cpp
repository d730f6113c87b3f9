//===- AllowedResultsTest.cpp - what a compiled program may compute ---------------------------------===//
//
// (S13): a sum of K products may be off by K * 2^-24 * sum of |x * w|.
//
//===------------------------------------------------------------------------------------------------===//

#include "nibble/Reference/AllowedResults.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace nibble;
using namespace nibble::reference;

namespace {

class AllowedResultsTest : public testing::Test {
protected:
  mlir::MLIRContext context{[] {
    mlir::DialectRegistry registry;
    registry.insert<NibbleDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::linalg::LinalgDialect,
                    mlir::math::MathDialect, mlir::tensor::TensorDialect>();
    return registry;
  }()};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::vector<float>> memory;

  /// The last op of a function with the given body, arguments and values of these arguments.
  AllowedResults evaluate(const char *text, std::initializer_list<std::vector<float>> arguments) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    auto function = *module->getOps<mlir::func::FuncOp>().begin();
    memory = arguments;
    llvm::SmallVector<std::pair<mlir::Value, Tensor>> values;
    for (auto [argument, elements] : llvm::zip_equal(function.getArguments(), memory)) {
      auto type = mlir::cast<mlir::RankedTensorType>(argument.getType());
      values.push_back({argument, Tensor::borrow(type.getElementType(), type.getShape(), elements.data())});
    }
    mlir::Operation *last = function.getBody().front().getTerminator()->getPrevNode();
    for (mlir::Operation &op : llvm::make_range(function.getBody().front().begin(), last->getIterator()))
      values.push_back({op.getResult(0), reference::evaluate(&op, values)->front()});
    auto allowed = evaluateAllowed(last, values);
    EXPECT_TRUE(succeeded(allowed));
    return *allowed;
  }

  /// Whether a result of one f32 is allowed.
  static bool allows(const AllowedResults &allowed, float value) {
    auto type = allowed.expected.front().getType();
    return !allowed.findFirstWrong(0, Tensor::borrow(type.getElementType(), type.getShape(), &value));
  }
};

// 3 * 1 - 1 * 2 + 1 = 2: three terms of together 6, so 18 * 2^-24, which is 9 units of 2^-23.
TEST_F(AllowedResultsTest, BoundsProductsWithBias) {
  AllowedResults allowed = evaluate(R"(
    func.func @f(%x: tensor<1x2xf32>, %w: tensor<2x1xf32>, %b: tensor<1xf32>, %init: tensor<1x1xf32>) {
      %r = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>)
             outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
      return
    })",
                                    {{3, -1}, {1, 2}, {1}, {0}});
  EXPECT_EQ(allowed.expected.front().getFloat(0), 2);
  EXPECT_TRUE(allows(allowed, 2 + 0x1p-20f));
  EXPECT_TRUE(allows(allowed, 2 - 0x1p-20f));
  EXPECT_FALSE(allows(allowed, 2 + 0x1p-19f));
  EXPECT_FALSE(allows(allowed, 2 - 0x1p-19f));
}

// The error of the sum goes through the epilogue: 4 * 2 * 2^-24 times 1024 around -1024, and nothing behind a maximum with 0.
TEST_F(AllowedResultsTest, TakesTheErrorThroughTheEpilogue) {
  AllowedResults allowed = evaluate(R"(
    func.func @f(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>, %low: tensor<2xf32>, %init: tensor<1x2xf32>) {
      %r = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) with(%low : tensor<2xf32>)
             outs(%init : tensor<1x2xf32>) epilogue {
           ^bb0(%acc: f32, %least: f32):
             %factor = arith.constant 1024.0 : f32
             %scaled = arith.mulf %acc, %factor : f32
             %y = arith.maximumf %scaled, %least : f32
             nibble.yield %y : f32
           } -> tensor<1x2xf32>
      return
    })",
                                    {{1, -1}, {1, 1, 3, 3}, {-4096, 0}, {0, 0}});
  EXPECT_EQ(allowed.expected.front().getFloat(0), -2048);
  EXPECT_DOUBLE_EQ(allowed.lowest.front().getFloat(0), -2048 - 0x1p-11);
  EXPECT_DOUBLE_EQ(allowed.highest.front().getFloat(0), -2048 + 0x1p-11);
  EXPECT_EQ(allowed.lowest.front().getFloat(1), 0);
  EXPECT_EQ(allowed.highest.front().getFloat(1), 0);
}

// 2^24 - 2^24 = 0 within 2 * 2^-24 * 2^25 = 4, times 32 and clamped: every code from -127 to 127, but not -128, although that is the shorter
// way from one end to the other.
TEST_F(AllowedResultsTest, TakesAnyCodeOfAWideInterval) {
  AllowedResults allowed = evaluate(R"(
    func.func @f(%x: tensor<1x2xf32>, %w: tensor<2x1xf32>) {
      %init = tensor.empty() : tensor<1x1xi8>
      %r = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xi8>) epilogue {
           ^bb0(%acc: f32):
             %factor = arith.constant 32.0 : f32
             %low = arith.constant -127.0 : f32
             %high = arith.constant 127.0 : f32
             %scaled = arith.mulf %acc, %factor : f32
             %above = arith.maximumf %scaled, %low : f32
             %clamped = arith.minimumf %above, %high : f32
             %code = arith.fptosi %clamped : f32 to i8
             nibble.yield %code : i8
           } -> tensor<1x1xi8>
      return
    })",
                                    {{0x1p24f, -0x1p24f}, {1, 1}});
  auto allowsCode = [&](int8_t code) {
    auto type = allowed.expected.front().getType();
    return !allowed.findFirstWrong(0, Tensor::borrow(type.getElementType(), type.getShape(), &code));
  };
  EXPECT_EQ(allowed.lowest.front().getInteger(0), -127);
  EXPECT_EQ(allowed.highest.front().getInteger(0), 127);
  EXPECT_TRUE(allowsCode(100));
  EXPECT_TRUE(allowsCode(-55));
  EXPECT_FALSE(allowsCode(-128));
}

// Codes 1 and 2 with the scales 0.5 and 0.25: 2 * 0.5 - 4 * 0.5 = -1, two terms of together 3.
TEST_F(AllowedResultsTest, BoundsProductsWithDequantizedWeights) {
  AllowedResults allowed = evaluate(R"(
    func.func @f(%x: tensor<1x2xf32>, %scales: tensor<1x2xf32>, %init: tensor<1x1xf32>) {
      %w = arith.constant dense<0x21> : tensor<1x1xi8>
      %r = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<1x1xi8>) filter_scales(%scales : tensor<1x2xf32>)
             outs(%init : tensor<1x1xf32>) {transposeFilter, packedFilterShape = array<i64: 1, 2>,
             filterScheme = #nibble.scheme<s4, block = [1, 1]>} -> tensor<1x1xf32>
      return
    })",
                                    {{2, -4}, {0.5f, 0.25f}, {0}});
  EXPECT_EQ(allowed.expected.front().getFloat(0), -1);
  EXPECT_EQ(allowed.lowest.front().getFloat(0), -1 - 6 * 0x1p-24);
  EXPECT_EQ(allowed.highest.front().getFloat(0), -1 + 6 * 0x1p-24);
}

// 4 - 4 = 0: two terms of together 8.
TEST_F(AllowedResultsTest, BoundsReductions) {
  AllowedResults allowed = evaluate(R"(
    func.func @f(%x: tensor<2xf32>, %init: tensor<f32>) {
      %r = linalg.reduce { arith.addf } ins(%x : tensor<2xf32>) outs(%init : tensor<f32>) dimensions = [0]
      return
    })",
                                    {{4, -4}, {0}});
  EXPECT_TRUE(allows(allowed, 0x1p-20f));
  EXPECT_FALSE(allows(allowed, 0x1.1p-20f));
}

// Everything else is exact, also the sign of a zero.
TEST_F(AllowedResultsTest, IsExactElsewhere) {
  AllowedResults allowed = evaluate(R"(
    func.func @f(%x: tensor<1xf32>) {
      %r = arith.addf %x, %x : tensor<1xf32>
      return
    })",
                                    {{0}});
  EXPECT_TRUE(allows(allowed, 0.0f));
  EXPECT_FALSE(allows(allowed, -0.0f));
  EXPECT_FALSE(allows(allowed, 0x1p-149f));
}

} // namespace
