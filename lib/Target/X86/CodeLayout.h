//===- CodeLayout.h - the order of a filter whose codes are decoded in registers --------------------===//
//
// Of a panel of channels first the parameters of all blocks, for each block the scales of its channels, a level at a time, then their zero
// points (a byte each) or minima (f32); after them, from a multiple of 64 bytes on, the codes: for each run of the reduction, for each segment (the part of a run that lies in
// one block), for each unit of 32 elements, for each vector of channels, its planes.
//
// A plane holds a few bits of the codes: of n bits there are planes of 16, 8, 4, 2 and 1 of them, the widest one with the lowest bits. A
// register of a plane has a word of 32 bits for each channel. Its bytes hold four consecutive elements, and next to them, above each other,
// those of the following steps of four:
//
//     4 bits   byte j: element j, element 4 + j                              4 registers for a unit
//     2 bits   byte j: element j, 4 + j, 8 + j, 12 + j                       2 registers
//     1 bit    byte j: element j, 4 + j, … 28 + j                            1 register
//     8 bits   byte j: element j                                             8 registers
//     16 bits  half j: element j                                             16 registers
//
// A shift and a mask thus give the bytes of one step of a dot product, another shift and another mask one element of each channel. The
// last unit of a segment may be shorter; registers that it does not need are left out.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_CODELAYOUT_H
#define NIBBLE_LIB_TARGET_X86_CODELAYOUT_H

#include "ContractionShape.h"
#include "Facts.h"
#include "llvm/ADT/SmallVector.h"

namespace nibble::x86 {

/// Elements of a unit.
inline constexpr int64_t unitLength = 32;

struct CodePlane {
  /// Bits of a code in this plane, and the first of them.
  unsigned numBits, position;

  /// Where an element of a unit is: a register, and the lowest bit in each of its words.
  int64_t getRegister(int64_t element) const { return numBits > 8 ? element / 2 : element / (32 / numBits); }
  unsigned getShift(int64_t element) const {
    return numBits > 8 ? 16 * (element % 2) : 8 * (element % 4) + numBits * (element / 4 % (8 / numBits));
  }
  int64_t getNumRegisters(int64_t numElements) const { return getRegister(numElements - 1) + 1; }
};

/// The planes of codes of 1 to 16 bits.
llvm::SmallVector<CodePlane, 4> getCodePlanes(unsigned numBits);

/// For a shape with codes; sizes in bytes. Those of codes and parameters are for one vector of channels.
struct CodeLayout {
  explicit CodeLayout(const ContractionShape &shape, int64_t numLanes);

  ContractionShape shape;
  int64_t numLanes;
  llvm::SmallVector<CodePlane, 4> planes;

  int64_t getVectorSize() const { return 4 * numLanes; }
  /// Elements of a whole segment.
  int64_t getSegmentLength() const;
  int64_t getNumSegments() const { return llvm::divideCeil(shape.getRunLength(), getSegmentLength()); }
  /// Elements of a segment of a run: fewer in the last one.
  int64_t getSegmentLength(int64_t segment) const;
  int64_t getNumBlocks() const;
  /// The block that a segment lies in.
  int64_t getBlock(int64_t run, int64_t segment) const { return getNumBlocks() > 1 ? run * getNumSegments() + segment : 0; }

  int64_t getUnitSize(int64_t numElements) const;
  int64_t getSegmentSize(int64_t numElements) const;
  int64_t getRunSize() const;
  static int64_t getScaleSize(mlir::Type type) { return type.getIntOrFloatBitWidth() / 8; }
  /// The scales and all parameters of a block.
  int64_t getScalesSize() const;
  int64_t getParametersSize() const;
  /// Of a panel: where the codes begin, and the whole.
  int64_t getCodesOffset(int64_t vectors) const;
  int64_t getPanelSize(int64_t vectors) const;
};

/// The rows of a filter as they are packed: for each channel its codes, numbers from 0 on, and the parameters of its blocks.
struct CodeRows {
  std::vector<uint16_t> codes;
  /// For each of FilterCodes::scaleTypes.
  llvm::SmallVector<std::vector<float>, 2> scales;
  /// Empty without; zero points as they are packed.
  std::vector<uint8_t> zeroPoints;
  std::vector<float> minima;
};

/// The packed filter. Elements that are added to fill a step of four weigh nothing.
std::vector<uint8_t> packRows(const ContractionShape &shape, const CpuFacts &facts, const CodeRows &rows);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_CODELAYOUT_H
