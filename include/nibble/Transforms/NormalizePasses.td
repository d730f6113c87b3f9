//===- NormalizePasses.td - canonical float programs ------------------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_NORMALIZEPASSES_TD
#define NIBBLE_TRANSFORMS_NORMALIZEPASSES_TD

include "mlir/Pass/PassBase.td"

def InsertPixelInputPass : Pass<"nibble-insert-pixel-input", "::mlir::func::FuncOp"> {
  let summary = "let the program compute its input from pixels";
  let description = [{
    The only input becomes one of uint8, of the same shape, and the float input is computed from it: each element is
    `(pixel - mean[c]) * scale[c]` in float32, for the channel `c` along `channel-axis`. One number stands for all channels.

    Requires: the form after import, with one float32 input.
    Ensures: the input is `i8` with `nibble.unsigned`.
    Leaves: everything behind the input.

    ```mlir
    func.func @main(%image: tensor<1x3x8x8xf32>) -> …
    ```
    becomes, with `mean=104,117,123`,
    ```mlir
    func.func @main(%pixels: tensor<1x3x8x8xi8> {nibble.unsigned}) -> … {
      %image = linalg.generic … ins(%pixels, %mean : tensor<1x3x8x8xi8>, tensor<3xf32>) … { arith.uitofp, arith.subf }
    ```
  }];
  let options = [
    ListOption<"mean", "mean", "float", "What is subtracted: one number, or one for each channel">,
    ListOption<"scale", "scale", "float", "What is multiplied with: one number, or one for each channel">,
    Option<"channelAxis", "channel-axis", "int64_t", "1", "The dimension of the channels">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}


#endif // NIBBLE_TRANSFORMS_NORMALIZEPASSES_TD
