//===- ContractionInterface.td - what nibble.conv and nibble.contract share -----------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_CONTRACTIONINTERFACE_TD
#define NIBBLE_DIALECT_NIBBLE_IR_CONTRACTIONINTERFACE_TD

include "mlir/IR/OpBase.td"

def ContractionOpInterface : OpInterface<"ContractionOpInterface"> {
  let cppNamespace = "::nibble";
  let description = [{
    The common face of the two contraction ops, so that fusion, packing and code generation are written once:
    `result[…, n] = epilogue(bias[n] + sum over k of (input - input_zero_point) * (filter[k, n] - filter_zero_point), …)`.
  }];
  let methods = [
    InterfaceMethod<"", "::mlir::Value", "getInput">,
    InterfaceMethod<"", "::mlir::Value", "getFilter">,
    InterfaceMethod<"", "::mlir::Value", "getBias">,
    InterfaceMethod<"", "::mlir::Value", "getInputZeroPoint">,
    InterfaceMethod<"", "::mlir::Value", "getFilterZeroPoint">,
    InterfaceMethod<"", "::mlir::OperandRange", "getFilterScales">,
    InterfaceMethod<"", "::mlir::Value", "getFilterZeroPoints">,
    InterfaceMethod<"", "::mlir::OperandRange", "getEpilogueOperands">,
    InterfaceMethod<"", "::mlir::Value", "getInit">,
    InterfaceMethod<"", "::mlir::Region &", "getEpilogue">,
    InterfaceMethod<"The scheme of the stored input; null when the input is not quantized.",
      "::nibble::SchemeAttr", "getInputSchemeAttr">,
    InterfaceMethod<"The scheme of the stored filter; null when the filter is not quantized.",
      "::nibble::SchemeAttr", "getFilterSchemeAttr">,
    InterfaceMethod<"The logical shape of the filter, also when it is stored in rows or in a target's order.",
      "::llvm::ArrayRef<int64_t>", "getFilterShape", (ins), "", [{
        if (auto packed = $_op.getPackedFilterShape())
          return *packed;
        return $_op.getFilterType().getShape();
      }]>,
    InterfaceMethod<"Whether the filter is a row of codes for each output channel.", "bool", "isFilterInRows", (ins), "", [{
        return $_op.getPackedFilterShape() && $_op.getFilterType().getRank() == 2;
      }]>,
    InterfaceMethod<"Whether the filter is a blob in a target's own order.", "bool", "isFilterInTargetOrder", (ins), "", [{
        return $_op.getPackedFilterShape() && $_op.getFilterType().getRank() == 1;
      }]>,
    InterfaceMethod<"The element type of the sum, before the epilogue.", "::mlir::Type", "getAccumulatorType">,
    InterfaceMethod<"The number of output channels.", "int64_t", "getNumChannels">,
    InterfaceMethod<"Whether codes of the filter count as the numbers that its scheme makes of them: the sum is one of f32.",
      "bool", "isFilterScaled", (ins), "", [{
        return $_op.getFilterSchemeAttr() && ::llvm::isa<::mlir::FloatType>($_op.getAccumulatorType());
      }]>,
    InterfaceMethod<[{Whether sums of integers are taken for each block of a scaled filter: of codes, and of an integer scheme without
      minimum and with one level of scales.}], "bool", "hasIntegerBlocks", (ins), "", [{
        ::nibble::SchemeAttr scheme = $_op.getFilterSchemeAttr();
        return $_op.isFilterScaled() && $_op.getInputSchemeAttr() && scheme.isInteger() && scheme.getNumScaleLevels() == 1 &&
               scheme.getZeroPoint() != ZeroPointKind::Minimum;
      }]>,
  ];
}

#endif // NIBBLE_DIALECT_NIBBLE_IR_CONTRACTIONINTERFACE_TD
