//===- Epilogue.h - the scalar program behind an accumulator ----------------------------------------===//
//
// docs/Spec.md, "Fused epilogue", has the order of the operations.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_EPILOGUE_H
#define NIBBLE_LIB_TRANSFORMS_EPILOGUE_H

#include "RowScales.h"
#include "nibble/Analysis/FusionGroups.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// What an epilogue does besides the elementwise ops of its group.
struct EpilogueSpec {
  const FusionGroup *group;
  /// For each channel, or once for all, what one unit of the accumulator is worth; empty when it is the number itself.
  llvm::SmallVector<double> accumulatorScales;
  /// For each channel, what is added to a scaled accumulator; empty for nothing.
  llvm::SmallVector<float> bias;
  /// The codes that the epilogue yields; nothing when it yields f32.
  std::optional<QuantizedTensor> result;
  /// Whether the accumulator is an i32, else it is an f32.
  bool isIntegerSum = false;
  /// What a scaled accumulator is multiplied with before the bias, in this order.
  llvm::SmallVector<RowScales> rowScales = {};
};

/// Builds the epilogue of a contraction into `region`, which is empty. Returns the epilogue operands, in the order of the
/// region's arguments behind the accumulator; what has to be computed for them is inserted at `builder`.
llvm::SmallVector<mlir::Value> buildEpilogue(mlir::OpBuilder &builder, mlir::Location loc, const EpilogueSpec &spec,
                                             mlir::Region &region);

/// The op that makes 8-bit codes of a group's result, if nothing else reads it and an epilogue can do that.
QuantizeOp findResultQuantize(const FusionGroup &group);

/// Erases the ops of a group that was replaced; the last one is gone already when it was the op that was replaced.
void eraseGroup(mlir::RewriterBase &rewriter, const FusionGroup &group, bool includingLast);

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_EPILOGUE_H
