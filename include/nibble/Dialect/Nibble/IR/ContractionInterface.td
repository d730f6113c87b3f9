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
    InterfaceMethod<"", "::mlir::OperandRange", "getEpilogueOperands">,
    InterfaceMethod<"", "::mlir::Value", "getInit">,
    InterfaceMethod<"", "::mlir::Region &", "getEpilogue">,
    InterfaceMethod<"The scheme of the stored input; null when the input is not quantized.",
      "::nibble::SchemeAttr", "getInputSchemeAttr">,
    InterfaceMethod<"The scheme of the stored filter; null when the filter is not quantized.",
      "::nibble::SchemeAttr", "getFilterSchemeAttr">,
    InterfaceMethod<"The element type of the sum, before the epilogue.", "::mlir::Type", "getAccumulatorType">,
    InterfaceMethod<"The number of output channels.", "int64_t", "getNumChannels">,
  ];
}

#endif // NIBBLE_DIALECT_NIBBLE_IR_CONTRACTIONINTERFACE_TD
