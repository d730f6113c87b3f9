//===- InterfaceModelsTest.cpp - what upstream ops say about themselves -----------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/InterfaceModels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace nibble;

namespace {

class InterfaceModelsTest : public ::testing::Test {
protected:
  InterfaceModelsTest() {
    DialectRegistry registry;
    registry.insert<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                    tensor::TensorDialect>();
    registerInterfaceModels(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// The op that makes the result of the only function of `source`.
  Operation *parseResult(StringRef source) {
    module = parseSourceString<ModuleOp>(source, ParserConfig(&context));
    auto function = *module->getOps<func::FuncOp>().begin();
    return function.getBody().front().getTerminator()->getOperand(0).getDefiningOp();
  }

  /// An elementwise op with this body over %a.
  Operation *parseElementwise(StringRef body) {
    return parseResult(R"mlir(
      #id = affine_map<(d0) -> (d0)>
      func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> {
        %zero = arith.constant 0.0 : f32
        %one = arith.constant 1.0 : f32
        %six = arith.constant 6.0 : f32
        %empty = tensor.empty() : tensor<8xf32>
        %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
            ins(%x : tensor<8xf32>) outs(%empty : tensor<8xf32>) {
        ^bb0(%a: f32, %out: f32):
    )mlir" + body.str() + R"mlir(
          linalg.yield %r : f32
        } -> tensor<8xf32>
        return %y : tensor<8xf32>
      })mlir");
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(InterfaceModelsTest, ConvolutionOperands) {
  auto op = dyn_cast<QuantizableOpInterface>(parseResult(R"mlir(
    func.func @f(%x: tensor<1x4x6x6xf32>, %o: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
      %w = arith.constant dense<1.0> : tensor<8x4x3x3xf32>
      %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x4x6x6xf32>, tensor<8x4x3x3xf32>)
             outs(%o : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
      return %y : tensor<1x8x4x4xf32>
    })mlir"));
  ASSERT_TRUE(op);
  SmallVector<QuantizableOperand> operands = op.getQuantizableOperands();
  ASSERT_EQ(operands.size(), 2u);
  EXPECT_EQ(operands[0].role, OperandRole::Activation);
  EXPECT_EQ(operands[1].role, OperandRole::Weight);
  EXPECT_EQ(operands[1].channelAxis, 0);
  EXPECT_EQ(op.getReductionSize(), 4 * 3 * 3);
}

TEST_F(InterfaceModelsTest, DepthwiseChannelAxis) {
  auto op = cast<QuantizableOpInterface>(parseResult(R"mlir(
    func.func @f(%x: tensor<1x6x6x4xf32>, %o: tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32> {
      %w = arith.constant dense<1.0> : tensor<3x3x4xf32>
      %y = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %w : tensor<1x6x6x4xf32>, tensor<3x3x4xf32>)
             outs(%o : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
      return %y : tensor<1x4x4x4xf32>
    })mlir"));
  EXPECT_EQ(op.getQuantizableOperands()[1].channelAxis, 2);
  EXPECT_EQ(op.getReductionSize(), 9);
}

TEST_F(InterfaceModelsTest, ComputedFilterIsAnActivation) {
  auto op = cast<QuantizableOpInterface>(parseResult(R"mlir(
    func.func @f(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>, %o: tensor<2x4xf32>) -> tensor<2x4xf32> {
      %y = linalg.matmul ins(%x, %w : tensor<2x3xf32>, tensor<3x4xf32>) outs(%o : tensor<2x4xf32>) -> tensor<2x4xf32>
      return %y : tensor<2x4xf32>
    })mlir"));
  EXPECT_EQ(op.getQuantizableOperands()[1].role, OperandRole::Activation);
}

TEST_F(InterfaceModelsTest, ReluKeepsTheScale) {
  auto op = cast<SameScaleOpInterface>(parseElementwise("%r = arith.maximumf %a, %zero : f32"));
  EXPECT_EQ(op.getSameScaleOperands().size(), 1u);
}

TEST_F(InterfaceModelsTest, ArithmeticDoesNotKeepTheScale) {
  auto op = cast<SameScaleOpInterface>(parseElementwise("%r = arith.addf %a, %a : f32"));
  EXPECT_TRUE(op.getSameScaleOperands().empty());
  op = cast<SameScaleOpInterface>(parseElementwise("%r = arith.minimumf %a, %six : f32"));
  EXPECT_TRUE(op.getSameScaleOperands().empty());
}

/// A tensor.pad whose region yields `value`.
static std::string padWith(StringRef value) {
  return R"mlir(
    func.func @f(%x: tensor<4xf32>) -> tensor<6xf32> {
      %value = arith.constant )mlir" + value.str() + R"mlir( : f32
      %y = tensor.pad %x low[1] high[1] {
      ^bb0(%i: index):
        tensor.yield %value : f32
      } : tensor<4xf32> to tensor<6xf32>
      return %y : tensor<6xf32>
    })mlir";
}

TEST_F(InterfaceModelsTest, PaddingWithZeroOnlyKeepsTheScale) {
  EXPECT_EQ(cast<SameScaleOpInterface>(parseResult(padWith("0.0"))).getSameScaleOperands().size(), 1u);
  EXPECT_TRUE(cast<SameScaleOpInterface>(parseResult(padWith("1.0"))).getSameScaleOperands().empty());
}

TEST_F(InterfaceModelsTest, ConcatTakesAllOperands) {
  auto op = cast<SameScaleOpInterface>(parseResult(R"mlir(
    func.func @f(%x: tensor<4xf32>, %y: tensor<5xf32>) -> tensor<9xf32> {
      %z = tensor.concat dim(0) %x, %y : (tensor<4xf32>, tensor<5xf32>) -> tensor<9xf32>
      return %z : tensor<9xf32>
    })mlir"));
  EXPECT_EQ(op.getSameScaleOperands().size(), 2u);
}

TEST_F(InterfaceModelsTest, SigmoidAndTanhHaveFixedRanges) {
  auto op = cast<FixedRangeOpInterface>(parseElementwise(R"mlir(
    %n = arith.negf %a : f32
    %e = math.exp %n : f32
    %s = arith.addf %e, %one : f32
    %r = arith.divf %one, %s : f32)mlir"));
  auto range = op.getFixedRange(0);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->min, 0.0);
  EXPECT_EQ(range->max, 1.0);
  range = cast<FixedRangeOpInterface>(parseElementwise("%r = math.tanh %a : f32")).getFixedRange(0);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->min, -1.0);
  EXPECT_EQ(range->max, 1.0);
}

TEST_F(InterfaceModelsTest, OtherArithmeticHasNoFixedRange) {
  EXPECT_FALSE(cast<FixedRangeOpInterface>(parseElementwise("%r = arith.addf %a, %one : f32")).getFixedRange(0));
  EXPECT_FALSE(cast<FixedRangeOpInterface>(parseElementwise("%r = arith.divf %one, %a : f32")).getFixedRange(0));
}

TEST_F(InterfaceModelsTest, SoftmaxHasAFixedRange) {
  auto op = cast<FixedRangeOpInterface>(parseResult(R"mlir(
    func.func @f(%x: tensor<2x3xf32>, %o: tensor<2x3xf32>) -> tensor<2x3xf32> {
      %y = linalg.softmax dimension(1) ins(%x : tensor<2x3xf32>) outs(%o : tensor<2x3xf32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    })mlir"));
  EXPECT_EQ(op.getFixedRange(0)->max, 1.0);
}

} // namespace
