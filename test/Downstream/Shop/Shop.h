//===- Shop.h - a dialect that nibble does not know -----------------------------------------------===//

#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include "nibble/Interfaces/QuantizationInterfaces.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "ShopDialect.h.inc"
#define GET_OP_CLASSES
#include "ShopOps.h.inc"

namespace shop {

/// Adds the dialect, and SameScaleOpInterface of `shop.turn`.
void registerShopDialect(mlir::DialectRegistry &registry);

/// Registers `shop-lower`: the ops of the shop become those of linalg.
void registerShopPasses();

} // namespace shop

#endif // SHOP_SHOP_H
