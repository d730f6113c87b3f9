//===- RoundingPasses.td - weights as codes, by themselves or by what their inputs look like -------===//

#ifndef NIBBLE_TRANSFORMS_ROUNDINGPASSES_TD
#define NIBBLE_TRANSFORMS_ROUNDINGPASSES_TD

include "mlir/Pass/PassBase.td"

def EncodeWeightsPass : Pass<"nibble-encode-weights", "::mlir::func::FuncOp"> {
  let summary = "weights as the nearest codes";
  let description = [{
    The parameters of each block hold its largest magnitude, or have the least squared error (`scale_by = "squared_error"`): `docs/Spec.md`,
    "choose_params" and "quantize". `nibble-quantize` does the same to weights that it finds in floats, with an eye on the bias where
    they are bytes; this pass is for pipelines that want nothing but weights.

    Requires: the form after assign.
    Ensures: every constant, finite weight of an op with a scheme for it is dequantized from constants, however its input is stored.
    Leaves: other ops, and weights that are encoded.

    ```mlir
    %w = arith.constant dense<[[127.0], [-64.0]]> : tensor<2x1xf32>
    %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
           {nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [0, 1]>}} -> tensor<1x1xf32>
    ```
    becomes
    ```mlir
    %w = nibble.dequantize %codes scale(%one : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x1xi8> -> tensor<2x1xf32>
    %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) {nibble.schemes = …}
           -> tensor<1x1xf32>
    ```
  }];
  let statistics = [Statistic<"numEncoded", "encoded-weights", "Weights that became codes">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::nibble::NibbleDialect"];
}

def EncodeWeightsGptqPass : Pass<"nibble-encode-weights-gptq", "::mlir::func::FuncOp"> {
  let summary = "weights as codes whose errors cancel on the data";
  let description = [{
    Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers", 2022: the weights of one place of
    all rows after the other become codes, and those to come make up for the error, as far as the Gram matrix of the input says
    (`docs/Spec.md`, "Rounding by GPTQ"). Parameters are chosen beforehand, as by `nibble-encode-weights`; schemes may be any.
    Statistics files have the Gram matrices of the inputs (`nibble-insert-observers` with a recipe).

    Requires: the form after assign, probes included.
    Ensures: the weight of every `nibble.conv` and `nibble.contract` with `round_by = "gptq"` or `"gptq_act_order"` and a probe on its
    input is dequantized from constants. Statistics without its Gram matrix are an error.
    Leaves: other ops, and, with a remark, those whose input has no probe and whose weight is no finite constant.

    ```mlir
    %0 = nibble.observe %x "x" : tensor<1x3xf32> -> tensor<1x3xf32>
    %w = arith.constant dense<[[0.4], [3.0], [7.0]]> : tensor<3x1xf32>
    %y = nibble.contract ins(%0, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
           {nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32>
    ```
    becomes, where the first two elements of the input go together,
    ```mlir
    %codes = arith.constant dense<[[0], [4], [7]]> : tensor<3x1xi8>
    %w = nibble.dequantize %codes scale(%one : tensor<1x1xf32>) as <s4 narrow, block = [0, 1]> : tensor<3x1xi8> -> tensor<3x1xf32>
    %y = nibble.contract ins(%0, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>) {nibble.schemes = …}
           -> tensor<1x1xf32>
    ```
  }];
  let options = [
    ListOption<"statistics", "statistics", "std::string", "Statistics files, in the order of their data">,
    Option<"damping", "damping", "double", "0.01", "What is added to the diagonal of a Gram matrix, as a part of its mean">,
    Option<"blockSize", "block-size", "int64_t", "128", "The places whose errors are carried over to later ones at once">];
  let statistics = [Statistic<"numEncoded", "encoded-weights", "Weights that became codes">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::nibble::NibbleDialect"];
}

def ScaleChannelsAwqPass : Pass<"nibble-scale-channels-awq", "::mlir::func::FuncOp"> {
  let summary = "salient channels of inputs smaller, and their weights larger, before weights are rounded";
  let description = [{
    Lin et al., "AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration", 2023: the channels of an input are
    divided by a power of their mean magnitudes and the weights multiplied with it, so that the weights that matter most are rounded
    finely. The power is the one with the least error of the outputs, as Gram matrices tell (`docs/Spec.md`, "Channel scaling by AWQ"). Ops
    that read the same value share the factors. The division is one elementwise op, which becomes part of the epilogue of what
    makes the value.

    Requires: the form after assign, probes included.
    Ensures: every `nibble.conv` and `nibble.contract` with `channel_scaling = "awq"`, a float input with a probe and a constant weight
    reads its input divided by factors of its channels, or as it is where no factors are better. Statistics without Gram matrix or
    magnitudes are an error.
    Leaves: with a remark, ops whose input is stored with one scale, which is chosen for what the probe saw, or has no probe, and whose
    weight is no finite constant.

    ```mlir
    %0 = nibble.observe %x "x" : tensor<1x2xf32> -> tensor<1x2xf32>
    %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>)
           {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x2xf32>
    ```
    becomes
    ```mlir
    %1 = linalg.generic … ins(%0, %reciprocals : tensor<1x2xf32>, tensor<2xf32>) outs(%empty : tensor<1x2xf32>) { … arith.mulf … }
    %y = nibble.contract ins(%1, %scaled : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) {nibble.schemes = …}
           -> tensor<1x2xf32>
    ```
  }];
  let options = [ListOption<"statistics", "statistics", "std::string", "Statistics files, in the order of their data">];
  let statistics = [Statistic<"numScaled", "scaled-inputs", "Inputs whose channels were scaled">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::nibble::NibbleDialect"];
}

#endif // NIBBLE_TRANSFORMS_ROUNDINGPASSES_TD
