//===- ReportData.h - what a report says -----------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_REPORTDATA_H
#define NIBBLE_LIB_DRIVER_REPORTDATA_H

#include "ProgramOutputs.h"
#include "nibble/Assignment/Front.h"
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nibble {

/// One value that is stored in codes: how far they are from the float program, the errors of all layers before included.
struct LayerReport {
  static constexpr size_t numBins = 48;

  std::string name;
  /// Range in the float program over the measured samples.
  double min = 0, max = 0;
  /// Range that the codes represent.
  double codeMin = 0, codeMax = 0;
  /// Signal to quantization noise ratio in dB.
  double sqnr = 0;
  /// How many elements of the float program lie in each of the equal parts of [min, max].
  std::array<int64_t, numBins> histogram = {};
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
  /// Samples of the test data; 0 without any.
  int64_t numSamples = 0;
  ProgramReport floating, quantized;
  /// Of all outputs together, in dB; nothing without test data.
  std::optional<double> outputSqnr;
  /// Share of samples for which both programs have the same largest output; nothing for outputs of one element a sample.
  std::optional<double> agreement;
  /// In program order; measured on the first `numLayerBatches` batches.
  std::vector<LayerReport> layers;
  int64_t numLayerBatches = 0;
  /// What an assignment could choose from; without points when there is none.
  assignment::Front front;
  /// Ops that stayed float, with the rule.
  std::vector<std::string> floatOps;
};

/// A quantity of both programs, for a table.
struct ReportRow {
  std::string what, floating, quantized;
  /// How the two compare: "3.7 times faster"; may be empty.
  std::string comparison;
};
std::vector<ReportRow> getSummary(const ReportData &report);

/// Sentences about the outputs, and about what could not be said and what it would take.
std::vector<std::string> getRemarks(const ReportData &report);

/// The report as text for a terminal.
std::string formatReport(const ReportData &report);

/// The report as one HTML page without references to anything outside of it; plots are SVG.
std::string formatReportPage(const ReportData &report);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_REPORTDATA_H
