//===- StorageClasses.h - values that share quantization parameters ---------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_STORAGECLASSES_H
#define NIBBLE_LIB_TRANSFORMS_STORAGECLASSES_H

#include "nibble/Calibration/Range.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "llvm/ADT/MapVector.h"

namespace nibble {

/// Parameters of one stored value.
struct StorageParams {
  SchemeAttr scheme;
  float scale;
  int32_t zeroPoint;
};

/// A wish for codes, and how the range for them is to be chosen.
struct StorageDemand {
  SchemeAttr scheme;
  mlir::StringAttr calibrator;
  bool operator==(const StorageDemand &other) const {
    return scheme == other.scheme && calibrator == other.calibrator;
  }
};

using ValueStatistics = llvm::DenseMap<mlir::Value, StatisticsAttr>;

/// Sets of values that have to have one scale and zero point, with the demands on them. Every value in it is stored.
class StorageClasses {
public:
  void clear();
  void addDemand(mlir::Value value, const StorageDemand &demand) { demands[value].push_back(demand); }
  bool contains(mlir::Value value) const { return demands.contains(value); }
  auto getValues() const { return llvm::make_first_range(demands); }
  /// Values in a class already are joined with all of its members.
  void unite(mlir::Value a, mlir::Value b);
  /// The member that stands for the class of a stored value.
  mlir::Value getRepresentative(mlir::Value value) const;

  /// The most frequent demand on a stored value, the first of several.
  const StorageDemand &getMainDemand(mlir::Value value) const;

  /// Chooses parameters for every class: for the union of the ranges of its members, in the scheme that most members'
  /// demands name. Returns the representatives of classes of which nothing is known.
  llvm::SetVector<mlir::Value> chooseParams(const ValueStatistics &statistics);
  const StorageParams &getParams(mlir::Value value) const;
  /// What parameters another demand would have given the class of a stored value.
  StorageParams chooseParams(mlir::Value value, const StorageDemand &demand, const ValueStatistics &statistics) const;

private:
  struct Class {
    llvm::SmallVector<mlir::Value> members;
    StorageParams params = {};
  };
  std::optional<StorageParams> chooseParams(const Class &storageClass, const StorageDemand &demand,
                                            const ValueStatistics &statistics) const;

  llvm::MapVector<mlir::Value, llvm::SmallVector<StorageDemand>> demands;
  mutable llvm::DenseMap<mlir::Value, mlir::Value> parents;
  llvm::MapVector<mlir::Value, Class> classes;
};

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_STORAGECLASSES_H
