//===- CodeReduction.h - the reduction of a tile over a filter of codes -----------------------------===//
//
//   for each run of the reduction, for each segment of the run (the part of it in one block)
//     for each unit of 32 elements: codes become numbers in registers, once for all pixels of the tile
//     integers: sums += float(sums of the segment) * scale, where blocks have scales
//
// A tile of one pixel decodes each code for a single product: sums of floats are then of levels, and scaled for each segment, too.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_CODEREDUCTION_H
#define NIBBLE_LIB_TARGET_X86_CODEREDUCTION_H

#include "CarriedLoop.h"
#include "FilterDecoder.h"
#include "KernelGrid.h"
#include "Tiling.h"

namespace nibble::x86 {

/// Where the operands of a tile are.
struct CodeOperands {
  /// Of the first pixel in the grid's input, and of the panel in the flat filter.
  mlir::Value input, filter;
  mlir::Value flatFilter;
};

class CodeReduction {
public:
  CodeReduction(mlir::OpBuilder &builder, mlir::Location loc, const ContractionShape &shape, const KernelGrid &grid,
                const RegisterTile &tile, DotStep &dotStep, const CodeOperands &operands);

  /// The accumulators behind the reduction: of pixel m and vector v number m * vectors + v, f32 or i32.
  Values emit(Values accumulators);

private:
  /// One segment: indices of its pixels, its codes and its parameters; number of elements.
  struct Segment {
    mlir::Value input, codes, parameters;
    int64_t numElements;
  };

  Values emitRun(Values state, mlir::Value run, mlir::Value input, mlir::Value codes);
  Values emitSegment(Values state, const Segment &segment);
  /// All units of a segment, with the parameters of each vector.
  Values emitUnits(Values sums, const Segment &segment, llvm::ArrayRef<BlockParameters> parameters);
  Values emitIntegerUnit(Values sums, const CodeUnit &unit, mlir::Value input, llvm::ArrayRef<BlockParameters> parameters);
  Values emitFloatUnit(Values sums, const CodeUnit &unit, mlir::Value input, llvm::ArrayRef<BlockParameters> parameters);
  /// Adds the sums of a block, scaled, to the accumulators.
  void finishBlock(llvm::MutableArrayRef<mlir::Value> accumulators, llvm::ArrayRef<mlir::Value> sums, mlir::Value parameters);
  mlir::Value scaleSum(llvm::ArrayRef<mlir::Value> sums, int64_t pixel, int64_t vector, mlir::Value blockScale);
  void prefetch(const CodeUnit &unit);

  BlockColumns getColumns(mlir::Value parameters) const { return {operands.flatFilter, parameters, tile.vectors}; }
  bool sumsLevels() const {
    return shape.arithmetic == Arithmetic::Float32 && tile.getNumPixels() == 1 && decoder.hasProportionalLevels();
  }
  /// Sums of blocks: those of all pixels, then, when the input's zero is not read as 0, what each vector of channels sums for it.
  bool hasCorrection() const { return shape.hasIntegerBlocks() && shape.codes->storedZero != 0; }
  int64_t getNumBlockSums() const { return tile.getNumPixels() * tile.vectors + (hasCorrection() ? tile.vectors : 0); }
  Values makeZeros() { return Values(getNumBlockSums(), zero()); }
  mlir::Value zero();
  int64_t getPixelOffset(int64_t pixel) const {
    return pixel / tile.cols * grid.input.strides.row + pixel % tile.cols * grid.input.strides.col;
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const ContractionShape &shape;
  const KernelGrid &grid;
  const RegisterTile &tile;
  DotStep &dotStep;
  CodeOperands operands;
  CodeLayout layout;
  FilterDecoder decoder;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_CODEREDUCTION_H
