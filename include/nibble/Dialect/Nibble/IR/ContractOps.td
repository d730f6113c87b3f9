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
    /// The logical shape of the filter, also when it is stored in a target's packed order.
    ::llvm::ArrayRef<int64_t> getFilterShape() {
      if (auto packed = getPackedFilterShape())
        return *packed;
      return ::llvm::cast<::mlir::ShapedType>(getFilter().getType()).getShape();
    }
    ::mlir::ShapedType getInputType() { return ::llvm::cast<::mlir::ShapedType>(getInput().getType()); }
    ::mlir::ShapedType getInitType() { return ::llvm::cast<::mlir::ShapedType>(getInit().getType()); }
  }];
}

defvar commonFormat = [{
    `ins` `(` $input `,` $filter `:` type($input) `,` type($filter) `)`
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`input_zero_point` `(` $inputZeroPoint^ `)`)?
    (`filter_zero_point` `(` $filterZeroPoint^ `)`)?
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
    epilogue operand has rank 0, the rank of the result, or rank 1 and one element per channel `f`. Codes extend by the
    scheme's signedness; without a scheme elements are taken as they are. Integer accumulation is exact, float
    accumulation is in any order.

    `padding` is `[top, bottom, left, right]`. A filter in a target's own order is a 1-D blob; `packed_filter_shape` is
    then its logical shape.

    Constraints:
    * (C1) input, filter and init have rank 4 (the filter rank 1 when packed);
    * (C2) groups divides both channel counts, and the filter has C / groups input channels;
    * (C3) strides and dilations are positive, padding is not negative;
    * (C4) the result shape is the one that input, filter and attributes give;
    * (C5) bias has one accumulator per output channel;
    * (C6) epilogue operands have one of the three shapes; region arguments and yield match their element types;
    * (C7) quantized operands have both schemes, and these are integer schemes with no minimum.

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

    Epilogue, accumulator and packed filters are as in `nibble.conv`.

    Constraints:
    * (C1) input and init have the same rank of at least 2; the filter has that rank or rank 2 (rank 1 when packed);
    * (C2) batch, M, N and K agree;
    * (C3), (C4), (C5): (C5), (C6), (C7) of `nibble.conv`.

    ```mlir
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
