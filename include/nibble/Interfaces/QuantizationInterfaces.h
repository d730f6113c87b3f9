//===- QuantizationInterfaces.h - how passes see ops they do not own ------------------------------===//
//
// The C++ side of QuantizationInterfaces.td, which holds the contracts.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_INTERFACES_QUANTIZATIONINTERFACES_H
#define NIBBLE_INTERFACES_QUANTIZATIONINTERFACES_H

#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace nibble {

/// What an operand of a quantizable op is for.
enum class OperandRole { Activation, Weight, Bias };

/// One operand that a scheme can be assigned to.
struct QuantizableOperand {
  mlir::OpOperand *operand;
  OperandRole role;
  /// The dimension of this operand that becomes the output channel; -1 where there is none.
  int64_t channelAxis = -1;
};

/// A closed interval of real numbers.
struct RealInterval {
  double min, max;
};

} // namespace nibble

#include "nibble/Interfaces/QuantizationInterfaces.h.inc"

#endif // NIBBLE_INTERFACES_QUANTIZATIONINTERFACES_H
