//===- FusedOperands.h - what a contraction of dequantized values reads instead ---------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_FUSEDOPERANDS_H
#define NIBBLE_LIB_TRANSFORMS_FUSEDOPERANDS_H

#include "FilterRows.h"
#include "QuantizedTensor.h"
#include "RowScales.h"

namespace nibble {

/// Codes in place of the numbers that a contraction reads.
struct FusedOperands {
  /// The input's codes; nothing when it stays as it is. Those with scales from run time are multiples of these.
  std::optional<QuantizedTensor> input;
  /// The filter's, as they are or in rows, and the zero point of those that are as they are.
  mlir::Value filter;
  int32_t filterZeroPoint = 0;
  SchemeAttr filterScheme;
  std::optional<FilterRows> rows;
  /// Whether rows have their scales and zero points as operands.
  bool isScaled = false;
  /// The bias in units of the accumulator; null when it stays as it is.
  mlir::ElementsAttr bias;
  /// A bias that is no whole number of units of the sum (one that came with codes, or behind scales from run time): the epilogue adds it.
  llvm::SmallVector<float> epilogueBias;
  /// Scales of the input and of a filter that is an activation, from run time: the epilogue multiplies them in, in this order.
  llvm::SmallVector<RowScales> rowScales;
  /// What a unit of the accumulator is worth, row scales apart, for each channel or once; empty when it is the number itself.
  llvm::SmallVector<double> accumulatorScales;

  bool isInteger() const { return input.has_value(); }
};

/// The operands of a contraction whose filter, at least, is dequantized; nothing for others. What keeps it from a form of integers is
/// written to `obstacle`, also when the filter alone is codes.
std::optional<FusedOperands> matchFusedOperands(ContractionOpInterface op, std::string &obstacle);

/// Makes `op`, a contraction with its result, read them.
void setFusedOperands(mlir::OpBuilder &builder, ContractionOpInterface op, const FusedOperands &operands);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_FUSEDOPERANDS_H
