//===- Evaluators.h - one function for each op of Ops.def ------------------------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_EVALUATORS_H
#define NIBBLE_LIB_REFERENCE_EVALUATORS_H

#include "Frame.h"
#include "nibble/Dialect/Check/IR/CheckDialect.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace nibble::reference {
using namespace mlir; // for the dialects in Ops.def

/// Sets the results of the op in the frame, or emits an error.
#define NIBBLE_REFERENCE_OP(Op) LogicalResult evaluateOp(Op op, Frame &frame);
#include "Ops.def"
LogicalResult evaluateLinalgOp(linalg::LinalgOp op, Frame &frame);
/// An op of ScalarOps.def on scalars or tensors of one shape.
LogicalResult evaluateElementwiseOp(Operation *op, Frame &frame);

/// The window that a slice of a view is; an error at the op when it reaches outside.
FailureOr<View> getSlice(Operation *op, const View &view, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                         ArrayRef<int64_t> strides);

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_EVALUATORS_H
