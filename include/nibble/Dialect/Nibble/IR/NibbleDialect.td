//===- NibbleDialect.td - the nibble dialect ------------------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_NIBBLEDIALECT_TD
#define NIBBLE_DIALECT_NIBBLE_IR_NIBBLEDIALECT_TD

include "mlir/IR/OpBase.td"

def NibbleDialect : Dialect {
  let name = "nibble";
  let cppNamespace = "::nibble";
  let summary = "quantized numbers and the fused contractions on them";
  let description = [{
    Says only what upstream cannot: how numbers are stored (`#nibble.scheme`), conversion between real and stored
    numbers, and contractions with their epilogue in one op. Float and elementwise arithmetic stays in `linalg`,
    `tensor`, `arith` and `math`.

    ```
      import        quantize              fuse             lower              target
    linalg  ->  nibble.quantize    ->  nibble.conv   ->  nibble.conv    ->  vector, llvm
    tensor      nibble.dequantize      (i8, epilogue)    on memrefs,
                around float ops       on tensors        nibble.launch
    ```

    A quantized tensor is plain storage (`tensor<…xi8>`); its scheme is an attribute of the ops that need it, scales and
    zero points are operands. `docs/Spec.md` defines the arithmetic; labels such as (C1) in descriptions, verifiers and
    tests are its constraints.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif // NIBBLE_DIALECT_NIBBLE_IR_NIBBLEDIALECT_TD
