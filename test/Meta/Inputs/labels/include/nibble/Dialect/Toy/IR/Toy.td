def AddOp : Nibble_Op<"add", [Pure]> {
  let description = [{
    Constraints:
    * (C1) operands agree;
    * (C2) the sum fits.

    ```mlir
    nibble.add
    ```
  }];
}
def SubOp : Nibble_Op<"sub"> {
  let description = [{ Constraints: (C1) to (C3) of `nibble.add`. }];
}
def SchemeAttr : AttrDef<Toy, "Scheme"> {
  let mnemonic = "scheme";
  let description = [{ Constraints: (C1) it is known. }];
}
