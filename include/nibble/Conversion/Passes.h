//===- Passes.h - conversions between dialects --------------------------------------------------------===//
//
// Described in Passes.td; each lives in lib/Conversion/<A>To<B>.
//
//===--------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_CONVERSION_PASSES_H
#define NIBBLE_CONVERSION_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include <memory>

namespace nibble {

#define GEN_PASS_DECL
#include "nibble/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "nibble/Conversion/Passes.h.inc"

} // namespace nibble

#endif // NIBBLE_CONVERSION_PASSES_H
