//===- ReportData.h - what a report says -----------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_REPORTDATA_H
#define NIBBLE_LIB_DRIVER_REPORTDATA_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nibble {

/// One value that is stored in codes: how far they are from the float program, the errors of all layers before included.
struct LayerReport {
  std::string name;
  /// Range in the float program over the measured samples.
  double min = 0, max = 0;
  /// Signal to quantization noise ratio in dB.
  double sqnr = 0;
};

/// One of the two programs.
struct ProgramReport {
  int64_t weightBytes = 0, workspaceBytes = 0;
  /// Seconds of one run with one thread, the median.
  double seconds = 0;
  /// Share of samples whose largest output is the label.
  std::optional<double> accuracy;
};

struct ReportData {
  std::string model, recipe, cpu;
  int64_t numSamples = 0;
  ProgramReport floating, quantized;
  /// Of all outputs together, in dB; nothing without test data.
  std::optional<double> outputSqnr;
  /// Share of samples for which both programs have the same largest output.
  std::optional<double> agreement;
  /// In program order; measured on the first `numLayerSamples` batches.
  std::vector<LayerReport> layers;
  int64_t numLayerSamples = 0;
  /// Ops that stayed float, with the rule.
  std::vector<std::string> floatOps;
};

/// The report as text for a terminal.
std::string formatReport(const ReportData &report);

/// The report as one HTML page without references to anything outside of it; plots are SVG.
std::string formatReportPage(const ReportData &report);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_REPORTDATA_H
