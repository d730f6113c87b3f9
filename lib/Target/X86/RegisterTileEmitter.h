//===- RegisterTileEmitter.h - the code of one register tile ----------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_REGISTERTILEEMITTER_H
#define NIBBLE_LIB_TARGET_X86_REGISTERTILEEMITTER_H

#include "CarriedLoop.h"
#include "DotStep.h"
#include "Epilogue.h"
#include "KernelGrid.h"
#include "Prefetch.h"
#include "Tiling.h"

namespace nibble::x86 {

/// Where the tile is: positions of its first pixel in the flat buffers, for its first channel where the buffer has channels.
struct TilePosition {
  mlir::Value input, filter, result;
  llvm::SmallVector<mlir::Value> epilogueOperands;
  /// The first channel, over all groups.
  mlir::Value channel;
  /// In KernelGrid::sums.
  mlir::Value sums;
  llvm::SmallVector<Prefetch, 2> prefetches;
};

/// The part of the filter that a tile reads.
struct FilterPanel {
  /// The flat buffer that TilePosition::filter is a position in.
  mlir::Value flat;
  /// Channels of the panel; the last vector may be partly used.
  int64_t numChannels;
  /// Elements between steps, and between vectors of one step.
  int64_t stepStride, vectorStride;
  /// Kernel rows to multiply by; TilePosition::filter and TilePosition::input are at the first of them.
  int64_t numKernelRows = 1;
  /// What the sums start as: a flat buffer and the position of the panel's first channel; null for zero.
  mlir::Value init, initIndex;
  /// Whether the sums go on from those of KernelGrid::sums, and whether they are left there instead of becoming results.
  bool loadsSums = false, storesSums = false;
  /// When given, the last vector of the panel is not of channels but sums the pixels, and this many times that sum is taken
  /// from the sums of the channels.
  mlir::Value pixelSumFactor;

  /// Vectors whose sums are results.
  int64_t getResultVectors(const RegisterTile &tile) const { return tile.vectors - (pixelSumFactor ? 1 : 0); }
};

class RegisterTileEmitter {
public:
  RegisterTileEmitter(mlir::OpBuilder &builder, mlir::Operation *op, const ContractionShape &shape,
                      const CpuFacts &facts, const KernelGrid &grid);

  void emit(const RegisterTile &tile, const FilterPanel &panel, const TilePosition &position);

private:
  mlir::VectorType getSumType();
  Values emitInit();
  Values loadSums();
  void storeSums(llvm::ArrayRef<mlir::Value> accumulators);
  mlir::Value getSumsIndex(int64_t pixel, int64_t vector);
  Values emitReduction(Values accumulators);
  Values emitRowsOfRuns(Values accumulators);
  Values emitRun(Values accumulators, mlir::Value input, mlir::Value filter, mlir::Value run);
  Values emitSteps(Values accumulators, mlir::Value input, mlir::Value filter, int64_t numSteps);
  void emitResults(llvm::ArrayRef<mlir::Value> accumulators);
  Values loadSharedOperands(int64_t vector);
  mlir::Value emitResult(llvm::ArrayRef<mlir::Value> accumulators, int64_t pixel, int64_t vector,
                         llvm::ArrayRef<mlir::Value> shared, Narrowing narrowing);
  void emitFourResults(llvm::ArrayRef<mlir::Value> accumulators, int64_t pixel, int64_t vector, int64_t vectorsAtOnce,
                       llvm::ArrayRef<Values> shared, Narrowing narrowing);
  void storeResult(mlir::Value result, int64_t pixel, int64_t vector, int64_t numValid);
  mlir::Value sumPhases(llvm::ArrayRef<mlir::Value> accumulators, int64_t index);
  /// The sum of one result before the epilogue.
  mlir::Value getSum(llvm::ArrayRef<mlir::Value> accumulators, int64_t pixel, int64_t vector);
  int64_t getNumRuns() const { return panel.numKernelRows * shape.getRunCols(); }
  int64_t getPixelOffset(const PixelStrides &strides, int64_t pixel) const;
  /// Steps in the body of the loop over the steps of a run.
  int64_t chooseUnroll() const;

  mlir::OpBuilder &builder;
  mlir::Operation *op;
  mlir::Location loc;
  const ContractionShape &shape;
  const KernelGrid &grid;
  int64_t numLanes;
  DotStep dotStep;

  // The tile that is being emitted.
  RegisterTile tile;
  FilterPanel panel = {};
  TilePosition position;
  llvm::SmallVector<PrefetchEmitter, 2> prefetchers;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_REGISTERTILEEMITTER_H
