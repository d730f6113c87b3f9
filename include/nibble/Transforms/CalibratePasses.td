//===- CalibratePasses.td - what quantization needs to know of the data -----------------------------===//

#ifndef NIBBLE_TRANSFORMS_CALIBRATEPASSES_TD
#define NIBBLE_TRANSFORMS_CALIBRATEPASSES_TD

include "mlir/Pass/PassBase.td"

def FoldCalibrationPass : Pass<"nibble-fold-calibration", "::mlir::ModuleOp"> {
  let summary = "write what calibration saw into the probes";
  let description = [{
    Reads statistics files (`docs/Spec.md`, "Statistics file"), merges them in the order given and attaches to every
    `nibble.observe` the statistics of its name. Values that were never seen are an error that lists all of them; values
    of a file that no probe asks for get a remark, NaNs and infinities a warning.

    Requires: probes, and files that were made by running them.
    Ensures: every `nibble.observe` has statistics.
    Leaves: everything else.

    ```mlir
    %y = nibble.observe %x "conv1" : tensor<1x8xf32> -> tensor<1x8xf32>
    ```
    becomes
    ```mlir
    %y = nibble.observe %x "conv1" statistics <count = 8, min = -1.0 : f32, max = 2.5 : f32, …>
           : tensor<1x8xf32> -> tensor<1x8xf32>
    ```
  }];
  let options = [ListOption<"statistics", "statistics", "std::string", "Statistics files, in the order of their data">];
  let statistics = [Statistic<"numFolded", "folded-probes", "Probes that got statistics">];
  let dependentDialects = ["::nibble::NibbleDialect"];
}

def InsertObserversPass : Pass<"nibble-insert-observers", "::mlir::func::FuncOp"> {
  let summary = "put a probe on every value that quantization may need";
  let description = [{
    Values inside a fused kernel never exist in memory and get no probe: the borders of the groups of
    `Analysis/FusionGroups.h` do, and the operands and results of ops that keep the scale. A probe is named after the
    argument or the node that makes the value; a number is added where that is not unique. With a recipe, probes on the inputs of
    contractions whose weights it rounds by their inputs gather the Gram matrices of what these read (`patches`).

    Requires: the form after normalize.
    Ensures: every float value that `nibble-quantize` may store in codes passes through a `nibble.observe`; weights, dequantized
    ones too, do not.
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
  let options = [Option<"recipe", "recipe", "std::string", "\"\"", "The recipe whose Gram matrices are gathered; none without">];
  let statistics = [Statistic<"numObserved", "observed-values", "Values that got a probe">];
  let dependentDialects = ["::nibble::NibbleDialect"];
}

#endif // NIBBLE_TRANSFORMS_CALIBRATEPASSES_TD
