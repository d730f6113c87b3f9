//===- NibbleAttributes.td - schemes and statistics -----------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_NIBBLEATTRIBUTES_TD
#define NIBBLE_DIALECT_NIBBLE_IR_NIBBLEATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "nibble/Dialect/Nibble/IR/NibbleDialect.td"

def ZeroPointKind : I32Enum<"ZeroPointKind", "what a scheme subtracts or adds besides the scale", [
    I32EnumCase<"None", 0, "none">,          // value = code * scale
    I32EnumCase<"Integer", 1, "integer">,    // value = (code - zero_point) * scale
    I32EnumCase<"Minimum", 2, "minimum">,    // value = code * scale + minimum, a float
  ]> {
  let cppNamespace = "::nibble";
}

def RoundingMode : I32Enum<"RoundingMode", "how a real number becomes a code", [
    I32EnumCase<"HalfToEven", 0, "half_to_even">,
    I32EnumCase<"HalfAwayFromZero", 1, "half_away_from_zero">,
    I32EnumCase<"TfliteSingle", 2, "tflite_single">,
    I32EnumCase<"TfliteDouble", 3, "tflite_double">,
    I32EnumCase<"Tosa", 4, "tosa">,
  ]> {
  let cppNamespace = "::nibble";
}

def BitOrder : I32Enum<"BitOrder", "from which end of a byte codes of fewer than 8 bits are counted", [
    I32EnumCase<"LowFirst", 0, "low_first">,
    I32EnumCase<"HighFirst", 1, "high_first">,
  ]> {
  let cppNamespace = "::nibble";
}

def WeightRounding : I32Enum<"WeightRounding", "how weights become codes, once their parameters are chosen", [
    I32EnumCase<"Nearest", 0, "nearest">,            // each by itself
    I32EnumCase<"Gptq", 1, "gptq">,                  // one input after another, those to come make up for the error
    I32EnumCase<"GptqActOrder", 2, "gptq_act_order">, // the same, inputs with the largest squares first
  ]> {
  let cppNamespace = "::nibble";
}

def ChannelScaling : I32Enum<"ChannelScaling", "what the channels of an input are divided by, and its weights multiplied with", [
    I32EnumCase<"None", 0, "none">,
    I32EnumCase<"Awq", 1, "awq">,                    // a power of their mean magnitudes
  ]> {
  let cppNamespace = "::nibble";
}

