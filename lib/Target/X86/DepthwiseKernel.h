//===- DepthwiseKernel.h - depthwise convolutions ---------------------------------------------------===//
//
// Every channel has its own filter, so that a dot product over channels is of no use. Instead kernel rows are the four bytes
// of a dot step: the rows of one input column are interleaved once and then serve every kernel column, that is several
// neighbouring results. Columns are visited from left to right; the results that a column contributes to are carried from
// one iteration to the next, and the one that is complete leaves through the epilogue:
//
//   for each block of channels, for each row                      a part of both is one tile of the launch
//     for each column of results
//       for each new input column: interleave its rows, add its products to the results in flight
//       epilogue and store of the oldest result
//
// Source: measurements of the structures of MLAS, oneDNN, XNNPACK and FBGEMM; the last one interleaves taps, too.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_DEPTHWISEKERNEL_H
#define NIBBLE_LIB_TARGET_X86_DEPTHWISEKERNEL_H

#include "ContractionShape.h"
#include "Facts.h"
#include "KernelGrid.h"
#include "mlir/IR/Builders.h"

namespace nibble::x86 {

/// Emits the code for tile number `tile` of a depthwise convolution; returns the number of tiles.
int64_t emitDepthwiseKernel(mlir::OpBuilder &builder, mlir::Operation *op, const ContractionShape &shape,
                            const KernelGrid &grid, mlir::Value tile, const CpuFacts &facts);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_DEPTHWISEKERNEL_H
