//===- FilterLayout.h - the order of a packed filter ------------------------------------------------===//
//
// A packed filter is a flat array: for each group, for each panel of channels, for each run of the reduction, for each step
// of the run, for each channel of the panel, the elements of one dot step (four bytes). Channels are rounded up to whole
// vectors and runs to whole steps; what is added is zero. The last panel may be narrower. When it is less than one vector its
// channels are rounded up to 16 bytes only: the lanes behind them then hold the next step, and what they sum is not stored.
//
// The run of a kernel row is all of its columns and input channels when these lie next to each other in the input, so that
// a convolution with few channels wastes no part of a step on each pixel.
//
// A filter of codes is an array of bytes: for each group, for each panel, what CodeLayout.h says.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_FILTERLAYOUT_H
#define NIBBLE_LIB_TARGET_X86_FILTERLAYOUT_H

#include "ContractionShape.h"
#include "Tiling.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/MathExtras.h"

namespace nibble::x86 {

struct FilterLayout {
  ContractionShape shape;
  int64_t numLanes = 1;
  /// Vectors of channels in a panel.
  int64_t panelVectors = 1;

  int64_t getPanelChannels() const { return panelVectors * numLanes; }
  int64_t getNumFullPanels() const { return shape.outputChannels / getPanelChannels(); }
  /// Channels that are left for the last, narrower panel.
  int64_t getTailChannels() const { return shape.outputChannels % getPanelChannels(); }
  int64_t getTailVectors() const { return llvm::divideCeil(getTailChannels(), numLanes); }
  /// Elements of one step, one panel, one group and the whole filter.
  int64_t getStepSize(int64_t vectors) const { return vectors * numLanes * shape.getElementsPerStep(); }
  int64_t getTailStepSize() const {
    int64_t vectors = getTailVectors();
    return vectors > 1 ? getStepSize(vectors) : llvm::alignTo(getTailChannels() * shape.getElementsPerStep(), 16 / shape.getElementSize());
  }
  int64_t getPanelSize() const;
  int64_t getPanelSizeInBytes() const { return getPanelSize() * (shape.codes ? 1 : shape.getElementSize()); }
  int64_t getGroupSize() const;
  int64_t getSize() const { return shape.groups * getGroupSize(); }
};

FilterLayout getFilterLayout(const ContractionShape &shape, const CpuFacts &facts);

/// The layout of a depthwise filter. Channels come in blocks of one byte register; the last block may be a half or a quarter of
/// one. Of a block: for each step (four kernel rows of codes, one row of floats), for each kernel column, the vectors of one
/// dot step. Bytes of kernel rows are interleaved in registers of 16 channels, which leaves lane t of vector j with
/// channel 16 * (t / 4) + 4 * j + t % 4; packed codes have the same order, floats are in theirs.
struct DepthwiseLayout {
  ContractionShape shape;
  CpuFacts facts;

  /// A block of channels: `numVectors` vectors of `numLanes` lanes. The last block may have fewer channels than lanes.
  struct Block {
    int64_t numVectors, numLanes, numChannels;
    int64_t getSize() const { return numVectors * numLanes; }
  };
  Block getFullBlock() const;
  /// The block behind the full ones; without channels when there is none.
  Block getTailBlock() const;
  int64_t getNumFullBlocks() const { return shape.groups / getFullBlock().getSize(); }
  /// Kernel rows of one step, and steps of a kernel column.
  int64_t getRowsPerStep() const { return shape.getElementsPerStep(); }
  int64_t getNumSteps() const { return llvm::divideCeil(shape.kernelRows, getRowsPerStep()); }
  /// Elements of one vector, and of the whole block.
  int64_t getVectorSize(const Block &block) const { return block.numLanes * shape.getElementsPerStep(); }
  int64_t getBlockSize(const Block &block) const {
    return getNumSteps() * shape.kernelCols * block.numVectors * getVectorSize(block);
  }
  /// The channel, counted in the block, of a lane.
  int64_t getChannel(const Block &block, int64_t vector, int64_t lane) const;
};

/// The number of elements of the packed filter.
int64_t getPackedSize(const ContractionShape &shape, const CpuFacts &facts);

/// Calls `place(packed, row, col, inputChannel, channel)` with the position in the packed array of each element of the filter;
/// the channel is counted over all groups.
void forEachPackedElement(const ContractionShape &shape, const CpuFacts &facts,
                          llvm::function_ref<void(int64_t packed, int64_t row, int64_t col, int64_t inputChannel,
                                                  int64_t channel)> place);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_FILTERLAYOUT_H
