//===- ContractOps.td - contractions with their epilogue -------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_CONTRACTOPS_TD
#define NIBBLE_DIALECT_NIBBLE_IR_CONTRACTOPS_TD

include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "nibble/Dialect/Nibble/IR/ContractionInterface.td"
include "nibble/Dialect/Nibble/IR/QuantizeOps.td"
include "nibble/Interfaces/QuantizationInterfaces.td"

class Nibble_ContractionOp<string mnemonic> : Nibble_Op<mnemonic, [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ContractionOpInterface, ["getAccumulatorType", "getNumChannels"]>,
    DeclareOpInterfaceMethods<QuantizableOpInterface>]> {
  // The arguments that both ops have; attributes of their own follow.
  dag commonArguments = (ins
    AnyRankedTensorOrMemRef:$input,
    AnyRankedTensorOrMemRef:$filter,
    Optional<AnyRankedTensorOrMemRef>:$bias,
    Optional<I32>:$inputZeroPoint,
    Optional<I32>:$filterZeroPoint,
    Variadic<AnyRankedTensorOrMemRef>:$filterScales,
    Optional<AnyRankedTensorOrMemRef>:$filterZeroPoints,
    Variadic<AnyRankedTensorOrMemRef>:$epilogueOperands,
    AnyRankedTensorOrMemRef:$init,
    OptionalAttr<SchemeAttr>:$inputScheme,
    OptionalAttr<SchemeAttr>:$filterScheme,
    OptionalAttr<DenseI64ArrayAttr>:$packedFilterShape);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region MaxSizedRegion<1>:$epilogue);
  let hasVerifier = 1;
  code commonDeclarations = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    ::mlir::ShapedType getFilterType() { return ::llvm::cast<::mlir::ShapedType>(getFilter().getType()); }
    ::mlir::ShapedType getInputType() { return ::llvm::cast<::mlir::ShapedType>(getInput().getType()); }
    ::mlir::ShapedType getInitType() { return ::llvm::cast<::mlir::ShapedType>(getInit().getType()); }
  }];
}

defvar commonFormat = [{
    `ins` `(` $input `,` $filter `:` type($input) `,` type($filter) `)`
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`input_zero_point` `(` $inputZeroPoint^ `)`)?
    (`filter_zero_point` `(` $filterZeroPoint^ `)`)?
    (`filter_scales` `(` $filterScales^ `:` type($filterScales) `)`)?
    (`filter_zero_points` `(` $filterZeroPoints^ `:` type($filterZeroPoints) `)`)?
    (`with` `(` $epilogueOperands^ `:` type($epilogueOperands) `)`)?
    `outs` `(` $init `:` type($init) `)`
    attr-dict (`epilogue` $epilogue^)? (`->` type($results)^)?
}];

