//===- RowSegments.h - rows of results that skip the same padding -------------------------------------===//
//
// Next to the upper and the lower border a part of the kernel lies over padding. Where that is zero, its products are left out:
// of a three by three convolution of eight rows a twelfth of all. Rows that leave out the same kernel rows are one segment.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_ROWSEGMENTS_H
#define NIBBLE_LIB_TARGET_X86_ROWSEGMENTS_H

#include "ContractionShape.h"
#include "llvm/ADT/SmallVector.h"

namespace nibble::x86 {

struct RowSegment {
  int64_t firstRow, numRows;
  /// The kernel rows to multiply by; at least one.
  int64_t firstKernelRow, numKernelRows;
};

/// The segments of all rows of one image, from top to bottom. `gridRows` is the number of rows that the kernel goes by: when it has
/// joined them with other dimensions, and when the products that are saved are too few, one segment has all rows.
llvm::SmallVector<RowSegment> getRowSegments(const ContractionShape &shape, int64_t gridRows);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_ROWSEGMENTS_H
