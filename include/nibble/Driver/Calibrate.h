//===- Calibrate.h - statistics for the compiler -----------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_CALIBRATE_H
#define NIBBLE_DRIVER_CALIBRATE_H

#include "nibble/Data/DataSet.h"
#include "nibble/Driver/Compile.h"
#include "nibble/Support/TemporaryFile.h"

namespace nibble {

/// The statistics file for the calibrate phase: one that was to be kept, or a temporary one.
class CalibrationResult {
public:
  CalibrationResult() = default;
  explicit CalibrationResult(llvm::StringRef kept) : kept(kept) {}
  explicit CalibrationResult(TemporaryFile temporary) : temporary(std::move(temporary)) {}

  /// Empty when the recipe needs no statistics.
  const std::string &getFile() const { return kept.empty() ? temporary.getPath() : kept; }

private:
  std::string kept;
  TemporaryFile temporary;
};

/// Gathers the statistics that the recipe needs. Statistics files (.json) are taken as they are; over all other data the float
/// program of the normalized `module` is run, compiled for this machine with observers. All are merged in their order, and kept when
/// `options.saveCalibration` says so. A recipe that needs statistics without any calibration data is an error that says what
/// to do.
llvm::Expected<CalibrationResult> calibrate(Session &session, mlir::ModuleOp module, const QuantizeOptions &options);

/// The inputs of a program as data sets want them.
std::vector<data::DataInput> getDataInputs(const nibble_info &info);

} // namespace nibble

#endif // NIBBLE_DRIVER_CALIBRATE_H
