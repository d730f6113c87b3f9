//===- CheckOps.td - assertions -------------------------------------------------------------------===//

#ifndef NIBBLE_DIALECT_CHECK_IR_CHECKOPS_TD
#define NIBBLE_DIALECT_CHECK_IR_CHECKOPS_TD

include "nibble/Dialect/Check/IR/CheckDialect.td"

// Without declared effects: nothing may remove or repeat an assertion.
class Check_Op<string mnemonic, list<Trait> traits = []> : Op<CheckDialect, mnemonic, traits>;

def ExpectEqOp : Check_Op<"expect_eq", [SameTypeOperands]> {
  let summary = "two tensors are the same";
  let description = [{
    Holds when all elements have the same bits, so that -0 is not 0; a NaN is the same as any other NaN. Extents that are not known in
    the type must agree too.

    ```mlir
    nibble_check.expect_eq %codes, %want : tensor<4xi8>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$actual, AnyRankedTensor:$expected);
  let assemblyFormat = "$actual `,` $expected attr-dict `:` type($actual)";
}

def ExpectCloseOp : Check_Op<"expect_close", [SameTypeOperands]> {
  let summary = "two float tensors are nearly the same";
  let description = [{
    With `ulps` each element may be so many numbers of its format away from what is expected. Otherwise

    ```
    |actual - expected| <= relative * |expected| + absolute
    ```

    computed in f64, where a bound that is not given is 0. Equal elements are close, also infinite ones; a NaN is close to NaNs only.

    Constraints:
    * (C1) elements are floats;
    * (C2) there is a bound: `ulps`, or one or both of `relative` and `absolute`;
    * (C3) bounds are finite and not negative.

    ```mlir
    nibble_check.expect_close %sums, %want ulps 4 : tensor<8xf32>
    nibble_check.expect_close %sums, %want relative 1.0e-5 absolute 1.0e-8 : tensor<8xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$actual, AnyRankedTensor:$expected, OptionalAttr<I64Attr>:$ulps,
                       OptionalAttr<F64Attr>:$relative, OptionalAttr<F64Attr>:$absolute);
  let assemblyFormat = [{
    $actual `,` $expected (`ulps` $ulps^)? (`relative` $relative^)? (`absolute` $absolute^)? attr-dict `:` type($actual)
  }];
  let hasVerifier = 1;
}

def ExpectSqnrOp : Check_Op<"expect_sqnr", [SameTypeOperands]> {
  let summary = "a float tensor has at most so much noise";
  let description = [{
    The ratio of signal to quantization noise, in decibel, computed in f64:

    ```
    10 * log10(sum of expected^2 / sum of (actual - expected)^2)
    ```

    Holds when it is at least the given number; without noise it is infinite. It does not hold when a difference is not a finite number.

    Constraints:
    * (C1) elements are floats;
    * (C2) the number is finite.

    ```mlir
    nibble_check.expect_sqnr %decoded, %weights at_least 30.0 : tensor<64x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$actual, AnyRankedTensor:$expected, F64Attr:$decibel);
  let assemblyFormat = "$actual `,` $expected `at_least` $decibel attr-dict `:` type($actual)";
  let hasVerifier = 1;
}

def ExpectBitsPerWeightOp : Check_Op<"expect_bits_per_weight"> {
  let summary = "a stored tensor takes at most so many bits for each of its numbers";
  let description = [{
    Is it really 4 bits? The operands are all that a tensor is stored in, codes, scales and zero points; `stores` is the tensor that they
    stand for.

    ```
    8 * (bytes of all operands) / (elements of the stored tensor) <= at_most
    ```

    Constraints:
    * (C1) the stored tensor has a static shape and elements;
    * (C2) the number of bits is finite and positive.

    ```mlir
    nibble_check.expect_bits_per_weight %codes, %scales stores tensor<64x128xf32> at_most 2.25
      : tensor<64x32xi8>, tensor<64x2xf16>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$parts, TypeAttrOf<AnyRankedTensor>:$stored, F64Attr:$bits);
  let assemblyFormat = "$parts `stores` $stored `at_most` $bits attr-dict `:` type($parts)";
  let hasVerifier = 1;
}

#endif // NIBBLE_DIALECT_CHECK_IR_CHECKOPS_TD