def SchemeAttr : AttrDef<NibbleDialect, "Scheme"> {
  let mnemonic = "scheme";
  let summary = "how numbers are stored";
  let description = [{
    Orthogonal parts:

    * `codec`: which codes there are and what one stands for, a name of `Codecs.def` (`u8`, `s4`, `f8E4M3FN`, `nf4`, …); `narrow`
      leaves out the most negative code of a signed integer, so that the range is symmetric; `@name` behind an integer
      codec hands its meaning to a `nibble.scheme`, and `table` gives each code of an unsigned one a value of its own;
    * `block`: how many neighbours share parameters, one size per dimension, `0` for the whole dimension. Left out:
      one block for the whole tensor. `[0, 0, 0, 1]` on a filter is "per output channel", `[1, 32]` is "groups of 32";
    * `scale`: the type of each level of scales (one or two levels, the finest first); `outer_block` are the blocks of the
      second level, left out one for the whole tensor;
    * `zero_point`: `none`, `integer` or `minimum`;
    * `rounding`: how a real number becomes a code;
    * `order` and `radix`: how codes of fewer than 8 bits share a byte: counted from its low end, from its high end, or as
      digits.

    Only parts that differ from the default are printed: one block, one f32 scale, no zero point, half to even, low first.

    ```mlir
    #nibble.scheme<u8, zero_point = integer>
    #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>
    #nibble.scheme<u4, block = [1, 32], scale = [f16], zero_point = minimum>
    #nibble.scheme<nf4, block = [1, 64], scale = [f8E4M3FN, f32], outer_block = [1, 16384]>
    #nibble.scheme<u2, table = [-1.0, 0.0, 1.0], block = [1, 64], radix = 3>
    #nibble.scheme<u8, table = dense_resource<levels> : tensor<256xf32>>
    #nibble.scheme<u3 @logarithmic, block = [1, 64], scale = [f16]>
    ```

    A table of more than 16 values is printed as a `dense` attribute, which flags such as `--mlir-elide-elementsattrs-if-larger`
    leave out; it may be a resource too.

    Constraints (`docs/Spec.md`, "Schemes"):
    * (C1) the codec is known;
    * (C2) `narrow` is for signed integer codecs;
    * (C3) no block size is negative;
    * (C4) there are one or two scale levels, of type f32, f16, bf16, i8 or a float of 8 bits;
    * (C5) a table has at least one value and at most one for each code, all finite, and an unsigned integer codec;
    * (C6) an integer zero point is for codes that are integers;
    * (C7) outer blocks are for two scale levels; each consists of whole blocks;
    * (C8) a radix is from 3 to 15, and its digits are the codes of the least unsigned codec that holds them;
    * (C9) an order is for codes of fewer than 8 bits without a radix;
    * (C10) a declared meaning is for integer codecs that are not narrow and have no table.
  }];
  let parameters = (ins
    StringRefParameter<"name of the codec">:$codec,
    OptionalParameter<"::mlir::FlatSymbolRefAttr", "the nibble.scheme that says what codes stand for">:$declaration,
    OptionalParameter<"::mlir::Attribute", "the values of the codes: a DenseF32ArrayAttr, or a resource of f32">:$table,
    "bool":$narrowRange,
    ArrayRefParameter<"int64_t">:$block,
    ArrayRefParameter<"::mlir::Type">:$scale,
    ArrayRefParameter<"int64_t">:$outerBlock,
    "::nibble::ZeroPointKind":$zeroPoint,
    "::nibble::RoundingMode":$rounding,
    "::nibble::BitOrder":$order,
    "unsigned":$radix);
  let builders = [
    // A scheme whose codes mean what the codec says, with one level of blocks, packed as usual.
    AttrBuilder<(ins "::llvm::StringRef":$codec, "bool":$narrowRange, "::llvm::ArrayRef<int64_t>":$block,
                     "::llvm::ArrayRef<::mlir::Type>":$scale, "::nibble::ZeroPointKind":$zeroPoint,
                     "::nibble::RoundingMode":$rounding), [{
      return $_get($_ctxt, codec, ::mlir::FlatSymbolRefAttr(), ::mlir::Attribute(), narrowRange, block, scale,
                   ::llvm::ArrayRef<int64_t>(), zeroPoint, rounding, BitOrder::LowFirst, 0u);
    }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// An integer scheme of 8 bits with one f32 scale a block: what the int8 road uses.
    static SchemeAttr getInt8(::mlir::MLIRContext *context, bool isSigned, bool narrowRange,
                              ::llvm::ArrayRef<int64_t> block, ZeroPointKind zeroPoint);
    /// The same scheme with other blocks of the first level.
    SchemeAttr withBlock(::llvm::ArrayRef<int64_t> block) const;
    /// Whether a code is an integer that stands for itself (not a table entry, not a small float, not a declared one).
    bool isInteger() const;
    bool isSigned() const;
    /// Whether a nibble.scheme says what a code stands for.
    bool isDeclared() const { return static_cast<bool>(getDeclaration()); }
    /// Whether its codes are rounded in integers, by multiplier and shift: TFLite's and TOSA's requantization.
    bool hasFixedPointRounding() const {
      return getRounding() != RoundingMode::HalfToEven && getRounding() != RoundingMode::HalfAwayFromZero;
    }
    /// The values of the table, if there is one; empty when they are a resource that is not there.
    ::llvm::ArrayRef<float> getTableValues() const;
    /// How many values the table has; 0 without one.
    int64_t getTableSize() const;
    /// Says what is wrong with the values of a table that is a resource, which no verifier of attributes sees: (C5).
    ::llvm::LogicalResult verifyTable(::llvm::function_ref<::mlir::InFlightDiagnostic()> emitError) const;
    /// The bits of one code; those of its digit's codec for a radix.
    unsigned getNumBits() const;
    /// The smallest and largest code. Codes that are no signed integers are bit patterns, from 0 on.
    int64_t getMinCode() const;
    int64_t getMaxCode() const;
    /// Whether several codes share an element of the storage.
    bool isPacked() const { return getNumBits() < 8; }
    /// Whether one pair of parameters serves the whole tensor.
    bool isPerTensor() const;
    /// The only dimension that is split, when it is split into single elements (per-channel); nothing otherwise.
    std::optional<int64_t> getChannelAxis() const;
    unsigned getNumScaleLevels() const { return getScale().size(); }
    /// The blocks of a level of scales, finest first.
    ::llvm::ArrayRef<int64_t> getBlock(unsigned level) const { return level ? getOuterBlock() : getBlock(); }
    /// The shape of the tensor of scales of a level for a logical shape: the number of blocks in each dimension; empty when
    /// the block vector is.
    ::llvm::SmallVector<int64_t> getScaleShape(::llvm::ArrayRef<int64_t> logicalShape, unsigned level = 0) const;
    /// The element type of the tensor of scales of a level: the scale's own, and signless i8 for those of 8 bits.
    ::mlir::Type getScaleElementType(unsigned level = 0) const;
    /// The element type of the tensor of zero points: i32, or that of the outermost scales for minima; null for none.
    ::mlir::Type getZeroPointElementType() const;
    /// The element type of a tensor of stored codes: signless i8 for codecs of up to 8 bits, else i16.
    ::mlir::Type getStorageElementType() const;
    /// The shape of the tensor of stored codes for a logical shape: packed codes count bytes in the last dimension, and each
    /// of its rows begins at a byte. An unknown size stays unknown.
    ::llvm::SmallVector<int64_t> getStorageShape(::llvm::ArrayRef<int64_t> logicalShape) const;
  }];
}

