//===- TableLookup.h - tables in registers ----------------------------------------------------------===//
//
// A table that fits a register is a permutation of it; a larger one is a tree of them, chosen by the high bits.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_TABLELOOKUP_H
#define NIBBLE_LIB_TARGET_X86_TABLELOOKUP_H

#include "mlir/IR/Builders.h"

namespace nibble::x86 {

/// For each of `words`, i32, the entry of the number in its low bits, as f32. `table` has 2^n entries, whose bits may be anything; what is
/// above the low n bits does not matter.
mlir::Value emitTableLookup(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<float> table, mlir::Value words);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_TABLELOOKUP_H
