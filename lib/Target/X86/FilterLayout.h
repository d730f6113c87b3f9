//===- FilterLayout.h - the order of a packed filter ------------------------------------------------===//
//
// A packed filter is a flat array: for each group, for each panel of channels, for each run of the reduction, for each step
// of the run, for each channel of the panel, the elements of one dot step (four bytes). Channels are rounded up to whole
// vectors and runs to whole steps; what is added is zero. The last panel may be narrower.
//
// The run of a kernel row is all of its columns and input channels when these lie next to each other in the input, so that
// a convolution with few channels wastes no part of a step on each pixel.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_FILTERLAYOUT_H
#define NIBBLE_LIB_TARGET_X86_FILTERLAYOUT_H

#include "ContractionShape.h"
#include "Tiling.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

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
  int64_t getPanelSize() const { return getStepSize(panelVectors) * shape.getNumSteps(); }
  int64_t getGroupSize() const {
    return getNumFullPanels() * getPanelSize() + getStepSize(getTailVectors()) * shape.getNumSteps();
  }
  int64_t getSize() const { return shape.groups * getGroupSize(); }
};

FilterLayout getFilterLayout(const ContractionShape &shape, const CpuFacts &facts);

/// Calls `place(packed, row, col, inputChannel, channel)` with the position in the packed array of each element of the filter;
/// the channel is counted over all groups.
void forEachPackedElement(const FilterLayout &layout,
                          llvm::function_ref<void(int64_t packed, int64_t row, int64_t col, int64_t inputChannel,
                                                  int64_t channel)> place);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_FILTERLAYOUT_H
