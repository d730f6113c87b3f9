//===- FusionGroups.h - which ops will run as one kernel --------------------------------------------===//
//
// Quantization has to know which values will exist in memory before anything is fused: only those need codes, ranges and
// probes. This analysis finds them, and fusion follows the same groups, so that both always agree.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_ANALYSIS_FUSIONGROUPS_H
#define NIBBLE_ANALYSIS_FUSIONGROUPS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>
#include <vector>

namespace nibble {

/// How an operand of an elementwise op extends over the result; `Some` is along some of its dimensions.
enum class OperandExtent { Scalar, PerChannel, Full, Some };

/// Whether `op` computes each element of its only result from the elements of its operands at the same place: parallel
/// iterators, result in iteration order, operands projected or broadcast, a body of arith and math ops that captures
/// constants at most.
bool isElementwise(mlir::Operation *op);

/// The shape that an input of an elementwise op has beside the result: its own sizes in the dimensions that it extends along, and 1.
llvm::SmallVector<int64_t> getShapeBesideResult(mlir::linalg::GenericOp op, mlir::OpOperand &operand);

/// The extent of an input of an elementwise op; the channel is the last dimension. Dimensions of size 1 count as absent.
OperandExtent getOperandExtent(mlir::linalg::GenericOp op, mlir::OpOperand &operand);

/// Whether `op` adds up elements of one float tensor and does nothing else: sum pooling, or a reduction whose body is an
/// addition.
bool isSumReduction(mlir::Operation *op);

/// Whether a value is known at compile time: a constant, or a weight that is dequantized from constant codes.
bool isKnownValue(mlir::Value value);

/// A root and the elementwise ops behind it that run in the same kernel.
struct FusionGroup {
  enum class Kind {
    Contraction, // nibble.conv or nibble.contract, the rest is its epilogue; a quantizable op of another dialect, alone
    Reduction,   // a sum of elements; the rest turns it into an average or requantizes it
    Elementwise, // the root is elementwise itself
  };
  Kind kind;
  mlir::Operation *root;
  /// In program order, without the root. Every op but the last is used inside the group only.
  llvm::SmallVector<mlir::linalg::GenericOp> chain;

  /// The only value of the group that is used outside.
  mlir::Value getResult() const;
  bool contains(mlir::Operation *op) const;
  /// The float tensors that the group reads and that are neither constants nor made inside; each value once.
  llvm::SetVector<mlir::Value> getInputs() const;
};

/// The groups of a function. A contraction takes elementwise ops as long as the group still has one result, a reduction those whose
/// operands from outside are scalars, have one element per channel, or the shape of the result. Of two contractions whose
/// results are combined, the later one takes the combining op.
class FusionGroups {
public:
  explicit FusionGroups(mlir::Operation *function);

  /// In the program order of the roots.
  llvm::ArrayRef<std::unique_ptr<FusionGroup>> getGroups() const { return groups; }
  /// The group that `op` is the root or a part of; null when there is none.
  const FusionGroup *getGroupOf(mlir::Operation *op) const { return owners.lookup(op); }

private:
  void addGroup(FusionGroup::Kind kind, mlir::Operation *root);

  std::vector<std::unique_ptr<FusionGroup>> groups;
  llvm::DenseMap<mlir::Operation *, const FusionGroup *> owners;
};

} // namespace nibble

#endif // NIBBLE_ANALYSIS_FUSIONGROUPS_H
