//===- FilterLayout.cpp - the order of a packed filter ----------------------------------------------===//

#include "FilterLayout.h"

using namespace nibble;
using namespace nibble::x86;

FilterLayout x86::getFilterLayout(const ContractionShape &shape, const CpuFacts &facts) {
  return {shape, getNumLanes(facts), choosePanelVectors(shape, facts)};
}

/// One panel, whose first element is at `base` and whose first channel is `firstChannel`.
static void placePanel(const FilterLayout &layout, int64_t base, int64_t firstChannel, int64_t numChannels,
                       int64_t vectors,
                       llvm::function_ref<void(int64_t, int64_t, int64_t, int64_t, int64_t)> place) {
  const ContractionShape &shape = layout.shape;
  int64_t perStep = shape.getElementsPerStep(), stepSize = layout.getStepSize(vectors);
  for (int64_t run = 0; run < shape.getNumRuns(); ++run) {
    int64_t runBase = base + run * shape.getStepsPerRun() * stepSize;
    for (int64_t element = 0; element < shape.getRunLength(); ++element) {
      int64_t col = shape.isRowOneRun() ? element / shape.inputChannels : run % shape.kernelCols;
      int64_t position = runBase + element / perStep * stepSize + element % perStep;
      for (int64_t channel = 0; channel < numChannels; ++channel)
        place(position + channel * perStep, run / shape.getRunCols(), col, element % shape.inputChannels,
              firstChannel + channel);
    }
  }
}

void x86::forEachPackedElement(const FilterLayout &layout,
                               llvm::function_ref<void(int64_t, int64_t, int64_t, int64_t, int64_t)> place) {
  for (int64_t group = 0; group < layout.shape.groups; ++group) {
    int64_t base = group * layout.getGroupSize(), channel = group * layout.shape.outputChannels;
    for (int64_t panel = 0; panel < layout.getNumFullPanels(); ++panel) {
      placePanel(layout, base, channel, layout.getPanelChannels(), layout.panelVectors, place);
      base += layout.getPanelSize();
      channel += layout.getPanelChannels();
    }
    if (int64_t tail = layout.getTailChannels())
      placePanel(layout, base, channel, tail, layout.getTailVectors(), place);
  }
}
