//===- CodeLayout.cpp - the order of a filter whose codes are decoded in registers ------------------===//

#include "CodeLayout.h"
#include "FilterLayout.h"
#include "nibble/Numerics/SmallFloat.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace nibble;
using namespace nibble::x86;

llvm::SmallVector<CodePlane, 4> x86::getCodePlanes(unsigned numBits) {
  llvm::SmallVector<CodePlane, 4> planes;
  unsigned position = 0;
  for (unsigned width : {16u, 8u, 4u, 2u, 1u})
    if (numBits & width) {
      planes.push_back({width, position});
      position += width;
    }
  return planes;
}

CodeLayout::CodeLayout(const ContractionShape &shape, int64_t numLanes)
    : shape(shape), numLanes(numLanes), planes(getCodePlanes(shape.codes->numBits)) {}

int64_t CodeLayout::getSegmentLength() const {
  int64_t size = shape.codes->blockSize;
  return size ? std::min(size, shape.getRunLength()) : shape.getRunLength();
}

int64_t CodeLayout::getSegmentLength(int64_t segment) const {
  return std::min(getSegmentLength(), shape.getRunLength() - segment * getSegmentLength());
}

int64_t CodeLayout::getNumBlocks() const {
  int64_t rowLength = shape.getNumRuns() * shape.getRunLength(), size = shape.codes->blockSize;
  return size ? llvm::divideCeil(rowLength, size) : 1;
}

int64_t CodeLayout::getUnitSize(int64_t numElements) const {
  int64_t numRegisters = 0;
  for (const CodePlane &plane : planes)
    numRegisters += plane.getNumRegisters(numElements);
  return numRegisters * getVectorSize();
}

int64_t CodeLayout::getSegmentSize(int64_t numElements) const {
  int64_t tail = numElements % unitLength;
  return numElements / unitLength * getUnitSize(unitLength) + (tail ? getUnitSize(tail) : 0);
}

int64_t CodeLayout::getRunSize() const {
  int64_t last = getNumSegments() - 1;
  return last * getSegmentSize(getSegmentLength()) + getSegmentSize(getSegmentLength(last));
}

int64_t CodeLayout::getScalesSize() const {
  int64_t size = 0;
  for (mlir::Type type : shape.codes->scaleTypes)
    size += numLanes * getScaleSize(type);
  return size;
}

int64_t CodeLayout::getParametersSize() const {
  return getScalesSize() + numLanes * ((shape.codes->hasZeroPoints ? 1 : 0) + (shape.codes->hasMinima ? 4 : 0));
}

int64_t CodeLayout::getCodesOffset(int64_t vectors) const {
  constexpr int64_t cacheLineSize = 64;
  return llvm::alignTo(getNumBlocks() * getParametersSize() * vectors, cacheLineSize);
}

int64_t CodeLayout::getPanelSize(int64_t vectors) const {
  constexpr int64_t cacheLineSize = 64;
  return llvm::alignTo(getCodesOffset(vectors) + shape.getNumRuns() * getRunSize() * vectors, cacheLineSize);
}

//===------------------------------------------------------------------------------------------------===//
// Packing
//===------------------------------------------------------------------------------------------------===//

namespace {

/// Writes one panel.
class PanelPacker {
public:
  PanelPacker(const CodeLayout &layout, const CodeRows &rows, uint8_t *panel, int64_t firstChannel, int64_t numChannels)
      : layout(layout), rows(rows), codes(*layout.shape.codes), panel(panel), firstChannel(firstChannel),
        numChannels(numChannels), vectors(llvm::divideCeil(numChannels, layout.numLanes)) {}

  void pack() {
    for (int64_t channel = 0; channel < numChannels; ++channel) {
      if (codes.isScaled)
        for (int64_t block = 0; block < layout.getNumBlocks(); ++block)
          packParameters(channel, block);
      for (int64_t run = 0; run < layout.shape.getNumRuns(); ++run)
        for (int64_t segment = 0; segment < layout.getNumSegments(); ++segment)
          packSegment(channel, run, segment);
    }
  }

private:
  int64_t getParameter(int64_t channel, int64_t block) const {
    return (firstChannel + channel) * layout.getNumBlocks() + block;
  }

