//===- Passes.td - passes on the program -----------------------------------------------------------===//
//
// One file for each phase, passes in alphabetical order. A description says what a pass requires, ensures and leaves; its
// example is the first case of test/Transforms/<name>.mlir.
//
//===-----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_PASSES_TD
#define NIBBLE_TRANSFORMS_PASSES_TD

include "nibble/Transforms/CalibratePasses.td"
include "nibble/Transforms/LowerPasses.td"
include "nibble/Transforms/NormalizePasses.td"
include "nibble/Transforms/QuantizePasses.td"

def RaiseContractionsPass : Pass<"nibble-raise-contractions", "::mlir::func::FuncOp"> {
  let summary = "raise linalg convolutions and matrix products to nibble.conv and nibble.contract";
  let description = [{
    Convolutions become NHWC with an HWCF filter, between transposes where the linalg op had another layout; a `tensor.pad`
    with zeros in front becomes padding of the convolution. Matrix products with any indexing maps become `nibble.contract`,
    which reads an exchanged filter in place. NCHW pooling becomes NHWC pooling in the same way.

    Requires: static shapes.
    Ensures: no two-dimensional float convolution of linalg and no matrix product with one N and one K is left whose sum
    starts from zero or from a broadcast bias.
    Leaves: integer ops, convolutions of other dimensions, and the transposes for `nibble-propagate-layout`.

    ```mlir
    %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] { … tensor.yield %zero … }
    %y = linalg.conv_2d_nchw_fchw ins(%padded, %w : tensor<1x3x10x10xf32>, tensor<16x3x3x3xf32>)
           outs(%zeros : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
    ```
    becomes
    ```mlir
    %nhwc = linalg.transpose ins(%x) outs(…) permutation = [0, 2, 3, 1]
    %hwcf = linalg.transpose ins(%w) outs(…) permutation = [2, 3, 1, 0]
    %z = nibble.conv ins(%nhwc, %hwcf : tensor<1x8x8x3xf32>, tensor<3x3x3x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
           {padding = array<i64: 1, 1, 1, 1>} -> tensor<1x8x8x16xf32>
    %y = linalg.transpose ins(%z) outs(…) permutation = [0, 3, 1, 2]
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect", "::nibble::NibbleDialect"];
}

#endif // NIBBLE_TRANSFORMS_PASSES_TD
