//===- Tiling.cpp - the register tile of a contraction ----------------------------------------------===//
//
// The cost model. One dot step of a tile of P pixels times V vectors takes
//
//   max(P * V * dot, P * pixel + V * vector, V * stream, latency / phases) + (P + V) * load cycles:
//
// the dot products, the loads (a broadcast of four bytes for each pixel, a register of the filter for each vector), filter
// bytes that come from the second level cache when a panel does not stay in the first, and the chain of additions into one
// register; loads are not entirely hidden, so that of two tiles with as many products the one with fewer loads wins. A tile
// costs in addition a fixed part and a part for each result vector (the epilogue).
//
// The numbers are those of a core that starts two dot products and two loads in a cycle (Zen 5, Sapphire Rapids). One that starts
// a single 512-bit product (Zen 4) has twice as much time for everything else, so that what is best there is no worse.
// Sources: measurements on these three, and Agner Fog's tables.
//
//===------------------------------------------------------------------------------------------------===//

#include "Tiling.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <limits>

using namespace nibble;
using namespace nibble::x86;

namespace {
/// Cycles and registers of the dot step of a level.
struct DotCosts {
  double dot, pixel, vector;
  /// Registers for one vector of the filter, for the pixel at hand, and for constants; for each sum.
  int64_t vectorRegisters, pixelRegisters, constantRegisters, sumRegisters = 1;
};
} // namespace

static constexpr double latency = 5, loadCycles = 0.03;
static constexpr double cyclesPerTile = 16, cyclesPerResultVector = 2.5;
// A panel that is larger than this has more pages than the first level of address translation holds.
static constexpr int64_t maxCheapPanelSizeInBytes = 128 << 10;
static constexpr int64_t maxVectors = 8;

/// What decoding adds. A vector of codes takes a shift and two or three other operations for each plane and for its zero; a float has a
/// scale in a register besides, and integer sums of blocks take two registers, and one for a vector's share of the input's zero.
static DotCosts addDecoding(DotCosts costs, const ContractionShape &shape) {
  bool isFloat = shape.arithmetic == Arithmetic::Float32;
  costs.vector += isFloat ? 1.5 : 1;
  costs.constantRegisters += isFloat ? 3 : 2;
  costs.vectorRegisters += isFloat ? 1 : 0;
  // Codes of several planes are put together for four floats.
  bool isOnePlane = llvm::isPowerOf2_32(shape.codes->numBits);
  costs.vectorRegisters += isFloat && !isOnePlane ? 1 : 0;
  if (!shape.hasIntegerBlocks())
    return costs;
  costs.sumRegisters = 2;
  costs.vectorRegisters += shape.codes->storedZero ? 1 : 0;
  costs.vectorRegisters += shape.codes->hasZeroPoints ? 1 : 0;
  costs.constantRegisters += shape.codes->storedZero ? 1 : 0;
  return costs;
}

static DotCosts getBaseDotCosts(const ContractionShape &shape, const CpuFacts &facts) {
  int64_t flip = shape.isInputSigned ? 1 : 0;
  if (shape.arithmetic == Arithmetic::Float32 || getLevel(facts) != Level::Avx2)
    return {0.5, 0.5, 0.5, 1, 1, flip};
  // Two 16-bit multiplications and two additions; both operands are split into even and odd bytes.
  return {2, 1.5, 2.5, 2, 2, 2 + flip};
}

static DotCosts getDotCosts(const ContractionShape &shape, const CpuFacts &facts) {
  DotCosts costs = getBaseDotCosts(shape, facts);
  return shape.codes ? addDecoding(costs, shape) : costs;
}

static bool fitsRegisters(const ContractionShape &shape, const RegisterTile &tile, const DotCosts &costs,
                          const CpuFacts &facts) {
  // With one vector every product has a pixel of its own, and LLVM loads several of them ahead; without a loop over the steps, what the
  // epilogue needs is there already. Tiles that leave no registers for that spill their sums.
  int64_t numAhead = tile.vectors == 1 || isStraightCode(shape, tile) ? facts.numVectorRegisters / 8 : 0;
  return tile.getNumAccumulators() * costs.sumRegisters + tile.vectors * costs.vectorRegisters + costs.pixelRegisters +
             costs.constantRegisters + numAhead <=
         facts.numVectorRegisters;
}

bool x86::isStraightCode(const ContractionShape &shape, const RegisterTile &tile) {
  constexpr int64_t maxDots = 128;
  return shape.getNumSteps() * tile.getNumPixels() * tile.vectors <= maxDots;
}

/// Cycles to read a byte of a panel from the second level cache.
static double getStreamCyclesPerByte(int64_t panelSizeInBytes) {
  return panelSizeInBytes > maxCheapPanelSizeInBytes ? 1.0 / 16 : 1.0 / 32;
}