def ConvOp : Nibble_ContractionOp<"conv"> {
  let summary = "two-dimensional convolution with epilogue";
  let description = [{
    Input and result are NHWC; the filter is HWCF: `[KH, KW, C / groups, F]`. Depthwise is `groups = C`.

    ```
    for each n, oh, ow, f:  g = f / (F / groups)
      acc = bias[f]
      for each kh, kw, c:
        ih = oh * strides[0] + kh * dilations[0] - padding[0], iw likewise with padding[2]
        x  = input[n, ih, iw, g * C/groups + c], or input_zero_point where (ih, iw) lies outside
        acc += (x - input_zero_point) * (filter[kh, kw, c, f] - filter_zero_point)
      init[n, oh, ow, f] = epilogue(acc, each epilogue operand broadcast to [n, oh, ow, f])
    ```

    The type of the first epilogue argument is the accumulator type; without an epilogue the result holds accumulators. An
    epilogue operand has rank 0, rank 1 and one element per channel `f`, or the rank of the result and in each dimension its size, or
    1 for one element all along it. Codes extend by the scheme's signedness; without a scheme elements are taken as they are. Integer accumulation is exact, float
    accumulation is in any order.

    `padding` is `[top, bottom, left, right]`.

    `packedFilterShape` is the logical shape of a filter that is stored otherwise. A filter *in rows* has rank 2: for each output
    channel the codes of `kh, kw, c` in this order, in the bytes that its scheme stores a row of so many codes in. A filter in a
    target's own order is a 1-D blob.

    A filter in rows may be *scaled*: the sum is f32, `filter_scales` has a tensor for each level of scales and `filter_zero_points`
    the integer zero points or minima of the blocks, which divide the rows, or are whole rows. Of codes, where the filter's scheme is
    an integer one without minimum and with one level of scales, integers are summed for each block, in the order of the row, and each
    operation on floats is rounded by itself:

    ```
      acc = bias[f]
      for each block b of row f, ascending:
        sum = sum over the block of (x - input_zero_point) * (code - filter_zero_points[f, b]), exact
        acc = acc + float(sum) * filter_scales[f, b]
    ```

    Else each code is dequantized as `nibble.dequantize` does, the difference `x - input_zero_point` is converted to f32, and the sum is
    one of floats. Blobs have scales and zero points inside.

    Constraints:
    * (C1) input, filter and init have rank 4 (the filter rank 2 in rows, rank 1 in a target's order);
    * (C2) groups divides both channel counts, and the filter has C / groups input channels;
    * (C3) strides and dilations are positive, padding is not negative;
    * (C4) the result shape is the one that input, filter and attributes give;
    * (C5) bias has one accumulator per output channel;
    * (C6) epilogue operands have one of these shapes; region arguments and yield match their element types;
    * (C7) unless the filter is scaled, quantized operands have both schemes, and these are integer schemes with no minimum;
      next to a scaled filter the input has such a scheme or none;
    * (C8) a filter in rows has a scheme, one row for each output channel, and as many elements in it as the scheme stores the row in;
    * (C9) there are filter scales exactly when the sum is f32 and the filter has a scheme and is in no target's order: one tensor for
      each level, with one element for each block of the rows; filter zero points then exactly when the scheme has them.

    ```mlir
    %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) bias(%b : tensor<16xi32>)
           input_zero_point(%zx) with(%m : tensor<16xf32>) outs(%init : tensor<1x8x8x16xf32>)
           {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1 : i64,
            inputScheme = #nibble.scheme<u8, zero_point = integer>,
            filterScheme = #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>}
           epilogue {
           ^bb0(%acc: i32, %scale: f32):
             %f = arith.sitofp %acc : i32 to f32
             %y = arith.mulf %f, %scale : f32
             nibble.yield %y : f32
           } -> tensor<1x8x8x16xf32>
    ```
  }];
  let arguments = !con(commonArguments, (ins
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
    DefaultValuedAttr<I64Attr, "1">:$groups));
  let assemblyFormat = commonFormat;
  let extraClassDeclaration = commonDeclarations # [{
    bool isDepthwise() {
      return getGroups() > 1 && static_cast<int64_t>(getGroups()) == getInputType().getDimSize(3);
    }
  }];
}

def ContractOp : Nibble_ContractionOp<"contract"> {
  let summary = "matrix product with epilogue";
  let description = [{
    `input` is `[batch…, M, K]`; `filter` is `[K, N]`, shared by all batches, or `[batch…, K, N]`. With `transpose_filter`
    its last two dimensions are exchanged: `[…, N, K]`.

    ```
    for each batch…, m, n:
      acc = bias[n] + sum over k of (input[batch…, m, k] - input_zero_point) * (filter[batch…, k, n] - filter_zero_point)
      init[batch…, m, n] = epilogue(acc, each epilogue operand broadcast to [batch…, m, n])
    ```

    Epilogue, accumulator, packed and scaled filters are as in `nibble.conv`. A filter in rows is `transposeFilter`; its row has the
    codes of `k`.

    Constraints:
    * (C1) input and init have the same rank of at least 2; the filter has that rank or rank 2 (rank 1 in a target's order);
    * (C2) batch, M, N and K agree; a filter in rows is transposed;
    * (C3), (C4), (C5), (C6), (C7): (C5), (C6), (C7), (C8), (C9) of `nibble.conv`.

    ```mlir
    %g = nibble.contract ins(%a, %rows : tensor<1x64xi8>, tensor<10x32xi8>) filter_scales(%s : tensor<10x2xf32>)
           outs(%sums : tensor<1x10xf32>)
           {transposeFilter, packedFilterShape = array<i64: 10, 64>, inputScheme = #nibble.scheme<s8>,
            filterScheme = #nibble.scheme<s4, block = [1, 32]>} -> tensor<1x10xf32>
    %r = nibble.contract ins(%x, %w : tensor<8x64xf32>, tensor<64x10xf32>) outs(%init : tensor<8x10xf32>)
           -> tensor<8x10xf32>
    ```
  }];
  let arguments = !con(commonArguments, (ins UnitAttr:$transposeFilter));
  let assemblyFormat = commonFormat;
  let extraClassDeclaration = commonDeclarations;
}

def YieldOp : Nibble_Op<"yield", [Pure, Terminator, ParentOneOf<["ConvOp", "ContractOp", "SchemeOp"]>]> {
  let summary = "the value of an epilogue, or what a region of a scheme makes";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
  let extraClassDeclaration = [{
    /// The only value, of an epilogue.
    ::mlir::Value getValue() { return getValues().front(); }
  }];
}

#endif // NIBBLE_DIALECT_NIBBLE_IR_CONTRACTOPS_TD
