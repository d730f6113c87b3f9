//===- FoldCalibration.cpp - writes what calibration saw into the probes --------------------------------------===//

#include "nibble/Calibration/StatisticsConversion.h"
#include "nibble/Calibration/StatisticsFile.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::calibration;

namespace nibble {
#define GEN_PASS_DEF_FOLDCALIBRATIONPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

namespace {
/// The probes of each name; a name may stand in several places, after a value was duplicated.
using ProbesByName = llvm::MapVector<StringAttr, SmallVector<ObserveOp>>;

class FoldCalibrationPass : public WithModels<nibble::impl::FoldCalibrationPassBase<FoldCalibrationPass>> {
public:
  using WithModels::WithModels;

  void runOnOperation() override {
    ProbesByName probes;
    getOperation().walk([&](ObserveOp probe) { probes[probe.getNameAttr()].push_back(probe); });
    llvm::Expected<StatisticsFile> file = StatisticsFile::loadMerged(statistics);
    if (!file) {
      emitError(getOperation().getLoc()) << "cannot read calibration statistics: " << llvm::toString(file.takeError());
      return signalPassFailure();
    }
    if (failed(verifyComplete(probes, *file)))
      return signalPassFailure();
    remarkUnused(probes, *file);
    for (auto &[name, ops] : probes) {
      auto sums = file->arrays.find(numerics::getChannelSumsName(name.str()));
      fold(ops, file->values.at(name.str()), sums == file->arrays.end() ? ArrayRef<float>() : ArrayRef<float>(sums->second.data));
    }
  }

private:
  /// All probes without statistics in one error, with a note at each.
  LogicalResult verifyComplete(const ProbesByName &probes, const StatisticsFile &file) {
    SmallVector<StringAttr> missing;
    for (auto &[name, ops] : probes)
      if (!file.values.count(name.str()))
        missing.push_back(name);
    if (missing.empty())
      return success();
    InFlightDiagnostic error = emitError(getOperation().getLoc())
                               << "no calibration statistics for " << missing.size() << " of " << probes.size()
                               << " values: ";
    llvm::interleaveComma(missing, error, [&](StringAttr name) { error << name; });
    for (StringAttr name : missing)
      error.attachNote(probes.find(name)->second.front()->getLoc()) << name << " is observed here";
    return error;
  }

  void remarkUnused(const ProbesByName &probes, const StatisticsFile &file) {
    for (const auto &[name, unused] : file.values)
      if (!probes.contains(StringAttr::get(&getContext(), name)))
        emitRemark(getOperation().getLoc()) << "calibration statistics of '" << name << "' are not used by any value";
  }

  void fold(ArrayRef<ObserveOp> ops, const numerics::Statistics &seen, ArrayRef<float> channelSums) {
    ObserveOp probe = ops.front();
    if (seen.nans() || seen.infinities())
      emitWarning(probe.getLoc()) << "calibration saw " << seen.nans() << " NaNs and " << seen.infinities()
                                  << " infinities in " << probe.getNameAttr() << "; they are left out";
    StatisticsAttr attribute = convertToAttribute(&getContext(), seen, channelSums);
    for (ObserveOp op : ops)
      op.setStatisticsAttr(attribute);
    numFolded += ops.size();
  }
};
} // namespace
