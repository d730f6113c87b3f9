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

def SchemeAttr : AttrDef<NibbleDialect, "Scheme"> {
  let mnemonic = "scheme";
  let summary = "how numbers are stored";
  let description = [{
    Orthogonal parts:

    * `codec`: the meaning of one stored code, a name of `Codecs.def` (`u8`, `s8`, `s4`, `nf4`, …); `narrow` leaves out
      the most negative code of a signed integer, so that the range is symmetric;
    * `block`: how many neighbours share parameters, one size per dimension, `0` for the whole dimension. Left out:
      one block for the whole tensor. `[0, 0, 0, 1]` on a filter is "per output channel", `[1, 32]` is "groups of 32";
    * `scale`: the type of each level of scales (one or two levels);
    * `zero_point`: `none`, `integer` or `minimum`;
    * `rounding`: how a real number becomes a code.

    Only parts that differ from the default are printed: one block, one f32 scale, no zero point, half to even.

    ```mlir
    #nibble.scheme<u8, zero_point = integer>
    #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>
    #nibble.scheme<u4, block = [1, 32], scale = [f16], zero_point = minimum>
    ```

    Constraints (`docs/Spec.md`, "Schemes"):
    * (C1) the codec is known;
    * (C2) `narrow` is for signed integer codecs;
    * (C3) no block size is negative;
    * (C4) there are one or two scale levels.
  }];
  let parameters = (ins
    StringRefParameter<"name of the codec">:$codec,
    "bool":$narrowRange,
    ArrayRefParameter<"int64_t">:$block,
    ArrayRefParameter<"::mlir::Type">:$scale,
    "::nibble::ZeroPointKind":$zeroPoint,
    "::nibble::RoundingMode":$rounding);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// An integer scheme of 8 bits with one f32 scale a block: what the int8 road uses.
    static SchemeAttr getInt8(::mlir::MLIRContext *context, bool isSigned, bool narrowRange,
                              ::llvm::ArrayRef<int64_t> block, ZeroPointKind zeroPoint);
    /// Whether a code is an integer that stands for itself (not a table entry, not a small float).
    bool isInteger() const;
    bool isSigned() const;
    unsigned getNumBits() const;
    /// The smallest and largest code; for integer codecs only.
    int64_t getMinCode() const;
    int64_t getMaxCode() const;
    /// Whether one pair of parameters serves the whole tensor.
    bool isPerTensor() const;
    /// The only dimension that is split, when it is split into single elements (per-channel); nothing otherwise.
    std::optional<int64_t> getChannelAxis() const;
    /// The shape of the tensor of scales for a logical shape: the number of blocks in each dimension; empty when the
    /// block vector is.
    ::llvm::SmallVector<int64_t> getScaleShape(::llvm::ArrayRef<int64_t> logicalShape) const;
    /// The element type of a tensor of stored codes: signless i8 for codecs of 8 bits; packed bytes below that.
    ::mlir::Type getStorageElementType() const;
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

#endif // NIBBLE_DIALECT_NIBBLE_IR_NIBBLEATTRIBUTES_TD
