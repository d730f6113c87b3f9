//===- QuantizeOps.td - between real and stored numbers -------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_QUANTIZEOPS_TD
#define NIBBLE_DIALECT_NIBBLE_IR_QUANTIZEOPS_TD

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "nibble/Dialect/Nibble/IR/NibbleAttributes.td"

class Nibble_Op<string mnemonic, list<Trait> traits = []> : Op<NibbleDialect, mnemonic, traits>;

def AnyRankedTensorOrMemRef : AnyTypeOf<[AnyRankedTensor, AnyMemRef]>;

defvar firstScale = [{
  /// The scales of the first level: all there are, unless the scheme has two.
  ::mlir::Value getScale() { return getScales().front(); }
}];

/// An op on numbers of one scheme, which may be a declared one.
class Nibble_SchemeUserOp<string mnemonic, list<Trait> traits = []> : Nibble_Op<mnemonic, traits # [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]>;

def QuantizeOp : Nibble_SchemeUserOp<"quantize", [AttrSizedOperandSegments]> {
  let summary = "real numbers to stored codes";
  let description = [{
    Writes each element as a code of the scheme, with the parameters of its block:

    ```
    code = clamp(round(input / scale) + zero_point, min_code, max_code)    integer codecs
    code = nearest(input / scale)                                          float and table codecs
    ```

    A minimum is subtracted from the input first. With two levels the scale is their product. The quotient is an IEEE f32
    division; `round` is the scheme's; the sum and the clamp are exact. NaN becomes the code of zero (`docs/Spec.md`,
    "quantize").

    Constraints:
    * (C1) the result has the scheme's storage type and the shape in which it stores the input's;
    * (C2) there is a scale for each level, of the shape and type that scheme and logical shape demand;
    * (C3) a zero point is given exactly when the scheme has one, with the shape of the first scale and the type that the scheme
      demands;
    * (C4) a scheme with a declared meaning has the codec, blocks, scales and packing of the `nibble.scheme` that it names;
    * (C5) the scheme rounds real numbers: half to even or half away from zero.

    ```mlir
    %q = nibble.quantize %x scale(%s : tensor<f32>) zero_point(%z : tensor<i32>)
           as <u8, zero_point = integer> : tensor<1x8xf32> -> tensor<1x8xi8>
    ```
  }];
  let arguments = (ins
    AnyRankedTensor:$input,
    Variadic<AnyRankedTensor>:$scales,
    Optional<AnyRankedTensor>:$zeroPoint,
    SchemeAttr:$scheme);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `scale` `(` $scales `:` type($scales) `)` (`zero_point` `(` $zeroPoint^ `:` type($zeroPoint) `)`)?
    `as` $scheme attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = firstScale;
}

