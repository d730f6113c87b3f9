//===- Passes.td - passes on the program -----------------------------------------------------------===//
//
// In alphabetical order. A description says what a pass requires, ensures and leaves; its example is the first case of
// test/Transforms/<name>.mlir.
//
//===-----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_PASSES_TD
#define NIBBLE_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def InsertObserversPass : Pass<"nibble-insert-observers", "::mlir::func::FuncOp"> {
  let summary = "put a probe on every value that quantization may need";
  let description = [{
    Values inside a fused kernel never exist in memory and get no probe: the borders of the groups of
    `Analysis/FusionGroups.h` do, and the operands and results of ops that keep the scale. A probe is named after the
    argument or the node that makes the value; a number is added where that is not unique.

    Requires: the form after normalize.
    Ensures: every float value that `nibble-quantize` may store in codes passes through a `nibble.observe`.
    Leaves: everything else.

    ```mlir
    func.func @main(%x: tensor<1x8xf32> {nibble.name = "x"}) -> tensor<1x4xf32> {
      %y = nibble.contract ins(%x, %w : tensor<1x8xf32>, tensor<8x4xf32>) outs(%init : tensor<1x4xf32>)
             -> tensor<1x4xf32> loc("fc")
    ```
    becomes
    ```mlir
      %0 = nibble.observe %x "x" : tensor<1x8xf32> -> tensor<1x8xf32>
      %y = nibble.contract ins(%0, %w : tensor<1x8xf32>, tensor<8x4xf32>) outs(%init : tensor<1x4xf32>)
             -> tensor<1x4xf32>
      %1 = nibble.observe %y "fc" : tensor<1x4xf32> -> tensor<1x4xf32>
    ```
  }];
  let statistics = [Statistic<"numObserved", "observed-values", "Values that got a probe">];
  let dependentDialects = ["::nibble::NibbleDialect"];
}

def MaterializePaddingPass : Pass<"nibble-materialize-padding", "::mlir::func::FuncOp"> {
  let summary = "give the producers of padded convolutions a buffer with a halo";
  let description = [{
    A convolution with padding reads from a larger tensor whose border holds the zero point (zero, for floats). The tensor
    is created in front of the producer of the interior, so that bufferization lets the producer write into it and
    nothing is copied. All convolutions that read one value share one halo, as wide as the widest of them needs.

    Requires: constant input zero points.
    Ensures: no `nibble.conv` has padding.
    Leaves: everything else.

    ```mlir
    %y = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
           {padding = array<i64: 1, 1, 1, 1>} -> tensor<1x8x8x16xf32>
    ```
    becomes
    ```mlir
    %empty = tensor.empty() : tensor<1x10x10x4xf32>
    // four linalg.fill of the border
    %padded = tensor.insert_slice %x into %border[0, 1, 1, 0] [1, 8, 8, 4] [1, 1, 1, 1]
    %y = nibble.conv ins(%padded, %w : tensor<1x10x10x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
           -> tensor<1x8x8x16xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // NIBBLE_TRANSFORMS_PASSES_TD
