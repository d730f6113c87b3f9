//===- ReportText.cpp - the report for a terminal ----------------------------------------------------------------------------------===//

#include "ReportData.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;

static std::string formatPercent(const std::optional<double> &share) {
  return share ? llvm::formatv("{0:f2} %", *share * 100).str() : "-";
}

std::string nibble::formatReport(const ReportData &report) {
  std::string text;
  llvm::raw_string_ostream out(text);
  auto row = [&](llvm::StringRef what, const std::string &floating, const std::string &quantized) {
    out << llvm::formatv("{0,-28} {1,16} {2,16}\n", what, floating, quantized);
  };
  out << report.model << " with recipe " << report.recipe << " on " << report.cpu << "\n\n";
  row("", "float", "quantized");
  if (report.floating.accuracy)
    row(llvm::formatv("top-1 of {0} samples", report.numSamples).str(), formatPercent(report.floating.accuracy),
        formatPercent(report.quantized.accuracy));
  row("weights, bytes", std::to_string(report.floating.weightBytes), std::to_string(report.quantized.weightBytes));
  row("workspace, bytes", std::to_string(report.floating.workspaceBytes), std::to_string(report.quantized.workspaceBytes));
  row("one run, microseconds", llvm::formatv("{0:f1}", report.floating.seconds * 1e6).str(),
      llvm::formatv("{0:f1}", report.quantized.seconds * 1e6).str());
  if (report.outputSqnr)
    out << llvm::formatv("\noutput SQNR {0:f1} dB, same largest output for {1} of {2} samples\n", *report.outputSqnr,
                         formatPercent(report.agreement), report.numSamples);
  if (!report.layers.empty()) {
    out << llvm::formatv("\n{0,-40} {1,12} {2,12} {3,10}\n", "value", "min", "max", "SQNR dB");
    for (const LayerReport &layer : report.layers)
      out << llvm::formatv("{0,-40} {1,12:f4} {2,12:f4} {3,10:f1}\n", layer.name, layer.min, layer.max, layer.sqnr);
  }
  if (!report.floatOps.empty()) {
    out << "\nstayed float:\n";
    for (const std::string &op : report.floatOps)
      out << "  " << op << "\n";
  }
  return text;
}
