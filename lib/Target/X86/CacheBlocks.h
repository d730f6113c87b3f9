//===- CacheBlocks.h - pieces of a matrix product that stay in the caches ---------------------------===//
//
// A matrix product reads its input once for each panel and each panel once for each tile of pixels. What is read again should
// still be in a near cache: columns of the result are multiplied block by block by all panels, and a long reduction is cut
// into parts, whose sums wait on the stack for the next part.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_CACHEBLOCKS_H
#define NIBBLE_LIB_TARGET_X86_CACHEBLOCKS_H

#include "FilterLayout.h"
#include "KernelGrid.h"
#include "Partition.h"

namespace nibble::x86 {

/// The parts of a reduction: `numSteps` dot steps each, but for the last, which has what is left.
struct ReductionParts {
  int64_t numSteps = 0, numParts = 1;
};

/// Parts whose piece of a panel stays in the first levels of cache and address translation. One part where a panel is
/// read too seldom, or is short enough as it is.
ReductionParts chooseReductionParts(const FilterLayout &layout, const KernelGrid &grid);

/// Into how many blocks the columns of each of `parts` are cut.
int64_t chooseColumnBlocks(const FilterLayout &layout, const CpuFacts &facts, const KernelGrid &grid,
                           const ReductionParts &reduction, const PartIndices &parts);

/// So many panels take turns with one part of the reduction.
inline constexpr int64_t panelsAtOnce = 2;

/// Elements of the sums of one panel, for the largest block that chooseColumnBlocks allows.
int64_t getPartialSumsSize(const FilterLayout &layout);

/// Room for the sums of `panelsAtOnce` panels between two parts of the reduction, on the stack of the kernel of `op`.
GridBuffer emitPartialSums(mlir::OpBuilder &builder, mlir::Operation *op, const FilterLayout &layout);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_CACHEBLOCKS_H
