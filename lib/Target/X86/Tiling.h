//===- Tiling.h - the register tile of a contraction ------------------------------------------------===//
//
// A register tile is `rows` x `cols` result pixels times `vectors` registers of channels, all of whose sums stay in registers
// over the whole reduction. The choice minimises an estimate of cycles; it is a function of shape and facts alone, so that
// filters are packed for the tile that the kernel will use.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_TILING_H
#define NIBBLE_LIB_TARGET_X86_TILING_H

#include "ContractionShape.h"
#include "Facts.h"

namespace nibble::x86 {

/// No tile has more pixels.
inline constexpr int64_t maxTilePixels = 32;

struct RegisterTile {
  int64_t rows = 1, cols = 1, vectors = 1;
  /// Sums of one result that are kept apart and added at the end, because one chain of additions would wait for itself.
  int64_t phases = 1;

  int64_t getNumPixels() const { return rows * cols; }
  int64_t getNumAccumulators() const { return getNumPixels() * vectors * phases; }
};

/// The grid of result pixels that a tile is laid over.
struct PixelGrid {
  int64_t rows, cols;
};

/// The number of vectors of channels in one block of the packed filter.
int64_t choosePanelVectors(const ContractionShape &shape, const CpuFacts &facts);

/// The cheapest tile of `vectors` vectors for a grid of pixels.
RegisterTile chooseTile(const ContractionShape &shape, const CpuFacts &facts, PixelGrid grid, int64_t vectors);

/// Whether the reduction of a tile is short enough to be code without loops.
bool isStraightCode(const ContractionShape &shape, const RegisterTile &tile);

/// Estimated cycles of the whole contraction: what the partition into independent tiles goes by.
double estimateCycles(const ContractionShape &shape, const CpuFacts &facts);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_TILING_H
