//===- FilterLayout.cpp - the order of a packed filter ----------------------------------------------===//

#include "FilterLayout.h"
#include "CodeLayout.h"

using namespace nibble;
using namespace nibble::x86;

FilterLayout x86::getFilterLayout(const ContractionShape &shape, const CpuFacts &facts) {
  return {shape, getNumLanes(facts), choosePanelVectors(shape, facts)};
}

int64_t FilterLayout::getPanelSize() const {
  if (shape.codes)
    return CodeLayout(shape, numLanes).getPanelSize(panelVectors);
  return getStepSize(panelVectors) * shape.getNumSteps();
}

int64_t FilterLayout::getGroupSize() const {
  int64_t tailSize = getTailStepSize() * shape.getNumSteps();
  if (shape.codes)
    tailSize = getTailChannels() ? CodeLayout(shape, numLanes).getPanelSize(getTailVectors()) : 0;
  return getNumFullPanels() * getPanelSize() + tailSize;
}

using PlaceFn = llvm::function_ref<void(int64_t, int64_t, int64_t, int64_t, int64_t)>;

/// One panel, whose first element is at `base` and whose first channel is `firstChannel`.
static void placePanel(const FilterLayout &layout, int64_t base, int64_t firstChannel, int64_t numChannels,
                       int64_t stepSize, PlaceFn place) {
  const ContractionShape &shape = layout.shape;
  int64_t perStep = shape.getElementsPerStep();
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

static void placePanels(const FilterLayout &layout, PlaceFn place) {
  for (int64_t group = 0; group < layout.shape.groups; ++group) {
    int64_t base = group * layout.getGroupSize(), channel = group * layout.shape.outputChannels;
    for (int64_t panel = 0; panel < layout.getNumFullPanels(); ++panel) {
      placePanel(layout, base, channel, layout.getPanelChannels(), layout.getStepSize(layout.panelVectors), place);
      base += layout.getPanelSize();
      channel += layout.getPanelChannels();
    }
    if (int64_t tail = layout.getTailChannels())
      placePanel(layout, base, channel, tail, layout.getTailStepSize(), place);
  }
}

//===------------------------------------------------------------------------------------------------===//
// Depthwise
//===------------------------------------------------------------------------------------------------===//

DepthwiseLayout::Block DepthwiseLayout::getFullBlock() const {
  int64_t numLanes = getNumLanes(facts);
  if (shape.arithmetic == Arithmetic::Int8)
    return {4, numLanes, 4 * numLanes};
  // So many that filter, sums and inputs of a kernel of three by three stay in registers.
  int64_t numVectors = facts.numVectorRegisters / 16;
  return {numVectors, numLanes, numVectors * numLanes};
}

DepthwiseLayout::Block DepthwiseLayout::getTailBlock() const {
  Block block = getFullBlock();
  int64_t numChannels = shape.groups % block.getSize();
  constexpr int64_t minLanes = 4;
  while (block.numLanes > minLanes && block.getSize() / 2 >= numChannels)
    block.numLanes /= 2;
  block.numChannels = numChannels;
  return block;
}

int64_t DepthwiseLayout::getChannel(const Block &block, int64_t vector, int64_t lane) const {
  if (shape.arithmetic == Arithmetic::Float32)
    return vector * block.numLanes + lane;
  return 16 * (lane / 4) + 4 * vector + lane % 4;
}

static void placeBlock(const DepthwiseLayout &layout, const DepthwiseLayout::Block &block, int64_t position,
                       int64_t firstChannel, PlaceFn place) {
  int64_t rowsPerStep = layout.getRowsPerStep();
  for (int64_t step = 0; step < layout.getNumSteps(); ++step)
    for (int64_t col = 0; col < layout.shape.kernelCols; ++col)
      for (int64_t vector = 0; vector < block.numVectors; ++vector)
        for (int64_t lane = 0; lane < block.numLanes; ++lane)
          for (int64_t part = 0; part < rowsPerStep; ++part, ++position) {
            int64_t row = step * rowsPerStep + part, channel = layout.getChannel(block, vector, lane);
            if (row < layout.shape.kernelRows && channel < block.numChannels)
              place(position, row, col, 0, firstChannel + channel);
          }
}

static void placeBlocks(const DepthwiseLayout &layout, PlaceFn place) {
  DepthwiseLayout::Block full = layout.getFullBlock(), tail = layout.getTailBlock();
  int64_t numFull = layout.getNumFullBlocks();
  for (int64_t block = 0; block < numFull; ++block)
    placeBlock(layout, full, block * layout.getBlockSize(full), block * full.getSize(), place);
  if (tail.numChannels)
    placeBlock(layout, tail, numFull * layout.getBlockSize(full), numFull * full.getSize(), place);
}

//===------------------------------------------------------------------------------------------------===//
// Either
//===------------------------------------------------------------------------------------------------===//

int64_t x86::getPackedSize(const ContractionShape &shape, const CpuFacts &facts) {
  if (!shape.isDepthwise())
    return getFilterLayout(shape, facts).getSize();
  DepthwiseLayout layout = {shape, facts};
  DepthwiseLayout::Block tail = layout.getTailBlock();
  return layout.getNumFullBlocks() * layout.getBlockSize(layout.getFullBlock()) +
         (tail.numChannels ? layout.getBlockSize(tail) : 0);
}

void x86::forEachPackedElement(const ContractionShape &shape, const CpuFacts &facts, PlaceFn place) {
  if (shape.isDepthwise())
    return placeBlocks({shape, facts}, place);
  placePanels(getFilterLayout(shape, facts), place);
}
