//===- QuantizePasses.td - from float ops to fused integer ops --------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD
#define NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD

include "mlir/Pass/PassBase.td"

def AssignSchemesPass : Pass<"nibble-assign-schemes", "::mlir::func::FuncOp"> {
  let summary = "a scheme for every quantizable op, or the reason why not";
  let description = [{
    Applies a recipe to every op with `QuantizableOpInterface` but those that came quantized: what they multiply is dequantized
    already, and stays in its codes. Schemes that a `nibble.scheme` declares are looked up from the op.

    Requires: the form after calibrate.
    Ensures: every quantizable op has `nibble.schemes`, `nibble.float = "<the rule that left it float>"` or `nibble.in_codes`.
    Leaves: contractions of codes, and everything else.

    ```mlir
    %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
    ```
    becomes, by the recipe `w8a8`,
    ```mlir
    %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
           {nibble.schemes = {calibrator = "min-max", filter = #nibble.scheme<s8 narrow, block = [0, 1]>,
                              input = #nibble.scheme<u8, zero_point = integer>}} -> tensor<1x1xf32>
    ```
  }];
  let options = [Option<"recipe", "recipe", "std::string", "\"w8a8\"", "The name of a built-in recipe">];
  let statistics = [Statistic<"numAssigned", "assigned-ops", "Ops with schemes">];
  let dependentDialects = ["::nibble::NibbleDialect"];
}

def FuseContractionsPass : Pass<"nibble-fuse-contractions", "::mlir::func::FuncOp"> {
  let summary = "contractions with everything behind them in one op";
  let description = [{
    A contraction of dequantized values becomes one of codes, with an i32 accumulator, an i32 bias, and the elementwise ops of
    its group (`Analysis/FusionGroups.h`) and the quantization of the result in its epilogue. Where these ops commute with a
    change of scale, everything in the epilogue is a multiple of the result's scale: the accumulator is scaled once,
    residuals are added in their codes, and a ReLU that the clamp implies is dropped (`docs/Spec.md`, "Fused epilogue").
    Float contractions get their elementwise ops into the epilogue as well. A bias that came with codes and is no whole number of
    units of the sum is added there too, and so are biases behind scales of activations that are known at run time only, one for each row
    that is summed: these the epilogue multiplies in.

    A filter that is dequantized from constant codes of any other scheme is put in rows (`nibble.conv`): with the scales as
    operands and sums of integers in blocks, where input and filter allow it, in the epilogue where there is one for each channel,
    else with float activations.

    Requires: the form after quantize, `nibble-sink-dequantize` done.
    Ensures: a contraction of dequantized values with constant parameters has `inputScheme` and `filterScheme` and neither
    `nibble.schemes` nor `nibble.in_codes`; its sums of integers fit 32 bits.
    Leaves: contractions without an integer form, with `nibble.float = "<the rule>"` and a remark.

    ```mlir
    %1 = nibble.dequantize %codes scale(%sw : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x1xi8> -> tensor<2x1xf32>
    %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>)
           outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
    %q = nibble.quantize %y scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
           : tensor<1x1xf32> -> tensor<1x1xi8>
    ```
    becomes
    ```mlir
    %q = nibble.contract ins(%x, %codes : tensor<1x2xi8>, tensor<2x1xi8>) bias(%bias : tensor<1xi32>)
           input_zero_point(%zx) outs(%init : tensor<1x1xi8>)
           {inputScheme = #nibble.scheme<u8, zero_point = integer>, filterScheme = #nibble.scheme<s8 narrow, block = [0, 1]>}
           epilogue {
           ^bb0(%acc: i32):
             %f = arith.sitofp %acc : i32 to f32
             %scaled = arith.mulf %f, %multiplier : f32
             %low = arith.maxnumf %scaled, %min : f32
             %high = arith.minnumf %low, %max : f32
             %rounded = math.roundeven %high : f32
             %code = arith.fptosi %rounded : f32 to i32
             %sum = arith.addi %code, %zero_point : i32
             %byte = arith.trunci %sum : i32 to i8
             nibble.yield %byte : i8
           } -> tensor<1x1xi8>
    ```
  }];
  let statistics = [Statistic<"numInteger", "integer-contractions", "Contractions of codes">,
                    Statistic<"numFloat", "float-contractions", "Contractions of floats">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect",
                           "::nibble::NibbleDialect"];
}

