//===- CarriedLoop.h - loops that keep values in registers ------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_CARRIEDLOOP_H
#define NIBBLE_LIB_TARGET_X86_CARRIEDLOOP_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace nibble::x86 {

using Values = llvm::SmallVector<mlir::Value>;

/// A loop from 0 to `count` in steps of `step`, which divides it, that carries `values`; one iteration is code without a loop, none is
/// nothing. `body` gets the index and the values, and returns those behind it.
Values emitCarriedLoop(mlir::OpBuilder &builder, mlir::Location loc, int64_t count, int64_t step, Values values,
                       llvm::function_ref<Values(mlir::Value, Values)> body);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_CARRIEDLOOP_H
