//===- Calibrator.h - from what was seen of a value to the range to represent --------------------------===//

#ifndef NIBBLE_CALIBRATION_CALIBRATOR_H
#define NIBBLE_CALIBRATION_CALIBRATOR_H

#include "nibble/Calibration/Range.h"
#include "nibble/Numerics/Statistics.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>

namespace nibble::calibration {

/// A rule that decides which part of what was seen is worth representing. It knows how many codes there are and whether they
/// are symmetric, and nothing else of a scheme.
class Calibrator {
public:
  virtual ~Calibrator() = default;

  /// The range to represent: within [min(0, smallest), max(0, largest)] of the statistics; [0, 0] when nothing was seen.
  virtual Range chooseRange(const numerics::Statistics &statistics, CodeRange codes) const = 0;
};

/// A member of Calibrators.def.
struct CalibratorInfo {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
};

/// All calibrators, in the order of Calibrators.def.
llvm::ArrayRef<CalibratorInfo> getCalibrators();

/// The calibrator that `text` names: `<name>` or `<name>:<parameter>`, such as `percentile:99.99`. Errors: an unknown name, a
/// parameter that is no number, is out of bounds or is given to a calibrator without one.
llvm::Expected<std::unique_ptr<Calibrator>> createCalibrator(llvm::StringRef text);

} // namespace nibble::calibration

#endif // NIBBLE_CALIBRATION_CALIBRATOR_H
