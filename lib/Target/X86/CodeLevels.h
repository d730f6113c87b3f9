//===- CodeLevels.h - codes in registers as the numbers they stand for ------------------------------===//
//
// What a code stands for at scale 1: an integer less a zero point, an entry of a table, a small float.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_CODELEVELS_H
#define NIBBLE_LIB_TARGET_X86_CODELEVELS_H

#include "ContractionShape.h"
#include "nibble/Numerics/FloatFormat.h"
#include "mlir/IR/Builders.h"

namespace nibble::x86 {

class CodeLevels {
public:
  /// For codes whose meaning is not declared, as packed: numbers from 0 on, one in each of `numLanes` words.
  CodeLevels(mlir::OpBuilder &builder, mlir::Location loc, const FilterCodes &codes, int64_t numLanes);

  /// Whether bits above the codes may be anything.
  bool ignoresHighBits() const { return isTable; }
  /// The levels as f32. `zero` has the zero points of each lane as packed; null when blocks have none.
  mlir::Value emit(mlir::Value words, mlir::Value zero);

private:
  void setLevels(SchemeAttr scheme);
  mlir::Value emitFloat(mlir::Value words);
  /// Sign, exponent and fraction of the format where those of an IEEE format of `numBits` with `fractionBits` are.
  mlir::Value placeBits(mlir::Value words, unsigned numBits, unsigned fractionBits);
  mlir::Value splat(int64_t value);
  mlir::VectorType getType(mlir::Type element) const { return mlir::VectorType::get({numLanes}, element); }

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const FilterCodes &codes;
  int64_t numLanes;
  bool isTable = false;
  /// Of each code, for tables.
  llvm::SmallVector<float> levels;
  std::optional<numerics::FloatFormat> format;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_CODELEVELS_H