def FuseReductionsPass : Pass<"nibble-fuse-reductions", "::mlir::func::FuncOp"> {
  let summary = "sums of dequantized values as sums of codes";
  let description = [{
    Sum pooling and reductions by addition of dequantized values with one scale become sums of codes in i32, which are exact;
    the zero points are what the sum starts from. Everything behind it, the division of an average and the quantization of the
    result included, is one elementwise op, with the arithmetic of `docs/Spec.md`, "Fused epilogue".

    Requires: the form after quantize, `nibble-sink-dequantize` done.
    Ensures: no sum from zero reads dequantized 8-bit codes with one scale.
    Leaves: sums of more than 2^22 elements.

    ```mlir
    %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
           : tensor<4x8xi8> -> tensor<4x8xf32>
    %sum = linalg.reduce ins(%x : tensor<4x8xf32>) outs(%zero : tensor<8xf32>) dimensions = [0]
             (%in: f32, %out: f32) { … arith.addf … }
    ```
    becomes
    ```mlir
    %start = linalg.fill ins(%minus_four_z : i32) outs(%empty : tensor<8xi32>) -> tensor<8xi32>
    %codes = linalg.generic … ins(%q : tensor<4x8xi8>) outs(%start : tensor<8xi32>) { … arith.extui … arith.addi … }
    %sum = linalg.generic … ins(%codes : tensor<8xi32>) outs(%result : tensor<8xf32>) { … arith.sitofp … arith.mulf … }
    ```
  }];
  let statistics = [Statistic<"numFused", "fused-reductions", "Sums of codes">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect", "::nibble::NibbleDialect"];
}

def LowerQuantizeOpsPass : Pass<"nibble-lower-quantize-ops", "::mlir::func::FuncOp"> {
  let summary = "quantize, dequantize and requantize as elementwise ops";
  let description = [{
    Parameters may be constant or computed at run time, for blocks of any sizes. `nibble.choose_params` becomes two reductions of each
    block, filled up with zeros where it is cut off, and one elementwise op.

    Requires: nothing.
    Ensures: `nibble.quantize`, `nibble.dequantize`, `nibble.requantize` and `nibble.choose_params` of schemes whose codes are
    elements of the tensor (integers of 8 to 16 bits, one level of f32 scales, rounding half to even or half away from zero), and
    `nibble.dequantize` of all others, are `linalg.generic`; constant codes that only contractions read as filters are constant floats, with a
    remark.
    Leaves: `nibble.quantize` and `nibble.choose_params` of other schemes, and of groups along a dimension whose size is not known;
    packed codes of an unknown number.

    ```mlir
    %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<8xi8> -> tensor<8xf32>
    ```
    becomes, for a constant scale,
    ```mlir
    %x = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
           ins(%q : tensor<8xi8>) outs(%empty : tensor<8xf32>) {
    ^bb0(%code: i8, %out: f32):
      %wide = arith.extsi %code : i8 to i32
      %real = arith.sitofp %wide : i32 to f32
      %value = arith.mulf %real, %scale : f32
      linalg.yield %value : f32
    } -> tensor<8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantizePass : Pass<"nibble-quantize", "::mlir::func::FuncOp"> {
  let summary = "codes for weights and for the values between integer ops";
  let description = [{
    Contractions with `nibble.schemes` get constants of codes for filters, biases that are whole numbers of accumulator units
    and make up for what rounded weights shift the mean by (where `statistics` have the means of the input), and codes for
    their inputs. The demand for codes travels backwards through ops that keep the scale, and through elementwise
    ops and sums whose inputs come from integer ops, so that no float tensor lies between two integer ops. Values that are
    connected by ops that keep the scale share one scale and zero point, for the union of their ranges; where consumers
    demand different schemes, the most frequent one is stored and the others get a `nibble.requantize`.

    An input whose scheme has several blocks, and a filter that is an activation next to it, gets codes whose scales
    `nibble.choose_params` finds at run time, one for each row that is summed. Nothing is demanded of what makes it, and the bias stays
    as it is.

    Filters of other schemes than bytes with a scale for each channel are encoded as `docs/Spec.md` says, "choose_params" and "quantize"; their
    biases stay floats. So are those of ops whose input has no scheme, which lose `nibble.schemes`.

    Requires: the form after assign; one block.
    Ensures: no `nibble.observe` is left; every contraction with `nibble.schemes` and without `nibble.float` reads a
    dequantized input and a dequantized constant filter; 32-bit sums of bytes cannot overflow.
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
    Statistic<"numWeightOnly", "weight-only-ops", "Ops with codes for weights and a float input">,
    Statistic<"numStoredValues", "stored-values", "Values that are stored in codes">,
    Statistic<"numRequantized", "requantized-inputs", "Inputs that needed another scheme than the stored one">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect", "::nibble::NibbleDialect"];
}

def ResolveSchemesPass : Pass<"nibble-resolve-schemes", "::mlir::ModuleOp"> {
  let summary = "declared schemes as plain ones where they are the same";
  let description = [{
    Follows `decode` of each `nibble.scheme` with every code (at most 2^16) and the parameters as symbols. Where its value is a level of the
    code times the scale (plus the minimum), or the code less the zero point times the scale, rounded as `nibble.dequantize` rounds, for
    all codes, ops on its numbers get the plain scheme: an integer codec where levels are codes, or differ from them by one number and
    the codes are constant, which are then written anew as signed integers; else a table.

    Requires: weights are encoded; nothing chooses parameters any more.
    Ensures: declarations that nothing names are gone, others have no `choose`; what decodes to the same numbers does so bit for bit.
    Leaves: `nibble.quantize` and `nibble.choose_params`, whose regions may round as they like; other expressions, with a remark.

    ```mlir
    nibble.scheme @binary <u1> encode { … } decode {
    ^bb0(%code: i32, %scale: f32):
      %one = arith.constant 1 : i32
      %double = arith.shli %code, %one : i32
      %level = arith.subi %double, %one : i32
      %real = arith.sitofp %level : i32 to f32
      %value = arith.mulf %real, %scale : f32
      nibble.yield %value : f32
    }
    %x = nibble.dequantize %q scale(%s : tensor<f32>) as <u1 @binary> : tensor<1xi8> -> tensor<8xf32>
    ```
    becomes
    ```mlir
    %x = nibble.dequantize %q scale(%s : tensor<f32>) as <u1, table = [-1.0, 1.0]> : tensor<1xi8> -> tensor<8xf32>
    ```
  }];
  let statistics = [Statistic<"numResolved", "resolved-ops", "Ops with a plain scheme for a declared one">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::nibble::NibbleDialect"];
}

def SinkDequantizePass : Pass<"nibble-sink-dequantize", "::mlir::func::FuncOp"> {
  let summary = "run ops that keep the scale on codes";
  let description = [{
    Moves `nibble.dequantize` behind ops that only move or compare elements (`SameScaleOpInterface`), which then run on
    codes, and removes `nibble.quantize` of values that were dequantized from the same parameters.

    Requires: the form after quantize.
    Ensures: no op with a form on codes reads dequantized values whose parameters agree.
    Leaves: ops whose operands have different parameters.

    ```mlir
    %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<2x3xi8> -> tensor<2x3xf32>
    %y = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
    ```
    becomes
    ```mlir
    %r = tensor.collapse_shape %q [[0, 1]] : tensor<2x3xi8> into tensor<6xi8>
    %y = nibble.dequantize %r scale(%s : tensor<f32>) as <s8 narrow> : tensor<6xi8> -> tensor<6xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect", "::nibble::NibbleDialect"];
}

def TabulateFunctionsPass : Pass<"nibble-tabulate-functions", "::mlir::func::FuncOp"> {
  let summary = "functions of one code as tables";
  let description = [{
    A group of elementwise ops (`Analysis/FusionGroups.h`) that reads nothing but dequantized 8-bit codes with one scale, and whose
    result is only quantized to 8 bits, maps each of 256 codes to one code. The reference evaluates it for all of them;
    the group becomes a lookup in that table, whatever it computes. In the epilogue of a contraction or a sum, which starts from
    exact sums and not from codes, activations stay what they are.

    Requires: the form after quantize; contractions and sums fused.
    Ensures: no such group is left. One that gives every code itself is left out.
    Leaves: groups with constants that differ between elements, and what the reference cannot evaluate.

    ```mlir
    %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
           : tensor<4x8xi8> -> tensor<4x8xf32>
    %y = linalg.generic … ins(%x : tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) { … math.tanh … }
    %r = nibble.quantize %y scale(%t : tensor<f32>) as <s8> : tensor<4x8xf32> -> tensor<4x8xi8>
    ```
    becomes
    ```mlir
    %table = arith.constant dense<"…"> : tensor<256xi8>
    %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
           ins(%q : tensor<4x8xi8>) outs(%empty : tensor<4x8xi8>) {
    ^bb0(%code: i8, %out: i8):
      %index = arith.index_castui %code : i8 to index
      %entry = tensor.extract %table[%index] : tensor<256xi8>
      linalg.yield %entry : i8
    } -> tensor<4x8xi8>
    ```
  }];
  let statistics = [Statistic<"numTabulated", "tabulated-functions", "Groups that became lookups">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::nibble::NibbleDialect"];
}

def VerifyIntegerPass : Pass<"nibble-verify-integer", "::mlir::func::FuncOp"> {
  let summary = "check that everything that was assigned an integer form has one";
  let description = [{
    Requires: the form after fuse.
    Ensures: no op has `nibble.schemes` or `nibble.in_codes`; an error names every one that does and the rule that left it float.
    Leaves: everything.

    ```mlir
    %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
           {nibble.float = "its filter is computed at run time", nibble.schemes = …} -> tensor<1x1xf32>
    ```
    is the error `'fc' was assigned an integer scheme and stayed float: its filter is computed at run time`.
  }];
}

#endif // NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD
