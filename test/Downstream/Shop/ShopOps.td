//===- ShopOps.td - the ops of a shop -------------------------------------------------------------===//

#ifndef SHOP_SHOPOPS_TD
#define SHOP_SHOPOPS_TD

include "mlir/Interfaces/SideEffectInterfaces.td"
include "nibble/Interfaces/QuantizationInterfaces.td"

def ShopDialect : Dialect {
  let name = "shop";
  let cppNamespace = "::shop";
}

def PriceOp : Op<ShopDialect, "price", [Pure, DeclareOpInterfaceMethods<QuantizableOpInterface>]> {
  let summary = "what each basket costs: baskets times prices, plus a fee for each shop";
  let arguments = (ins 2DTensorOf<[F32]>:$baskets, 2DTensorOf<[F32]>:$prices, Optional<1DTensorOf<[F32]>>:$fees);
  let results = (outs 2DTensorOf<[F32]>:$costs);
  let assemblyFormat = [{
    $baskets `at` $prices (`plus` $fees^)? attr-dict `:` type($baskets) `,` type($prices) (`,` type($fees)^)? `->`
    type($costs)
  }];
}

// Gets its interface from outside, as the op of a third project would (Shop.cpp).
def TurnOp : Op<ShopDialect, "turn", [Pure]> {
  let summary = "exchange rows and columns";
  let arguments = (ins 2DTensorOf<[AnyType]>:$input);
  let results = (outs 2DTensorOf<[AnyType]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

#endif // SHOP_SHOPOPS_TD
