//===- Passes.h - passes of the x86 target ----------------------------------------------------------===//
//
// Each pass is described in Passes.td and lives in lib/Target/X86/<Name>.cpp.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TARGET_X86_PASSES_H
#define NIBBLE_TARGET_X86_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include <memory>
#include <string>

namespace nibble {

#define GEN_PASS_DECL
#include "nibble/Target/X86/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "nibble/Target/X86/Passes.h.inc"

} // namespace nibble

#endif // NIBBLE_TARGET_X86_PASSES_H
