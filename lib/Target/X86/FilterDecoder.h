//===- FilterDecoder.h - codes of a packed filter as numbers ----------------------------------------===//
//
// Takes the place of DotStep::loadFilter for filters of codes. A register of a plane is loaded again for every step that has bits in it:
// loads are cheaper than registers, of which the sums take as many as there are.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_FILTERDECODER_H
#define NIBBLE_LIB_TARGET_X86_FILTERDECODER_H

#include "CodeLayout.h"
#include "CodeLevels.h"
#include "DeclaredDecode.h"
#include "DotStep.h"

namespace nibble::x86 {

/// A unit of codes (CodeLayout.h) in a flat buffer, all vectors of it.
struct CodeUnit {
  mlir::Value flat, index;
  int64_t numElements;
};

/// The parameters of all blocks of a panel that begin at one element of the rows.
struct BlockColumns {
  mlir::Value flat, index;
  /// Vectors of the panel.
  int64_t vectors;
};

/// The parameters of a block for one vector of channels.
struct BlockParameters {
  /// f32 in each lane, for each level.
  llvm::SmallVector<mlir::Value, 2> scales;
  /// What is packed for 0, a byte for each byte of a step or an i32 for each lane; null when blocks have none of their own.
  mlir::Value zero;
  /// f32 in each lane, or null.
  mlir::Value minimum;
};

class FilterDecoder {
public:
  FilterDecoder(mlir::OpBuilder &builder, mlir::Location loc, const CodeLayout &layout, DotStep &dotStep);

  /// The scales of a level of one vector of channels.
  mlir::Value loadScale(const BlockColumns &columns, int64_t vector, unsigned level = 0);
  /// What a vector of channels is decoded with.
  BlockParameters loadParameters(const BlockColumns &columns, int64_t vector);

  /// Codes less their zero as signed bytes: elements 4 * step … 4 * step + 3 of one vector of channels.
  DotStep::Operand loadStep(const CodeUnit &unit, int64_t step, int64_t vector, const BlockParameters &parameters);

  /// Whether codes have several planes, which are put together for four elements at once.
  bool joinsPlanes() const { return layout.planes.size() > 1 && layout.shape.codes->numBits <= 8; }
  /// The codes of a step, one in each byte; where planes are joined.
  mlir::Value loadStepCodes(const CodeUnit &unit, int64_t step, int64_t vector);
  /// The code of an element in each word, out of those of its step where planes are joined.
  mlir::Value loadCodes(const CodeUnit &unit, int64_t element, int64_t vector, mlir::Value stepCodes);

  /// Whether numbers are proportional to their only scale, so that it may as well multiply a sum of levels.
  bool hasProportionalLevels() const { return levels && !layout.shape.codes->hasMinima; }
  /// The levels of codes, and the numbers that they stand for, as f32.
  mlir::Value emitLevel(mlir::Value codes, const BlockParameters &parameters);
  mlir::Value emitNumber(mlir::Value codes, const BlockParameters &parameters);

private:
  bool ignoresHighBits() const { return levels ? levels->ignoresHighBits() : declared->ignoresHighBits(); }
  /// Joins planes: one element in each word, or four where `replicate` is 0x01010101. Bits above stay when `ignoresHigh`.
  mlir::Value loadPlanes(const CodeUnit &unit, int64_t element, int64_t vector, uint32_t replicate, bool ignoresHigh);
  mlir::Value emitDeclared(mlir::Value codes, const BlockParameters &parameters);
  mlir::Value shift(mlir::Value words, int64_t right);
  mlir::Value widenScale(mlir::Value bytes, mlir::Type type);
  mlir::VectorType getWordType() const { return mlir::VectorType::get({layout.numLanes}, builder.getI32Type()); }
  mlir::VectorType getFloatType() const { return mlir::VectorType::get({layout.numLanes}, builder.getF32Type()); }
  mlir::Value splat(mlir::VectorType type, int64_t value);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const CodeLayout &layout;
  DotStep &dotStep;
  /// One of both.
  std::optional<CodeLevels> levels;
  std::optional<DeclaredDecode> declared;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_FILTERDECODER_H
