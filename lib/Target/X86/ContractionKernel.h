//===- ContractionKernel.h - the loop nest around the register tile ---------------------------------===//
//
//   for each group, for each panel of channels          one part of these three
//     for each block of rows, for each block of columns   is one tile of the launch
//       accumulators = bias
//       for each run, for each step of the reduction: accumulators += pixels . filter
//       epilogue and store
//
// The panel is the outer loop: it is read from the caches for every register tile, the pixels only once for each panel.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_CONTRACTIONKERNEL_H
#define NIBBLE_LIB_TARGET_X86_CONTRACTIONKERNEL_H

#include "Facts.h"
#include "mlir/IR/Builders.h"

namespace nibble::x86 {

/// Emits in front of `op`, a nibble.conv or nibble.contract on buffers, the code for tile number `tile` of it; returns the
/// number of tiles. An op that is not lowered yet is reported.
mlir::FailureOr<int64_t> emitContractionKernel(mlir::OpBuilder &builder, mlir::Operation *op, mlir::Value tile,
                                               const CpuFacts &facts);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_CONTRACTIONKERNEL_H
