//===- StatisticsFile.h - statistics by name, in a file -----------------------------------------------------===//
//
// docs/Spec.md, "Statistics file". What calibration writes and calibration folding reads; shards of the data can be observed
// on several machines and merged.
//
//===--------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_CALIBRATION_STATISTICSFILE_H
#define NIBBLE_CALIBRATION_STATISTICSFILE_H

#include "nibble/Numerics/StatisticsText.h"
#include "llvm/Support/Error.h"

namespace nibble::calibration {

class StatisticsFile {
public:
  /// Reads a file; errors begin with its path and say where in it.
  static llvm::Expected<StatisticsFile> load(llvm::StringRef path);
  /// Reads the text of a file; `source` stands for the path in errors.
  static llvm::Expected<StatisticsFile> parse(llvm::StringRef text, llvm::StringRef source);
  /// Reads several files and merges them in the order given; all unreadable ones are in the error.
  static llvm::Expected<StatisticsFile> loadMerged(llvm::ArrayRef<std::string> paths);

  /// Writes the file; nothing is left at `path` when that fails.
  llvm::Error save(llvm::StringRef path) const;

  /// Takes in statistics of data that comes after this one's. Arrays are sums, so they are added; an error when two of one
  /// name differ in shape.
  llvm::Error merge(const StatisticsFile &later);

  /// Statistics by the name of `nibble.observe`.
  std::map<std::string, numerics::Statistics> values;
  /// What other algorithms keep; by convention `<value>/<what>`: `conv1/gram`, `conv1/channel_sums`.
  std::map<std::string, numerics::NamedArray> arrays;
};

} // namespace nibble::calibration

#endif // NIBBLE_CALIBRATION_STATISTICSFILE_H
