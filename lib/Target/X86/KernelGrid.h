//===- KernelGrid.h - pixels of a contraction in its buffers ----------------------------------------===//
//
// Where the kernel finds what belongs to a result pixel: the distances between pixels in every buffer. Dimensions that follow
// each other without a gap in all buffers are joined, so that tiles need not stop at the end of a row.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_KERNELGRID_H
#define NIBBLE_LIB_TARGET_X86_KERNELGRID_H

#include "ContractionShape.h"

namespace nibble::x86 {

/// Elements between neighbouring pixels of one buffer; 0 where the pixels share its elements.
struct PixelStrides {
  int64_t batch = 0, row = 0, col = 0;
};

/// A buffer as a flat array with its pixels' distances.
struct GridBuffer {
  mlir::Value flat;
  PixelStrides strides;
  /// Whether the channels of a pixel have elements of their own.
  bool hasChannels = true;
};

struct KernelGrid {
  int64_t batch = 1, rows = 1, cols = 1;
  GridBuffer input, filter, result;
  /// Sums between two parts of a reduction; null when it has no parts.
  GridBuffer sums;
  /// One for each epilogue operand; strides are 0 for those that all pixels share.
  llvm::SmallVector<GridBuffer> epilogueOperands;
  /// Elements between the inputs of neighbouring kernel rows and columns.
  int64_t kernelRowStride = 0, kernelColStride = 0;
  /// Elements between the filter's rows of channels; for filters that are not packed.
  int64_t filterRowStride = 0;

  /// Where the epilogue operands of the first pixel begin for a channel.
  llvm::SmallVector<mlir::Value> getEpiloguePositions(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value channel) const;
};

/// The grid of an op on buffers, with its buffers flattened in front of it. A layout that the kernels cannot address is
/// reported.
mlir::FailureOr<KernelGrid> getKernelGrid(mlir::OpBuilder &builder, mlir::Operation *op, const ContractionShape &shape);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_KERNELGRID_H