  void packParameters(int64_t channel, int64_t block) {
    uint8_t *column = panel + block * vectors * layout.getParametersSize();
    int64_t index = getParameter(channel, block), numChannels = vectors * layout.numLanes;
    for (auto [type, scales] : llvm::zip_equal(codes.scaleTypes, rows.scales)) {
      packScale(column + channel * CodeLayout::getScaleSize(type), type, scales[index]);
      column += numChannels * CodeLayout::getScaleSize(type);
    }
    if (codes.hasZeroPoints)
      column[channel] = rows.zeroPoints[index];
    if (codes.hasMinima)
      llvm::support::endian::write32le(column + 4 * channel, numerics::floatToBits(rows.minima[index]));
  }

  static void packScale(uint8_t *stored, mlir::Type type, float scale) {
    if (type.isF32())
      llvm::support::endian::write32le(stored, numerics::floatToBits(scale));
    else if (type.isF16())
      llvm::support::endian::write16le(stored, numerics::floatToHalf(scale));
    else if (type.isBF16())
      llvm::support::endian::write16le(stored, numerics::floatToBfloat(scale));
    else
      // A power of two: its exponent.
      *stored = static_cast<uint8_t>(numerics::floatToBits(scale) >> 23);
  }

  void packSegment(int64_t channel, int64_t run, int64_t segment) {
    int64_t length = layout.getSegmentLength(segment), runLength = layout.shape.getRunLength();
    int64_t firstElement = run * runLength + segment * layout.getSegmentLength();
    const uint16_t *row = &rows.codes[(firstChannel + channel) * layout.shape.getNumRuns() * runLength + firstElement];
    uint8_t *units = panel + layout.getCodesOffset(vectors) +
                     (run * layout.getRunSize() + segment * layout.getSegmentSize(layout.getSegmentLength())) * vectors;
    uint16_t padding = codes.hasZeroPoints ? rows.zeroPoints[getParameter(channel, layout.getBlock(run, segment))]
                                           : static_cast<uint16_t>(codes.zero);
    for (int64_t first = 0; first < length; first += unitLength) {
      int64_t size = std::min(unitLength, length - first);
      uint8_t *unit = units + first / unitLength * layout.getUnitSize(unitLength) * vectors;
      unit += channel / layout.numLanes * layout.getUnitSize(size);
      // Whole steps of four.
      for (int64_t element = 0; element < static_cast<int64_t>(llvm::alignTo(size, 4)); ++element)
        packCode(unit, size, channel % layout.numLanes, element, element < size ? row[first + element] : padding);
    }
  }

  void packCode(uint8_t *unit, int64_t unitSize, int64_t lane, int64_t element, uint16_t code) {
    for (const CodePlane &plane : layout.planes) {
      if (plane.getRegister(element) >= plane.getNumRegisters(unitSize))
        return;
      uint32_t bits = code >> plane.position & ((1u << plane.numBits) - 1);
      uint8_t *word = unit + plane.getRegister(element) * layout.getVectorSize() + 4 * lane;
      llvm::support::endian::write32le(word, llvm::support::endian::read32le(word) | bits << plane.getShift(element));
      unit += plane.getNumRegisters(unitSize) * layout.getVectorSize();
    }
  }

  const CodeLayout &layout;
  const CodeRows &rows;
  const FilterCodes &codes;
  uint8_t *panel;
  int64_t firstChannel, numChannels, vectors;
};

} // namespace

std::vector<uint8_t> x86::packRows(const ContractionShape &shape, const CpuFacts &facts, const CodeRows &rows) {
  FilterLayout panels = getFilterLayout(shape, facts);
  CodeLayout layout(shape, panels.numLanes);
  std::vector<uint8_t> packed(panels.getSize());
  for (int64_t group = 0; group < shape.groups; ++group)
    for (int64_t first = 0; first < shape.outputChannels; first += panels.getPanelChannels()) {
      uint8_t *panel = packed.data() + group * panels.getGroupSize() + first / panels.getPanelChannels() * panels.getPanelSize();
      int64_t numChannels = std::min(panels.getPanelChannels(), shape.outputChannels - first);
      PanelPacker(layout, rows, panel, group * shape.outputChannels + first, numChannels).pack();
    }
  return packed;
}
