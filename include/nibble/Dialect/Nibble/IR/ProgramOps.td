//===- ProgramOps.td - the shape of a lowered program ----------------------------------------------===//

#ifndef NIBBLE_DIALECT_NIBBLE_IR_PROGRAMOPS_TD
#define NIBBLE_DIALECT_NIBBLE_IR_PROGRAMOPS_TD

include "mlir/IR/SymbolInterfaces.td"
include "nibble/Dialect/Nibble/IR/QuantizeOps.td"

def LaunchOp : Nibble_Op<"launch", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "run a kernel over its tiles";
  let description = [{
    Calls `kernel` once for each tile number in `[0, tiles)`, in any order and on any thread, and waits for all of them.
    The kernel is a `func.func` without results whose first argument is the tile number (`index`); the operands are passed
    behind it. Tiles are independent: no tile reads what another one writes.

    Constraints:
    * (C1) the kernel exists and its signature is `(index, operand types…) -> ()`;
    * (C2) there is at least one tile.

    ```mlir
    nibble.launch @conv_0 tiles(14) (%x, %w, %y) : memref<1x58x58x64xi8>, memref<36864xi8>, memref<1x56x56x64xi8>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, I64Attr:$tiles, Variadic<AnyType>:$operands);
  let assemblyFormat = "$kernel `tiles` `(` $tiles `)` `(` $operands `)` attr-dict (`:` type($operands)^)?";
}

#endif // NIBBLE_DIALECT_NIBBLE_IR_PROGRAMOPS_TD
