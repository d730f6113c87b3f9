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

def UnflattenContractionsPass : Pass<"nibble-unflatten-contractions", "::mlir::func::FuncOp"> {
  let summary = "matrix products over the dimensions that their results are used in";
  let description = [{
    Importers multiply matrices, and reshape what has more dimensions before and after. Where an elementwise op reads the reshaped
    result, the product is taken over its dimensions instead, so that the op fits into the epilogue.

    Requires: `nibble.contract` of f32 without epilogue.
    Ensures: no elementwise op reads the rows of a product that a `tensor.expand_shape` has split, where a filter for all of them or a
    filter for each matrix of the batch allows it.
    Leaves: products whose channels are split, and results of more than four dimensions, which no kernel has.

    ```mlir
    %r = nibble.contract ins(%x, %w : tensor<6x4xf32>, tensor<4x5xf32>) outs(%init : tensor<6x5xf32>) -> tensor<6x5xf32>
    %e = tensor.expand_shape %r [[0, 1], [2]] output_shape [2, 3, 5] : tensor<6x5xf32> into tensor<2x3x5xf32>
    %g = linalg.generic … ins(%e : tensor<2x3x5xf32>) …
    ```
    becomes
    ```mlir
    %y = tensor.expand_shape %x [[0, 1], [2]] output_shape [2, 3, 4] : tensor<6x4xf32> into tensor<2x3x4xf32>
    %r = nibble.contract ins(%y, %w : tensor<2x3x4xf32>, tensor<4x5xf32>) outs(… : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
    %g = linalg.generic … ins(%r : tensor<2x3x5xf32>) …
    ```
  }];
  let dependentDialects = ["::nibble::NibbleDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numUnflattened", "num-unflattened", "products over more dimensions">];
}

def WidenFloatsPass : Pass<"nibble-widen-floats", "::mlir::func::FuncOp"> {
  let summary = "16-bit floats computed in 32 bits";
  let description = [{
    Where values are to be rounded to 8 bits, rounding them to f16 or bf16 before gains nothing, and keeps ops from being fused and
    folded. Arguments and results keep their types, everything between is f32.

    Requires: one block.
    Ensures: only casts of arguments, constants and results have operands or results of f16 and bf16.
    Leaves: constant parameters of codes, whose types are those of their scheme; functions that look at the bits of such floats.

    ```mlir
    func.func @main(%x: tensor<8xf16>) -> tensor<8xf16> {
      %y = linalg.generic … ins(%x : tensor<8xf16>) outs(%init : tensor<8xf16>) {
      ^bb0(%a: f16, %out: f16):
        %sum = arith.addf %a, %one : f16
        %wide = arith.extf %sum : f16 to f32
        %root = math.sqrt %wide : f32
        %narrow = arith.truncf %root : f32 to f16
        linalg.yield %narrow : f16
      } -> tensor<8xf16>
      return %y : tensor<8xf16>
    ```
    becomes
    ```mlir
      %wide = linalg.generic … ins(%x : tensor<8xf16>) outs(… : tensor<8xf32>) { … arith.extf … }
      %y = linalg.generic … ins(%wide : tensor<8xf32>) outs(… : tensor<8xf32>) { … arith.addf … math.sqrt … }
      %z = linalg.generic … ins(%y : tensor<8xf32>) outs(… : tensor<8xf16>) { … arith.truncf … }
      return %z : tensor<8xf16>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

#endif // NIBBLE_TRANSFORMS_NORMALIZEPASSES_TD