def StatisticsAttr : AttrDef<NibbleDialect, "Statistics"> {
  let mnemonic = "statistics";
  let summary = "what calibration saw of a value";
  let description = [{
    The number of finite elements, the smallest and the largest, those of each batch in order, and a histogram with fixed
    bin edges as pairs of bin and count (`docs/Spec.md`, "Statistics"). Filled into `nibble.observe` by
    `--nibble-fold-calibration`; `Calibration/StatisticsConversion.h` reads it. Left out where nothing was seen:
    `batches`, `histogram`, and `means`, the mean of each channel (an index of the last dimension).

    ```mlir
    #nibble.statistics<count = 3, min = -1.0 : f32, max = 2.0 : f32, batches = dense<[[-1.0, 2.0]]> : tensor<1x2xf32>,
                       histogram = dense<[[-16257, 1], [16256, 1], [16384, 1]]> : tensor<3x2xi64>>
    ```

    Constraints:
    * (C1) batches are pairs of f32, bins are pairs of i64;
    * (C2) means are a list of f32.
  }];
  let parameters = (ins
    "int64_t":$count,
    "::mlir::FloatAttr":$min, "::mlir::FloatAttr":$max,
    OptionalParameter<"::mlir::ElementsAttr", "the range of each batch, in order">:$batches,
    OptionalParameter<"::mlir::ElementsAttr", "pairs of bin number and count, ascending">:$histogram,
    OptionalParameter<"::mlir::ElementsAttr", "the mean of each channel">:$means);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def PatchesAttr : AttrDef<NibbleDialect, "Patches"> {
  let mnemonic = "patches";
  let summary = "what the elements of a contraction's result are computed from";
  let description = [{
    The windows of a feature map NHWC that a convolution multiplies with its filter, zeros where they reach beyond it, in groups of
    channels; with a kernel of one element and strides of 1, the rows of a matrix. A probe gathers their Gram matrices
    (`docs/Spec.md`, "Gram matrices"). `padding` is top, bottom, left and right, as in `nibble.conv`.

    ```mlir
    #nibble.patches<kernel = [3, 3], strides = [2, 2], dilations = [1, 1], padding = [1, 1, 1, 1], groups = 1>
    ```

    Constraints:
    * (C1) kernel, strides and dilations are two numbers of at least 1, the padding four of at least 0;
    * (C2) there is at least one group.
  }];
  let parameters = (ins
    "::mlir::DenseI64ArrayAttr":$kernel, "::mlir::DenseI64ArrayAttr":$strides, "::mlir::DenseI64ArrayAttr":$dilations,
    "::mlir::DenseI64ArrayAttr":$padding, "int64_t":$groups);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The rows of a matrix.
    static PatchesAttr getRows(::mlir::MLIRContext *context);
    bool isRows() const { return *this == getRows(getContext()); }
    /// The array of a statistics file with the Gram matrices of these patches of the value called `value`.
    std::string getArrayName(::llvm::StringRef value) const;
  }];
}
def PatchesArrayAttr : TypedArrayAttrBase<PatchesAttr, "patches of one tensor">;

#endif // NIBBLE_DIALECT_NIBBLE_IR_NIBBLEATTRIBUTES_TD
