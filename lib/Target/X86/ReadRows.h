//===- ReadRows.h - the constants of a filter in rows ------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_READROWS_H
#define NIBBLE_LIB_TARGET_X86_READROWS_H

#include "CodeLayout.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace nibble::x86 {

/// The codes of `filter`, the constant filter of `op` in rows, and the parameters of its blocks. Ones that are known only at run time, and
/// codes that kernels have no number for, are reported.
mlir::FailureOr<CodeRows> readRows(ContractionOpInterface op, mlir::ElementsAttr filter, const ContractionShape &shape);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_READROWS_H
