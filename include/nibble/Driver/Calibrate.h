//===- Calibrate.h - statistics for the compiler -----------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_CALIBRATE_H
#define NIBBLE_DRIVER_CALIBRATE_H

#include "nibble/Data/DataSet.h"
#include "nibble/Driver/Compile.h"

namespace nibble {

/// Statistics files for the calibrate phase. Removes the temporary one that it may own.
class CalibrationResult {
public:
  CalibrationResult() = default;
  CalibrationResult(CalibrationResult &&other);
  CalibrationResult &operator=(CalibrationResult &&) = delete;
  ~CalibrationResult();

  const std::vector<std::string> &getFiles() const { return files; }

  std::vector<std::string> files;
  /// Empty when nothing has to be removed.
  std::string temporary;
};

/// Gathers the statistics that the recipe needs. Statistics files (.json) are taken as they are; over all other data the float
/// program of the normalized `module` is run, compiled for this machine with observers. A recipe that needs statistics without any
/// calibration data is an error that says what to do; a recipe that needs none gives no files.
llvm::Expected<CalibrationResult> calibrate(Session &session, mlir::ModuleOp module, const QuantizeOptions &options,
                                            const PipelineOptions &pipeline);

/// The inputs of a program as data sets want them.
std::vector<data::DataInput> getDataInputs(const nibble_info &info);

} // namespace nibble

#endif // NIBBLE_DRIVER_CALIBRATE_H
