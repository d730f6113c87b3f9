//===- SchemeOps.td - schemes that parameters cannot say --------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_SCHEMEOPS_TD
#define NIBBLE_DIALECT_NIBBLE_IR_SCHEMEOPS_TD

include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"
include "nibble/Dialect/Nibble/IR/QuantizeOps.td"

def ParameterChoice : I32Enum<"ParameterChoice", "how the parameters of a block are found", [
    I32EnumCase<"AbsoluteMaximum", 0, "absolute_maximum">,
    I32EnumCase<"SquaredError", 1, "squared_error">,
  ]> {
  let cppNamespace = "::nibble";
}
def ParameterChoiceAttr : EnumAttr<NibbleDialect, ParameterChoice, "parameter_choice">;

def SchemeOp : Nibble_Op<"scheme", [IsolatedFromAbove, Symbol]> {
  let summary = "declares what the codes of a scheme stand for";
  let description = [{
    `storage` is a scheme without a meaning of its own: an integer codec for the codes, how many of them share parameters (`block`
    with one size, left out where any block will do), how parameters are stored (`scale`, `zero_point`), and how codes are packed
    (`order`, `radix`). A tensor of such codes has the scheme `#nibble.scheme<u2 @ternary, …>`.

    `encode` makes a code of a value and the parameters of its block, `decode` the value of a code. Scales and a minimum come as f32,
    whatever they are stored as, a zero point as i32, in the order of the operands of `nibble.quantize`; codes are i32. A code that
    `encode` yields outside of the codec's is clamped. Both are evaluated for each element by itself.

    `choose` makes the parameters of a block of values, once for each block of a constant; a scheme with more than one scale cannot be
    chosen without it. Left out, the scale is the largest
    magnitude of the block divided by that of all codes at scale 1, for values that are proportional to the scale; `scale_by squared_error`
    searches below it for the scale with the least sum of squared errors.

    Constraints:
    * (C1) the storage has an integer codec with no declared meaning, and `block` has at most one size, at least 1;
    * (C2) `encode` takes an f32 and the parameters and yields one i32, `decode` takes an i32 and the parameters and yields one f32;
    * (C3) `encode` and `decode` consist of scalar operations of `arith` and `math`;
    * (C4) `choose` takes a tensor of f32 of the block's size and yields the parameters; it consists of operations of `arith`, `math`, `tensor`,
      `linalg` and `scf`.

    ```mlir
    nibble.scheme @ternary <u2, block = [64], scale = [f16], radix = 3>
      encode {
      ^bb0(%value: f32, %scale: f32):
        %half = arith.constant 0.5 : f32
        %quotient = arith.divf %value, %scale : f32
        %minus_half = arith.negf %half : f32
        %is_high = arith.cmpf ogt, %quotient, %half : f32
        %is_not_low = arith.cmpf oge, %quotient, %minus_half : f32
        %high = arith.extui %is_high : i1 to i32
        %not_low = arith.extui %is_not_low : i1 to i32
        %code = arith.addi %high, %not_low : i32
        nibble.yield %code : i32
      } decode {
      ^bb0(%code: i32, %scale: f32):
        %one = arith.constant 1 : i32
        %level = arith.subi %code, %one : i32
        %real = arith.sitofp %level : i32 to f32
        %value = arith.mulf %real, %scale : f32
        nibble.yield %value : f32
      }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    SchemeAttr:$storage,
    DefaultValuedAttr<ParameterChoiceAttr, "::nibble::ParameterChoice::AbsoluteMaximum">:$choice);
  let regions = (region MaxSizedRegion<1>:$choose, SizedRegion<1>:$encode, SizedRegion<1>:$decode);
  let assemblyFormat = [{
    $sym_name $storage (`scale_by` $choice^)? (`choose` $choose^)? `encode` $encode `decode` $decode attr-dict
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// The types of the parameters in the regions: f32 for scales and a minimum, i32 for a zero point.
    ::llvm::SmallVector<::mlir::Type> getParameterTypes();
    /// The scheme of a tensor of such codes with these blocks.
    SchemeAttr getScheme(::llvm::ArrayRef<int64_t> block, ::llvm::ArrayRef<int64_t> outerBlock = {});
    /// What keeps `scheme`, which names this declaration, from being one of it, worded for a user; empty when nothing does.
    std::string findMismatch(SchemeAttr scheme);
  }];
}

#endif // NIBBLE_DIALECT_NIBBLE_IR_SCHEMEOPS_TD
