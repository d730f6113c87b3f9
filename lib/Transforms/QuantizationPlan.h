//===- QuantizationPlan.h - which values are stored in codes, and with which parameters -------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_QUANTIZATIONPLAN_H
#define NIBBLE_LIB_TRANSFORMS_QUANTIZATIONPLAN_H

#include "StorageClasses.h"
#include "nibble/Analysis/FusionGroups.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace nibble {

/// Decides which values of a function are stored in codes.
///
/// Integer contractions, which are all ops of QuantizableOpInterface with one scale for their input and without an obstacle, demand codes of their
/// inputs; those that choose scales at run time read floats here. Demands travel backwards through ops that run on codes, and through
/// groups of elementwise ops and sums to inputs that come from integer ops, so that nothing between two integer ops is
/// float. Values that ops on codes connect share parameters, in the scheme that most consumers demand; the others
/// requantize. What only float consumers read stays float.
class QuantizationPlan {
public:
  /// `function` has one block. Contractions for which no parameters can be found are left float (AssignedSchemes.h).
  QuantizationPlan(mlir::func::FuncOp function, const FusionGroups &groups, const ValueStatistics &statistics);

  /// The values to store, in program order.
  llvm::ArrayRef<mlir::Value> getStoredValues() const { return stored; }
  bool isStored(mlir::Value value) const { return classes.contains(value); }
  const StorageParams &getParams(mlir::Value value) const { return classes.getParams(value); }
  /// The parameters of a stored value for a consumer that demands another scheme.
  StorageParams chooseParams(mlir::Value value, const StorageDemand &demand) const {
    return classes.chooseParams(value, demand, statistics);
  }
  bool isIntegerContraction(mlir::Operation *op) const { return integerContractions.contains(op); }
  /// The contractions to quantize, in program order.
  llvm::ArrayRef<mlir::Operation *> getIntegerContractions() const { return integerContractions.getArrayRef(); }
  /// Whether a consumer reads the codes of the stored value `value`, and not its float original.
  bool readsCodes(mlir::Operation *consumer, mlir::Value value) const;
  /// Ops that read results of integer ops as floats, and whose result is stored.
  llvm::ArrayRef<mlir::Operation *> getFloatOpsBetween() const { return floatOpsBetween; }

private:
  void findIntegerValues();
  void collectDemands();
  void collectGroupDemands(const FusionGroup &group);
  void extendForward();
  bool existsAsFloat(mlir::Value value) const;
  void giveUp(const llvm::SetVector<mlir::Value> &unknown);
  void gatherResults();

  mlir::func::FuncOp function;
  const FusionGroups &groups;
  const ValueStatistics &statistics;
  llvm::SetVector<mlir::Operation *> integerContractions;
  llvm::SmallPtrSet<mlir::Operation *, 16> opsOnCodes;
  /// Values that come from integer ops, and those that cannot be stored because nothing is known of them.
  llvm::DenseSet<mlir::Value> integerValues, withoutRange;
  StorageClasses classes;
  llvm::SmallVector<mlir::Value> stored;
  llvm::SmallVector<mlir::Operation *> floatOpsBetween;
};

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_QUANTIZATIONPLAN_H