/// Cycles of one tile.
static double getTileCycles(const ContractionShape &shape, const CpuFacts &facts, const RegisterTile &tile) {
  DotCosts costs = getDotCosts(shape, facts);
  double pixels = tile.getNumPixels(), vectors = tile.vectors;
  double vectorSize = facts.vectorSizeInBytes;
  if (shape.codes)
    vectorSize *= static_cast<double>(shape.codes->numBits * shape.getElementsPerStep()) / 32;
  auto panelSize = static_cast<int64_t>(vectors * vectorSize * shape.getNumSteps());
  double stream = panelSize > facts.l1SizeInBytes / 2 ? vectorSize * getStreamCyclesPerByte(panelSize) : 0;
  double step = std::max({pixels * vectors * costs.dot, pixels * costs.pixel + vectors * costs.vector, vectors * stream,
                          latency / tile.phases}) +
                loadCycles * (pixels + vectors);
  return step * shape.getNumSteps() + cyclesPerTile + pixels * vectors * cyclesPerResultVector;
}

/// Cycles of all tiles of one panel, the narrower ones at the end of the rows and columns of pixels included.
static double getPanelCycles(const ContractionShape &shape, const CpuFacts &facts, PixelGrid grid,
                             const RegisterTile &tile) {
  auto rowCycles = [&](int64_t rows) {
    double cycles = getTileCycles(shape, facts, {rows, tile.cols, tile.vectors, tile.phases}) * (grid.cols / tile.cols);
    if (int64_t tail = grid.cols % tile.cols)
      cycles += getTileCycles(shape, facts, {rows, tail, tile.vectors, tile.phases});
    return cycles;
  };
  double cycles = rowCycles(tile.rows) * (grid.rows / tile.rows);
  if (int64_t tail = grid.rows % tile.rows)
    cycles += rowCycles(tail);
  return cycles;
}

/// As many phases as are needed to hide the latency of the additions, when there are registers and steps for them.
static int64_t choosePhases(const ContractionShape &shape, RegisterTile tile, const DotCosts &costs,
                            const CpuFacts &facts) {
  while (!shape.codes && tile.getNumAccumulators() * costs.dot < latency && tile.phases * 2 <= shape.getStepsPerRun()) {
    RegisterTile more = tile;
    more.phases *= 2;
    if (!fitsRegisters(shape, more, costs, facts))
      break;
    tile = more;
  }
  return tile.phases;
}

RegisterTile x86::chooseTile(const ContractionShape &shape, const CpuFacts &facts, PixelGrid grid, int64_t vectors) {
  DotCosts costs = getDotCosts(shape, facts);
  RegisterTile best;
  best.vectors = vectors;
  double bestCycles = std::numeric_limits<double>::infinity();
  for (int64_t rows = 1; rows <= std::min(grid.rows, maxTilePixels); ++rows) {
    for (int64_t cols = 1; cols <= std::min(grid.cols, maxTilePixels / rows); ++cols) {
      RegisterTile tile = {rows, cols, vectors};
      if (!fitsRegisters(shape, tile, costs, facts))
        break;
      tile.phases = choosePhases(shape, tile, costs, facts);
      double cycles = getPanelCycles(shape, facts, grid, tile);
      if (cycles <= bestCycles) {
        best = tile;
        bestCycles = cycles;
      }
    }
  }
  return best;
}

/// The grid that the choice of the panel width goes by: pixels under a one-by-one kernel are taken for one row.
static PixelGrid getLogicalGrid(const ContractionShape &shape) {
  bool isPointwise = shape.kernelRows * shape.kernelCols * shape.strideRows * shape.strideCols == 1;
  if (isPointwise)
    return {1, shape.batch * shape.rows * shape.cols};
  return {shape.batch * shape.rows, shape.cols};
}

/// Cycles of one group with panels of `vectors` vectors and a narrower one at the end.
static double getGroupCycles(const ContractionShape &shape, const CpuFacts &facts, int64_t vectors) {
  PixelGrid grid = getLogicalGrid(shape);
  int64_t allVectors = llvm::divideCeil(shape.outputChannels, getNumLanes(facts));
  auto cyclesOf = [&](int64_t width) {
    return getPanelCycles(shape, facts, grid, chooseTile(shape, facts, grid, width));
  };
  double cycles = cyclesOf(vectors) * (allVectors / vectors);
  if (int64_t tail = allVectors % vectors)
    cycles += cyclesOf(tail);
  return cycles;
}

int64_t x86::choosePanelVectors(const ContractionShape &shape, const CpuFacts &facts) {
  int64_t allVectors = llvm::divideCeil(shape.outputChannels, getNumLanes(facts));
  DotCosts costs = getDotCosts(shape, facts);
  int64_t best = 1;
  double bestCycles = std::numeric_limits<double>::infinity();
  for (int64_t vectors = 1; vectors <= std::min(allVectors, maxVectors); ++vectors) {
    if (!fitsRegisters(shape, {1, 1, vectors}, costs, facts))
      break;
    double cycles = getGroupCycles(shape, facts, vectors);
    if (cycles < bestCycles) {
      best = vectors;
      bestCycles = cycles;
    }
  }
  return best;
}

double x86::estimateCycles(const ContractionShape &shape, const CpuFacts &facts) {
  return shape.groups * getGroupCycles(shape, facts, choosePanelVectors(shape, facts));
}
