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
include "nibble/Transforms/RoundingPasses.td"

def EraseChecksPass : Pass<"nibble-erase-checks", "::mlir::ModuleOp"> {
  let summary = "remove assertions";
  let description = [{
    Assertions are for the reference interpreter: whatever compiles a program runs this first.

    Requires: nothing.
    Ensures: no op of `nibble_check`; no function without arguments and results that had some and that nobody calls.
    Leaves: what computed the operands, to canonicalization.

    ```mlir
    func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %y = math.absf %x : tensor<4xf32>
      nibble_check.expect_close %y, %x absolute 1.0 : tensor<4xf32>
      return %y : tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %y = math.absf %x : tensor<4xf32>
      return %y : tensor<4xf32>
    }
    ```
  }];
}

def FoldChannelAffinePass : Pass<"nibble-fold-channel-affine", "::mlir::func::FuncOp"> {
  let summary = "fold scales and shifts of channels into filter and bias";
  let description = [{
    An elementwise op that computes `a[f] * x + b[f]` of the result `x` of a `nibble.conv` or `nibble.contract`, with constants
    for each output channel `f` or for all, disappears: the filter is multiplied by `a`, the bias becomes `a * bias + b`.
    Batch normalization, a bias that is added separately and scalar factors are of that form, also in one op. The factors
    are computed in double precision and rounded once.

    Requires: nothing.
    Ensures: no contraction with constant filter and bias, used once and without epilogue, is followed by such an op.
    Leaves: contractions with several uses or computed filters, and factors that are not finite.

    ```mlir
    %y = nibble.conv ins(%x, %w : …) outs(%init : tensor<1x8x8x2xf32>) -> tensor<1x8x8x2xf32>
    %z = linalg.generic … ins(%y, %bias : tensor<1x8x8x2xf32>, tensor<2xf32>) { … arith.addf … }
    ```
    becomes
    ```mlir
    %z = nibble.conv ins(%x, %w : …) bias(%bias : tensor<2xf32>) outs(%init : tensor<1x8x8x2xf32>) -> tensor<1x8x8x2xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::nibble::NibbleDialect"];
}

def FoldConstantsPass : Pass<"nibble-fold-constants", "::mlir::func::FuncOp"> {
  let summary = "compute ops of constants";
  let description = [{
    An op without side effects whose operands are constants, fills of constants and uninitialized destinations is evaluated
    and replaced by its result: filters are transposed and reshaped, shapes are calculated. Large results are resources.

    Requires: nothing.
    Ensures: ops of constants are left only where the result is out of proportion, the evaluation too long, or an op not
    known to the interpreter.
    Leaves: `linalg.fill`, which says more than its result, and `nibble.dequantize`: weights that came in codes stay in codes.

    ```mlir
    %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
    %t = linalg.transpose ins(%w : tensor<2x2xf32>) outs(%empty : tensor<2x2xf32>) permutation = [1, 0]
    ```
    becomes
    ```mlir
    %t = arith.constant dense<[[1.0, 3.0], [2.0, 4.0]]> : tensor<2x2xf32>
    ```
  }];
  let options = [
    Option<"maxGrowthInBytes", "max-growth", "int64_t", "65536", "By how much a result may be larger than its operands">,
    Option<"maxSteps", "max-steps", "int64_t", "268435456", "How often the body of an op may be evaluated">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numFolded", "num-folded", "Number of ops computed">];
}

def PropagateLayoutPass : Pass<"nibble-propagate-layout", "::mlir::func::FuncOp"> {
  let summary = "move transposes towards the results until they cancel";
  let description = [{
    `op(transpose(x))` becomes `transpose(op'(x))` for elementwise and resampling `linalg.generic`, reductions, softmax, padding,
    concatenation, slices, reshapes, `nibble.quantize` and `nibble.dequantize`, until a transpose meets its inverse, an op that depends on the order, or the
    program's border. An op with several operands takes part when the operands that lose their transpose have more elements
    than those that gain the inverse one; transposes of constants cost nothing. A flattened transpose in front of a
    `nibble.contract` is undone by permuting the rows of its constant filter. What moves only dimensions of size 1 becomes
    a reshape. Weights that are dequantized constants are transposed and reshaped as codes.

    Requires: static shapes.
    Ensures: no op of the kinds above reads the transpose of its only input that is not constant.
    Leaves: transposes at the program's interface and in front of ops that permute.

    ```mlir
    %nchw = linalg.transpose ins(%conv : tensor<1x8x8x16xf32>) outs(…) permutation = [0, 3, 1, 2]
    %relu = linalg.generic … ins(%nchw) …
    %nhwc = linalg.transpose ins(%relu) outs(…) permutation = [0, 2, 3, 1]
    %next = nibble.conv ins(%nhwc, %w : …) …
    ```
    becomes
    ```mlir
    %relu = linalg.generic … ins(%conv : tensor<1x8x8x16xf32>) …
    %next = nibble.conv ins(%relu, %w : …) …
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect", "::nibble::NibbleDialect"];
}

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

def RaiseQuantizedIdiomsPass : Pass<"nibble-raise-quantized-idioms", "::mlir::func::FuncOp"> {
  let summary = "raise what other importers write for quantized programs";
  let description = [{
    An elementwise `linalg.generic` that extends codes, takes off a zero point, converts to f32 and multiplies with a scale, as
    torch-mlir and IREE write it, becomes `nibble.dequantize`: per tensor, per channel, or in groups, whose two dimensions are
    merged when a `tensor.collapse_shape` merges them. Zero points may be integers, or constant floats that are whole numbers.
    `linalg.quantized_matmul`, `quantized_batch_matmul` and the convolutions of codes (`linalg.conv_2d_nhwc_hwcf_q` and its like)
    become `nibble.contract` and `nibble.conv`. Results are the same bits.

    Requires: static shapes.
    Ensures: nothing; a remark names each idiom that was recognized and is left, and says why.
    Leaves: codes of fewer than 8 bits, zero points that are no codes, and everything else.

    ```mlir
    %x = linalg.generic {indexing_maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d1), (d0, d1) -> (d0, d1)],
                         iterator_types = ["parallel", "parallel"]}
           ins(%codes, %scales : tensor<4x8xi8>, tensor<8xf32>) outs(%empty : tensor<4x8xf32>) {
    ^bb0(%code: i8, %scale: f32, %out: f32):
      %wide = arith.extui %code : i8 to i32
      %difference = arith.subi %wide, %c128 : i32
      %real = arith.sitofp %difference : i32 to f32
      %value = arith.mulf %real, %scale : f32
      linalg.yield %value : f32
    } -> tensor<4x8xf32>
    ```
    becomes
    ```mlir
    %scale = tensor.expand_shape %scales [[0, 1]] output_shape [1, 8] : tensor<8xf32> into tensor<1x8xf32>
    %x = nibble.dequantize %codes scale(%scale : tensor<1x8xf32>) zero_point(%128s : tensor<1x8xi32>)
           as <u8, block = [0, 1], zero_point = integer> : tensor<4x8xi8> -> tensor<4x8xf32>
    ```
  }];
  let statistics = [Statistic<"numRaised", "raised", "Idioms that became ops of nibble">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::nibble::NibbleDialect"];
}

#endif // NIBBLE_TRANSFORMS_PASSES_TD
