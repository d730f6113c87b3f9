def FoldThingsPass : Pass<"nibble-fold-stuff"> {
  let description = [{ Requires: nothing. }];
}
def LowerBarePass : Pass<"nibble-lower-bare", "::mlir::ModuleOp"> {
  let description = [{
    Requires: nothing. Ensures: nothing.

    ```mlir
    toy.first
    ```
  }];
}
def LowerGoodPass : Pass<"nibble-lower-good", "::mlir::ModuleOp"> {
  let description = [{
    Requires: nothing. Ensures: nothing.

    ```mlir
    toy.first
    toy.second
    ```
  }];
}