def DequantizeOp : Nibble_SchemeUserOp<"dequantize", [AttrSizedOperandSegments]> {
  let summary = "stored codes to real numbers";
  let description = [{
    ```
    result = float(code - zero_point) * scale    integer codecs
    result = value(code) * scale                 float and table codecs
    result = … + minimum                         with a minimum
    ```

    With two levels the scale is their product. The difference is exact; each product and sum is one IEEE f32 operation.

    Constraints:
    * (C1) to (C4) of `nibble.quantize` with input and result exchanged.

    ```mlir
    %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>)
           as <u8, zero_point = integer> : tensor<1x8xi8> -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins
    AnyRankedTensor:$input,
    Variadic<AnyRankedTensor>:$scales,
    Optional<AnyRankedTensor>:$zeroPoint,
    SchemeAttr:$scheme);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `scale` `(` $scales `:` type($scales) `)` (`zero_point` `(` $zeroPoint^ `:` type($zeroPoint) `)`)?
    `as` $scheme attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = firstScale;
}

def RequantizeOp : Nibble_Op<"requantize", [Pure, AttrSizedOperandSegments]> {
  let summary = "stored codes of one scheme to stored codes of another";
  let description = [{
    ```
    result = clamp(round(float(input - input_zero_point) * multiplier) + result_zero_point, min_code, max_code)
    ```

    with `multiplier = input_scale / result_scale` computed once in f32. Both schemes are integer and per tensor. Where the result's
    scheme has a rounding of TFLite or TOSA, it is their integer arithmetic instead, with a multiplier and a shift in i32
    (`docs/Spec.md`, "Fixed-point requantization").

    Constraints:
    * (C1) input and result have the same shape and the storage types of their schemes;
    * (C2) both schemes are integer schemes with one block, whose codes are not packed;
    * (C3) the zero points are given exactly where the schemes have one;
    * (C4) the multiplier is an f32, or for the roundings of TFLite and TOSA two i32, multiplier and shift.

    ```mlir
    %r = nibble.requantize %q multiplier(%m : tensor<f32>) input_zero_point(%zi : tensor<i32>)
           result_zero_point(%zr : tensor<i32>)
           from <u8, zero_point = integer> to <u8, zero_point = integer>
           : tensor<1x8xi8> -> tensor<1x8xi8>
    %t = nibble.requantize %q multiplier(%multiplier_and_shift : tensor<2xi32>) input_zero_point(%zi : tensor<i32>)
           from <u8, zero_point = integer> to <s8, rounding = tflite_double> : tensor<1x8xi8> -> tensor<1x8xi8>
    ```
  }];
  let arguments = (ins
    AnyRankedTensor:$input,
    AnyRankedTensor:$multiplier,
    Optional<AnyRankedTensor>:$inputZeroPoint,
    Optional<AnyRankedTensor>:$resultZeroPoint,
    SchemeAttr:$inputScheme,
    SchemeAttr:$resultScheme);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `multiplier` `(` $multiplier `:` type($multiplier) `)`
    (`input_zero_point` `(` $inputZeroPoint^ `:` type($inputZeroPoint) `)`)?
    (`result_zero_point` `(` $resultZeroPoint^ `:` type($resultZeroPoint) `)`)?
    `from` $inputScheme `to` $resultScheme attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def ChooseParamsOp : Nibble_SchemeUserOp<"choose_params", [AttrSizedResultSegments]> {
  let summary = "quantization parameters from the data itself, at run time";
  let description = [{
    For each block of the input the scale (and zero point or minimum) that a scheme needs to hold it without clipping:

    ```
    without zero point: scale = max(abs(block)) / max_value
    with zero point:    lo = min(0, min(block)), hi = max(0, max(block))
                        scale = (hi - lo) / (max_code - min_code)
                        zero_point = clamp(round(min_code - lo / scale), min_code, max_code)
    with a minimum:     scale = (max(block) - min(block)) / (max_value - min_value)
                        minimum = min(block) - min_value * scale
    ```

    A block of zeros gets scale 1 and the code of zero. Divisions are IEEE f32. `docs/Spec.md`, "choose_params", says how
    scales of fewer bits are rounded and how two levels share a scale.

    Constraints:
    * (C1) there is a scale for each level, of the shape and type that scheme and input shape demand;
    * (C2) there is a zero point exactly when the scheme has one, with the shape of the first scale and the type that the scheme
      demands;
    * (C3): (C4) of `nibble.quantize`.

    ```mlir
    %s = nibble.choose_params %x as <s8 narrow, block = [1, 0]>
           : tensor<4x64xf32> -> tensor<4x1xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SchemeAttr:$scheme);
  let results = (outs Variadic<AnyRankedTensor>:$scales, Optional<AnyRankedTensor>:$zeroPoint);
  let assemblyFormat = [{
    $input `as` $scheme attr-dict `:` type($input) `->` type($scales) (`zero_point` type($zeroPoint)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = firstScale;
}

def ObserveOp : Nibble_Op<"observe"> {
  let summary = "a probe for calibration";
  let description = [{
    Passes its input on. In a calibration program it updates the statistics called `name` (the C ABI of
    `lib/Runtime/Observe.h`), and with `patches` also the mean magnitudes of its channels and the Gram matrices of these patches.
    `--nibble-fold-calibration` fills in what was seen; quantization reads and removes it.

    Constraints:
    * (C1) on a tensor the result has the input's type; on a buffer there is none;
    * (C2) patches are of an input with a last dimension; those that are no rows of four dimensions, whose channels the groups divide.

    ```mlir
    %y = nibble.observe %x "conv1" : tensor<1x8xf32> -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensorOrMemRef:$input, StrAttr:$name, OptionalAttr<StatisticsAttr>:$statistics,
                       OptionalAttr<PatchesArrayAttr>:$patches);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = "$input $name (`statistics` $statistics^)? (`patches` $patches^)? attr-dict `:` type($input) (`->` type($result)^)?";
  let builders = [OpBuilder<(ins "::mlir::Value":$input, "::mlir::StringRef":$name,
                                 CArg<"::mlir::ArrayAttr", "{}">:$patches), [{
    build($_builder, $_state, ::llvm::isa<::mlir::RankedTensorType>(input.getType()) ? input.getType() : ::mlir::Type(),
          input, $_builder.getStringAttr(name), StatisticsAttr(), patches);
  }]>];
  let hasVerifier = 1;
}

#endif // NIBBLE_DIALECT_NIBBLE_IR_QUANTIZEOPS_TD
