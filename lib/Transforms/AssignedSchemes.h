//===- AssignedSchemes.h - what nibble-assign-schemes writes and others read ------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_ASSIGNEDSCHEMES_H
#define NIBBLE_LIB_TRANSFORMS_ASSIGNEDSCHEMES_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

namespace nibble {

/// The dictionary of an op that is to be quantized, and the rule that left another one float (docs/Architecture.md).
/// An op can have both: it was assigned an integer form, and a later pass found that there is none.
inline constexpr llvm::StringLiteral schemesAttrName = "nibble.schemes";
inline constexpr llvm::StringLiteral floatAttrName = "nibble.float";
/// The mark of an op that came quantized: it keeps its codes, whatever a recipe says, and fusion makes it integer.
inline constexpr llvm::StringLiteral inCodesAttrName = "nibble.in_codes";

/// `nibble.schemes` of one op.
struct AssignedSchemes {
  /// The input's scheme is null for ops that read floats; the filter's for ops that have no weight.
  SchemeAttr input, filter;
  /// How the range of the input is chosen; null when it is its own, at run time.
  mlir::StringAttr calibrator;
  /// How the parameters of the filter are chosen.
  ParameterChoice scaleBy = ParameterChoice::AbsoluteMaximum;
  /// How the filter's codes are, and what its channels are scaled by before.
  WeightRounding roundBy = WeightRounding::Nearest;
  ChannelScaling channelScaling = ChannelScaling::None;

  /// Whether each row of the input has a scale of its own, chosen at run time (RowScales.h).
  bool hasRowScales() const { return input && !input.isPerTensor(); }
  /// Whether the input's parameters come from what calibration saw.
  bool needsRange() const { return input && input.isPerTensor(); }

  /// Nothing when the op has none, or when it was left float.
  static std::optional<AssignedSchemes> get(mlir::Operation *op);
  void set(mlir::Operation *op) const;
};

/// Whether a quantizable op came quantized: all that it multiplies is dequantized, possibly moved by ops that run on codes.
bool comesInCodes(QuantizableOpInterface op);
/// Whether the weight of an op with schemes is encoded: dequantized from constants of the scheme that was assigned to it.
bool isEncoded(QuantizableOpInterface op, const AssignedSchemes &schemes);
/// The activations of an op with schemes: a weight that is encoded already is none.
llvm::SmallVector<QuantizableOperand> getActivations(QuantizableOpInterface op);
/// Whether an op multiplies codes already.
bool isIntegerContraction(mlir::Operation *op);

/// The name of an op for a user: that of the node it came from, or its own.
std::string getUserName(mlir::Operation *op);

/// Leaves `op` float because of `rule`, a sentence without full stop: writes `nibble.float` and a remark.
void leaveFloat(mlir::Operation *op, const llvm::Twine &rule);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_ASSIGNEDSCHEMES_H
