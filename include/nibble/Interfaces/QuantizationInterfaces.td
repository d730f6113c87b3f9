//===- QuantizationInterfaces.td - how passes see ops they do not own ----------------------------===//
//
// Three small interfaces, so that the quantization passes need not know the dialects of a program. Upstream ops get them
// as external models in InterfaceModels/; any other dialect can attach them to its own ops.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_INTERFACES_QUANTIZATIONINTERFACES_TD
#define NIBBLE_INTERFACES_QUANTIZATIONINTERFACES_TD

include "mlir/IR/OpBase.td"

def QuantizableOpInterface : OpInterface<"QuantizableOpInterface"> {
  let cppNamespace = "::nibble";
  let description = [{
    A contraction that has an integer form: products of an activation and a weight, summed in an integer accumulator.
    An op says which operand plays which role; the passes decide the schemes. After `nibble-quantize` its activations and its
    weight are results of `nibble.dequantize`, and its bias is a whole number of accumulator units. `nibble-fuse-contractions`
    makes integer ops of `nibble.conv` and `nibble.contract`; an op of another dialect is left for that dialect to lower,
    as the same op on dequantized values or in integers.
  }];
  let methods = [
    InterfaceMethod<[{
      The operands that have a role, f32 tensors: activations in the order in which they are multiplied, at most one weight and
      one bias. An activation has one scale for the whole tensor, or, of `nibble.conv` and
      `nibble.contract`, one for each row that is summed; a weight may have one for each index of `channelAxis`, the
      dimension that survives as the output channel; a bias has one element for each of these indices. A weight that came in
      codes keeps them and has no role.
    }], "::llvm::SmallVector<::nibble::QuantizableOperand>", "getQuantizableOperands">,
    InterfaceMethod<[{
      How many products are summed for one element of the result; decides whether a 32-bit accumulator can overflow.
    }], "int64_t", "getReductionSize">,
    InterfaceMethod<[{
      Whether somebody computes the op in integers once its operands are dequantized codes. Where nobody does, codes would cost
      accuracy and gain nothing, and the passes leave the op float.
    }], "bool", "hasIntegerForm", (ins), [{}], [{ return true; }]>,
  ];
  let extraClassDeclaration = [{
    /// The operands with one role, in order.
    ::llvm::SmallVector<::nibble::QuantizableOperand> getOperandsWithRole(::nibble::OperandRole role);
    /// The weight with its role; nothing when there is none.
    ::std::optional<::nibble::QuantizableOperand> getWeight();
    /// The bias; null when there is none.
    ::mlir::Value getBiasValue();
  }];
}

def SameScaleOpInterface : OpInterface<"SameScaleOpInterface"> {
  let cppNamespace = "::nibble";
  let description = [{
    An op whose results hold nothing but elements of its operands (or zeros): reshape, transpose, slice, concat, maximum
    pooling, padding with zero. It commutes with quantization when operands and results share scale and zero point, so it
    runs on storage values.
  }];
  let methods = [
    InterfaceMethod<[{
      The operands that must share quantization parameters with every result; empty when this instance of the op does not
      preserve the scale after all (a padding value other than zero, a region that computes).
    }], "::llvm::SmallVector<::mlir::OpOperand *>", "getSameScaleOperands">,
  ];
}

def FixedRangeOpInterface : OpInterface<"FixedRangeOpInterface"> {
  let cppNamespace = "::nibble";
  let description = [{
    An op whose result lies in a range known without data: softmax and sigmoid in [0, 1], tanh in [-1, 1].
  }];
  let methods = [
    InterfaceMethod<[{
      The smallest interval that holds every element of the result with this number; nothing when it is not known.
    }], "::std::optional<::nibble::RealInterval>", "getFixedRange", (ins "unsigned":$resultNumber)>,
  ];
}

#endif // NIBBLE_INTERFACES_QUANTIZATIONINTERFACES_TD
