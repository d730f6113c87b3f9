//===- StorageClasses.cpp - values that share quantization parameters -------------------------------===//

#include "StorageClasses.h"
#include "nibble/Calibration/Calibrator.h"
#include "nibble/Calibration/StatisticsConversion.h"

using namespace mlir;
using namespace nibble;

void StorageClasses::clear() {
  demands.clear();
  parents.clear();
  classes.clear();
}

Value StorageClasses::getRepresentative(Value value) const {
  while (true) {
    Value parent = parents.lookup(value);
    if (!parent)
      return value;
    // Halve the path on the way.
    if (Value grandparent = parents.lookup(parent))
      parents[value] = grandparent;
    value = parent;
  }
}

void StorageClasses::unite(Value a, Value b) {
  a = getRepresentative(a), b = getRepresentative(b);
  if (a != b)
    parents[a] = b;
}

/// The most frequent of a list, the first of several.
static const StorageDemand &mostFrequent(ArrayRef<StorageDemand> demands) {
  return *std::max_element(demands.begin(), demands.end(), [&](const StorageDemand &a, const StorageDemand &b) {
    return llvm::count(demands, a) < llvm::count(demands, b);
  });
}

const StorageDemand &StorageClasses::getMainDemand(Value value) const {
  return mostFrequent(demands.find(value)->second);
}

/// What is known of one value: by construction, or from calibration.
static std::optional<calibration::Range> chooseRange(Value value, StringRef calibratorName,
                                                     calibration::CodeRange codes, const ValueStatistics &statistics) {
  if (auto op = dyn_cast_if_present<FixedRangeOpInterface>(value.getDefiningOp()))
    if (auto range = op.getFixedRange(cast<OpResult>(value).getResultNumber()))
      return calibration::Range{std::min(range->min, 0.0), std::max(range->max, 0.0)};
  StatisticsAttr known = statistics.lookup(value);
  if (!known || known.getCount() == 0)
    return std::nullopt;
  auto calibrator = calibration::createCalibrator(calibratorName);
  if (!calibrator) {
    llvm::consumeError(calibrator.takeError());
    return std::nullopt;
  }
  FailureOr<numerics::Statistics> seen = calibration::convertFromAttribute(known);
  return succeeded(seen) ? std::optional((*calibrator)->chooseRange(*seen, codes)) : std::nullopt;
}

std::optional<StorageParams> StorageClasses::chooseParams(const Class &storageClass, const StorageDemand &demand,
                                                          const ValueStatistics &statistics) const {
  SchemeAttr scheme = demand.scheme;
  calibration::CodeRange codes{scheme.getMinCode(), scheme.getMaxCode(),
                               /*symmetric=*/scheme.getZeroPoint() == ZeroPointKind::None};
  std::optional<calibration::Range> all;
  for (Value member : storageClass.members) {
    std::optional<calibration::Range> range = chooseRange(member, demand.calibrator, codes, statistics);
    if (range && all)
      range = calibration::Range{std::min(all->min, range->min), std::max(all->max, range->max)};
    if (range)
      all = range;
  }
  if (!all)
    return std::nullopt;
  calibration::AffineParams params = calibration::chooseParams(*all, codes);
  return StorageParams{scheme, params.scale, params.zeroPoint};
}

llvm::SetVector<Value> StorageClasses::chooseParams(const ValueStatistics &statistics) {
  classes.clear();
  llvm::MapVector<Value, SmallVector<StorageDemand>> classDemands;
  for (auto &[value, valueDemands] : demands) {
    Value representative = getRepresentative(value);
    classes[representative].members.push_back(value);
    llvm::append_range(classDemands[representative], valueDemands);
  }
  llvm::SetVector<Value> unknown;
  for (auto &[representative, storageClass] : classes) {
    const StorageDemand &demand = mostFrequent(classDemands[representative]);
    if (auto params = chooseParams(storageClass, demand, statistics))
      storageClass.params = *params;
    else
      unknown.insert(representative);
  }
  return unknown;
}

const StorageParams &StorageClasses::getParams(Value value) const {
  return classes.find(getRepresentative(value))->second.params;
}

StorageParams StorageClasses::chooseParams(Value value, const StorageDemand &demand,
                                           const ValueStatistics &statistics) const {
  const Class &storageClass = classes.find(getRepresentative(value))->second;
  return chooseParams(storageClass, demand, statistics).value_or(storageClass.params);
}
