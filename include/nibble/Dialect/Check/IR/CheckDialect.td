//===- CheckDialect.td - the nibble_check dialect -------------------------------------------------===//

#ifndef NIBBLE_DIALECT_CHECK_IR_CHECKDIALECT_TD
#define NIBBLE_DIALECT_CHECK_IR_CHECKDIALECT_TD

include "mlir/IR/OpBase.td"

def CheckDialect : Dialect {
  let name = "nibble_check";
  let cppNamespace = "::nibble";
  let summary = "assertions for tests of schemes and of programs";
  let description = [{
    Assertions that the reference interpreter evaluates: each either holds, or is an error at its location with the first element that
    is wrong, and all others are evaluated all the same. `nibble run --reference FILE.mlir` runs every function without arguments that
    has some, prints how many held, and exits with 1 when one did not.

    They say nothing to a compiler: `--nibble-erase-checks` removes them, as everything does that compiles. What compiled code computes is
    compared with the reference by `nibble run --compare`.

    ```mlir
    func.func @ternary_takes_two_bits() {
      %x = arith.constant dense<[0.5, -0.5, 0.1, 0.0]> : tensor<4xf32>
      …
      nibble_check.expect_eq %codes, %want : tensor<4xi8>
      nibble_check.expect_sqnr %decoded, %x at_least 12.0 : tensor<4xf32>
      return
    }
    ```
  }];
}

#endif // NIBBLE_DIALECT_CHECK_IR_CHECKDIALECT_TD
