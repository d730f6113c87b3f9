//===- RecipeOps.h - the ops of a function as recipes see them --------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_RECIPEOPS_H
#define NIBBLE_LIB_TRANSFORMS_RECIPEOPS_H

#include "nibble/Scheme/Recipe.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace nibble {

/// The quantizable ops that do not multiply codes yet, in program order.
llvm::SmallVector<std::pair<mlir::Operation *, OpDescription>> describeOps(mlir::func::FuncOp function);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_RECIPEOPS_H
