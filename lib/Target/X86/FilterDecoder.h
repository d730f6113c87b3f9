//===- FilterDecoder.h - codes of a packed filter as numbers ----------------------------------------===//
//
// Takes the place of DotStep::loadFilter for filters of codes. A register of a plane is loaded again for every step that has bits in it:
// loads are cheaper than registers, of which the sums take as many as there are.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_FILTERDECODER_H
#define NIBBLE_LIB_TARGET_X86_FILTERDECODER_H

#include "CodeLayout.h"
#include "DotStep.h"

namespace nibble::x86 {

/// A unit of codes (CodeLayout.h) in a flat buffer, all vectors of it.
struct CodeUnit {
  mlir::Value flat, index;
  int64_t numElements;
};

/// The parameters of a block for one vector of channels; null where there are none.
struct BlockParameters {
  /// f32 in each lane.
  mlir::Value scale;
  /// Bit patterns that stand for 0: a byte for each byte of a step, or an i32 for each lane.
  mlir::Value zero;
};

class FilterDecoder {
public:
  FilterDecoder(mlir::OpBuilder &builder, mlir::Location loc, const CodeLayout &layout, DotStep &dotStep);

  /// The scales of one vector of a panel of `vectors` vectors, whose parameters of the block start at `index`.
  mlir::Value loadScale(mlir::Value flat, mlir::Value index, int64_t vector);
  /// The zero points; null when blocks have none.
  mlir::Value loadZero(mlir::Value flat, mlir::Value index, int64_t vector, int64_t vectors);

  /// Codes less their zero as signed bytes: elements 4 * step … 4 * step + 3 of one vector of channels.
  DotStep::Operand loadStep(const CodeUnit &unit, int64_t step, int64_t vector, const BlockParameters &parameters);
  /// One element of a vector of channels as f32, scaled.
  mlir::Value loadElement(const CodeUnit &unit, int64_t element, int64_t vector, const BlockParameters &parameters);

private:
  /// Elements of a unit of each word of a vector: all bits of their codes at `position` and up, others 0 but for those above, which stay
  /// when `ignoresHigh`.
  mlir::Value loadCodes(const CodeUnit &unit, int64_t element, int64_t vector, uint32_t replicate, bool ignoresHigh);
  mlir::Value shift(mlir::Value words, int64_t right);
  /// The f32 of codes that are at most 4 bits, by a table in registers; higher bits are ignored.
  mlir::Value lookUp(mlir::Value words);
  bool usesTable() const { return layout.shape.codes->numBits <= 4 && !layout.shape.codes->hasZeroPoints; }
  mlir::VectorType getWordType() const;
  mlir::Value splat(mlir::VectorType type, int64_t value);
  mlir::Value makeTable(int64_t first, int64_t size);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const CodeLayout &layout;
  DotStep &dotStep;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_FILTERDECODER_H
