//===- QuantizePasses.td - from float ops to fused integer ops --------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD
#define NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD

include "mlir/Pass/PassBase.td"

def QuantizePass : Pass<"nibble-quantize", "::mlir::func::FuncOp"> {
  let summary = "codes for weights and for the values between integer ops";
  let description = [{
    Contractions with `nibble.schemes` get constants of codes for filters, biases that are whole numbers of accumulator units,
    and codes for their inputs. The demand for codes travels backwards through ops that keep the scale, and through elementwise
    ops and sums whose inputs come from integer ops, so that no float tensor lies between two integer ops. Values that are
    connected by ops that keep the scale share one scale and zero point, for the union of their ranges; where consumers
    demand different schemes, the most frequent one is stored and the others get a `nibble.requantize`.

    Requires: the form after assign; one block.
    Ensures: no `nibble.observe` is left; every contraction with `nibble.schemes` and without `nibble.float` reads a
    dequantized input and a dequantized constant filter, and its 32-bit accumulators cannot overflow.
    Leaves: contractions without an integer form, with `nibble.float = "<the rule>"` and a remark; float what only float
    ops and the caller read.

    ```mlir
    %0 = nibble.observe %x "x" statistics <…> : tensor<1x2xf32> -> tensor<1x2xf32>
    %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
           {nibble.schemes = {calibrator = "min-max", filter = #nibble.scheme<s8 narrow, block = [0, 1]>,
                              input = #nibble.scheme<u8, zero_point = integer>}} -> tensor<1x1xf32>
    ```
    becomes
    ```mlir
    %q = nibble.quantize %x scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
           : tensor<1x2xf32> -> tensor<1x2xi8>
    %0 = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
           : tensor<1x2xi8> -> tensor<1x2xf32>
    %1 = nibble.dequantize %codes scale(%sw : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]>
           : tensor<2x1xi8> -> tensor<2x1xf32>
    %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
           {nibble.schemes = …} -> tensor<1x1xf32>
    ```
  }];
  let statistics = [
    Statistic<"numIntegerContractions", "integer-contractions", "Contractions with codes for input and filter">,
    Statistic<"numStoredValues", "stored-values", "Values that are stored in codes">,
    Statistic<"numRequantized", "requantized-inputs", "Inputs that needed another scheme than the stored one">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::nibble::NibbleDialect"];
}

#endif // NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD
