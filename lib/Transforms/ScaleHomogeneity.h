//===- ScaleHomogeneity.h - elementwise ops that commute with a change of scale ---------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_SCALEHOMOGENEITY_H
#define NIBBLE_LIB_TRANSFORMS_SCALEHOMOGENEITY_H

#include "nibble/Analysis/FusionGroups.h"

namespace nibble {

/// How a scalar op treats a number that stands for a multiple of a scale.
enum class ScaleBehavior {
  Opaque,   // does not commute with scaling: exp, a product of two results
  SameUnit, // all operands and the result are in the same unit: sum, maximum, comparison, select
  Factor,   // one operand has the unit of the result, the others are plain numbers: product, quotient
};

/// By kind of op alone.
ScaleBehavior getScaleBehavior(mlir::Operation *scalarOp);

/// The floats of a constant operand of an elementwise op with one element or one for each channel: f32 tensors, and splats of any
/// shape. Nothing for other operands.
std::optional<llvm::SmallVector<float>> getConstantOperand(mlir::linalg::GenericOp op, mlir::OpOperand &operand);

/// The value of a scalar float constant.
std::optional<float> getConstantScalar(mlir::Value value);

/// Whether the ops behind the root of a group compute `f` with `f(s * x) = s * f(x)` for every scale s > 0, once their
/// constants are divided by the scale where that is due: ReLU, clips, leaky ReLU, residual sums. Operands from outside are
/// constants or dequantized codes with one scale.
bool isScaleHomogeneous(const FusionGroup &group);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_SCALEHOMOGENEITY_H
