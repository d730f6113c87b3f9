//===- Passes.td - conversions between dialects ------------------------------------------------------===//

#ifndef NIBBLE_CONVERSION_PASSES_TD
#define NIBBLE_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertNibbleToLinalgPass : Pass<"nibble-convert-nibble-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "ops on tensors to linalg, tensor, arith and math";
  let description = [{
    What the ops mean (`docs/Spec.md`), in upstream's words: a pipeline with a backend of its own can take fused ops from ours, or go
    on from here. A contraction becomes a sum of products (`linalg.generic` whose loops are those of a convolution or matrix
    product, with groups as a dimension of their own) and an elementwise op with the epilogue. Filters in rows are decoded first; where
    integers are summed for each block of a row, blocks are a dimension, and their sums are added in ascending order; a convolution
    gathers what meets a row before. Integer results, and sums of blocks, are the same bits; sums of floats agree within the Spec's bound.

    Requires: nothing.
    Ensures: no op of the dialect on tensors but `nibble.observe`; an error names each op that has no such form: filters in a
    target's order, schemes that nothing computes yet.
    Leaves: `nibble.observe`, which bufferizes and becomes a call of the C ABI with `nibble-convert-nibble-to-llvm`, or is removed
    with its statistics by `nibble-quantize`.

    ```mlir
    %y = nibble.contract ins(%x, %w : tensor<3x5xi8>, tensor<5x2xi8>) input_zero_point(%z) with(%m : tensor<2xf32>)
           outs(%init : tensor<3x2xf32>)
           {inputScheme = #nibble.scheme<u8, zero_point = integer>, filterScheme = #nibble.scheme<s8 narrow, block = [0, 1]>}
           epilogue {
           ^bb0(%acc: i32, %multiplier: f32):
             %f = arith.sitofp %acc : i32 to f32
             %scaled = arith.mulf %f, %multiplier : f32
             nibble.yield %scaled : f32
           } -> tensor<3x2xf32>
    ```
    becomes
    ```mlir
    %start = linalg.fill ins(%zero : i32) outs(%empty : tensor<3x2xi32>) -> tensor<3x2xi32>
    %sum = linalg.generic {indexing_maps = [(m, n, k) -> (m, k), (m, n, k) -> (k, n), (m, n, k) -> (m, n)], …}
             ins(%x, %w : tensor<3x5xi8>, tensor<5x2xi8>) outs(%start : tensor<3x2xi32>) {
    ^bb0(%code: i8, %weight: i8, %acc: i32):
      %0 = arith.extui %code : i8 to i32
      %1 = arith.subi %0, %z : i32
      %2 = arith.extsi %weight : i8 to i32
      %3 = arith.muli %1, %2 : i32
      %4 = arith.addi %acc, %3 : i32
      linalg.yield %4 : i32
    } -> tensor<3x2xi32>
    %y = linalg.generic {…} ins(%sum, %m : tensor<3x2xi32>, tensor<2xf32>) outs(%init : tensor<3x2xf32>) {
    ^bb0(%acc: i32, %multiplier: f32, %out: f32):
      %f = arith.sitofp %acc : i32 to f32
      %scaled = arith.mulf %f, %multiplier : f32
      linalg.yield %scaled : f32
    } -> tensor<3x2xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect", "::nibble::NibbleDialect"];
}

def ConvertNibbleToLLVMPass : Pass<"nibble-convert-nibble-to-llvm", "::mlir::ModuleOp"> {
  let summary = "a lowered program to the LLVM dialect";
  let description = [{
    Converts everything that is left after the target's kernel passes, upstream dialects included, in one step. Buffers are
    passed as bare pointers; the arguments of `@main` keep their types in `nibble.type`. `@main` gets two more arguments, the hook `parallel_for` and its `pool`; a launch stores its
    buffers in an array, and calls `nibble_launch` (`lib/Runtime`) with a thunk that unpacks them for one tile. An observer
    becomes a call of `nibble_observe_channels_f32`.

    Requires: buffers with static shape, strides and offset; no structured control flow (`--convert-scf-to-cf`); contiguous
    observed buffers; destinations instead of results that are buffers.
    Ensures: nothing but the LLVM dialect.
    Leaves: nothing.

    ```mlir
    nibble.launch @exp_0 tiles(4) (%x, %y) : memref<64xf32>, memref<64xf32>
    ```
    becomes
    ```mlir
    %buffers = llvm.alloca %c2 x !llvm.ptr : (i64) -> !llvm.ptr
    // the pointers of %x and %y are stored there
    %thunk = llvm.mlir.addressof @exp_0_tile : !llvm.ptr
    llvm.call @nibble_launch(%parallel_for, %pool, %thunk, %buffers, %c4) : (…) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ConvertNibbleToQuantPass : Pass<"nibble-convert-nibble-to-quant", "::mlir::func::FuncOp"> {
  let summary = "quantize and dequantize to the casts of upstream's quant dialect";
  let description = [{
    Scale, zero point, blocks and range of codes go into a `!quant.uniform` type: per tensor, per axis or sub-channel. Values stay
    tensors of codes; only between the two casts do they have the quantized type. Packed codes of fewer than 8 bits
    become a constant of integers of as many bits; those that are computed at run time are taken where all that is done with them is to
    dequantize them again, and have no storage then. Upstream leaves the rounding of its casts open.

    Requires: nothing.
    Ensures: `nibble.quantize` and `nibble.dequantize` with constant parameters are casts of `quant`.
    Leaves: other ops, and what a type cannot hold, with a remark: parameters computed at run time, codes that are no integers or are
    digits of a radix, other packed codes than said above, blocks that are cut off, other roundings than half to even.

    ```mlir
    %q = nibble.quantize %x scale(%half : tensor<f32>) zero_point(%ten : tensor<i32>) as <u8, zero_point = integer>
           : tensor<8xf32> -> tensor<8xi8>
    ```
    becomes
    ```mlir
    %0 = quant.qcast %x : tensor<8xf32> to tensor<8x!quant.uniform<u8:f32, 0.5:10>>
    %q = quant.scast %0 : tensor<8x!quant.uniform<u8:f32, 0.5:10>> to tensor<8xi8>
    ```
  }];
  let statistics = [Statistic<"numConverted", "converted", "Ops that became casts">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::quant::QuantDialect"];
}

def ConvertQuantToNibblePass : Pass<"nibble-convert-quant-to-nibble", "::mlir::ModuleOp"> {
  let summary = "quantized types to storage, their casts to nibble ops";
  let description = [{
    Tensors of `!quant.uniform` (per tensor, per axis, sub-channel) become tensors of codes; `quant.qcast` and `quant.dcast` become
    `nibble.quantize` and `nibble.dequantize` whose parameters are constants: each scale as the nearest f32, a zero point where one
    is not 0, and rounding half to even, which upstream leaves open. Signatures of functions, calls and ops of `tensor` follow.
    Run it before any canonicalization: upstream folds a `quant.dcast` of a `quant.qcast` to its input.

    Codes of fewer than 8 bits are packed; of storage casts to them only those of constants are taken, and no op of `tensor`.

    Requires: codes of up to 8 or of 16 bits whose range is that of an integer codec (`u8<0:255>`, `i8<-127:127>`, `i4<-8:7>`,
    `i16<-2048:2047>`); f32, f16 or bf16 as expressed type.
    Ensures: no op of `quant` and no quantized type; an error names each type and op that has no form.
    Leaves: everything else.

    ```mlir
    %q = quant.qcast %x : tensor<8xf32> to tensor<8x!quant.uniform<u8:f32, 0.5:10>>
    %y = quant.dcast %q : tensor<8x!quant.uniform<u8:f32, 0.5:10>> to tensor<8xf32>
    ```
    becomes
    ```mlir
    %q = nibble.quantize %x scale(%half : tensor<f32>) zero_point(%ten : tensor<i32>) as <u8, zero_point = integer>
           : tensor<8xf32> -> tensor<8xi8>
    %y = nibble.dequantize %q scale(%half : tensor<f32>) zero_point(%ten : tensor<i32>) as <u8, zero_point = integer>
           : tensor<8xi8> -> tensor<8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::nibble::NibbleDialect"];
}

def ConvertTosaToNibblePass : Pass<"nibble-convert-tosa-to-nibble", "::mlir::func::FuncOp"> {
  let summary = "quantized TOSA programs to nibble and linalg";
  let description = [{
    `tosa.conv2d`, `depthwise_conv2d` and `matmul` of signed codes become `nibble.conv` and `nibble.contract`. The rescalings and clamps
    behind one go into its epilogue, in TOSA's integer arithmetic (`docs/Spec.md`, S23), so that no sum lies in memory; the numbers
    are TOSA's, bit for bit. Other ops become those of `linalg`, `tensor` and `arith` by upstream's patterns, but for `tosa.rescale`.
    `INEXACT_ROUND` rounds once.

    Requires: signless types; constant zero points, biases, multipliers and shifts.
    Ensures: nothing; a remark names each op that is left and says why.
    Leaves: contractions of other types and unknown shapes, and what upstream has no pattern for.

    ```mlir
    %sum = tosa.conv2d %x, %w, %b, %zx, %zw {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>,
                                             stride = array<i64: 1, 1>} : (…) -> tensor<1x4x4x3xi32>
    %y = tosa.rescale %sum, %m, %s, %zi, %zo {input_unsigned = false, output_unsigned = false, per_channel = true,
                                              rounding_mode = SINGLE_ROUND, scale32 = true} : (…) -> tensor<1x4x4x3xi8>
    ```
    becomes
    ```mlir
    %y = nibble.conv ins(%x, %filter : tensor<1x4x4x2xi8>, tensor<3x3x2x3xi8>) bias(%bias : tensor<3xi32>)
           input_zero_point(%z) with(%m, %s : tensor<3xi32>, tensor<3xi8>) outs(%init : tensor<1x4x4x3xi8>)
           {padding = array<i64: 1, 1, 1, 1>, inputScheme = #nibble.scheme<s8, zero_point = integer>, filterScheme = #nibble.scheme<s8>}
           epilogue {
           ^bb0(%acc: i32, %multiplier: i32, %shift: i8):
             … // clamp((acc * multiplier + 2^(shift - 1) >> shift) + zero point), in i64
             nibble.yield %code : i8
           } -> tensor<1x4x4x3xi8>
    ```
  }];
  let statistics = [Statistic<"numContractions", "contractions", "Convolutions and matrix products of codes">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect", "::nibble::NibbleDialect"];
}

#endif // NIBBLE_CONVERSION_PASSES_TD
