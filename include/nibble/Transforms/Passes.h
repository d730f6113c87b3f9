//===- Passes.h - passes on the program ------------------------------------------------------------===//
//
// Each pass is described in Passes.td and lives in lib/Transforms/<Name>.cpp.
//
//===-----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_PASSES_H
#define NIBBLE_TRANSFORMS_PASSES_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include <memory>

namespace nibble {

#define GEN_PASS_DECL
#include "nibble/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "nibble/Transforms/Passes.h.inc"

} // namespace nibble

#endif // NIBBLE_TRANSFORMS_PASSES_H
