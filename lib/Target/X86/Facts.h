//===- Facts.h - what the x86 kernels know of a CPU -------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_FACTS_H
#define NIBBLE_LIB_TARGET_X86_FACTS_H

#include "nibble/Target/TargetBackend.h"
#include "mlir/IR/Operation.h"

namespace nibble::x86 {

/// The instruction sets that kernels are written for, from the oldest to the newest. AVX-VNNI is AVX2 with the 256-bit form
/// of the byte dot product.
enum class Level { Avx2, AvxVnni, Avx512Vnni };

/// The names of the levels, in the order of the enumeration.
llvm::ArrayRef<llvm::StringRef> getLevelNames();

/// The level that the facts name.
Level getLevel(const CpuFacts &facts);

/// The facts of a CPU; see TargetBackend::getCpuFacts.
llvm::Expected<CpuFacts> getCpuFacts(llvm::StringRef cpu);

/// The number of 32-bit elements in a vector register.
inline int64_t getNumLanes(const CpuFacts &facts) { return facts.vectorSizeInBytes / 4; }

/// Whether one instruction chooses any of 128 bytes for each byte of a vector (AVX512-VBMI).
bool hasBytePermutes(const CpuFacts &facts);

/// The facts for a pass with the option `cpu`; an unknown CPU is reported at `op`.
mlir::FailureOr<CpuFacts> getCpuFactsOrEmit(llvm::StringRef cpu, mlir::Operation *op);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_FACTS_H
