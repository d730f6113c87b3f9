//===- ReportSummary.cpp - what text and page say alike ---------------------------------------------------------------------------===//

#include "ReportData.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>

using namespace nibble;

static std::string formatPercent(double share) { return llvm::formatv("{0:f2} %", share * 100).str(); }

/// In a unit that suits the larger of two quantities: they are to be compared.
static std::string formatBytes(int64_t bytes, int64_t larger) {
  if (larger < 10000)
    return std::to_string(bytes) + " B";
  if (larger < 1000 * 1024)
    return llvm::formatv("{0:f1} KiB", bytes / 1024.0).str();
  return llvm::formatv("{0:f2} MiB", bytes / (1024.0 * 1024.0)).str();
}

static std::string formatSeconds(double seconds, double larger) {
  return larger < 1e-3 ? llvm::formatv("{0:f1} µs", seconds * 1e6).str() : llvm::formatv("{0:f2} ms", seconds * 1e3).str();
}

static std::string formatRatio(double larger, double smaller, const char *comparative) {
  return larger > 0 && smaller > 0 ? llvm::formatv("{0:f2}x {1}", larger / smaller, comparative).str() : std::string();
}

std::vector<ReportRow> nibble::getSummary(const ReportData &report) {
  const ProgramReport &a = report.floating, &b = report.quantized;
  std::vector<ReportRow> rows;
  if (a.accuracy && b.accuracy)
    rows.push_back({"top-1 accuracy", formatPercent(*a.accuracy), formatPercent(*b.accuracy),
                    llvm::formatv("{0:f2} points", (*b.accuracy - *a.accuracy) * 100)});
  double slower = std::max(a.seconds, b.seconds);
  rows.push_back({"one run, one thread", formatSeconds(a.seconds, slower), formatSeconds(b.seconds, slower),
                  formatRatio(a.seconds, b.seconds, "faster")});
  auto addBytes = [&](const char *what, int64_t floating, int64_t quantized) {
    int64_t larger = std::max(floating, quantized);
    rows.push_back({what, formatBytes(floating, larger), formatBytes(quantized, larger), formatRatio(floating, quantized, "smaller")});
  };
  addBytes("weights", a.weightBytes, b.weightBytes);
  addBytes("workspace", a.workspaceBytes, b.workspaceBytes);
  return rows;
}

std::vector<std::string> nibble::getRemarks(const ReportData &report) {
  std::vector<std::string> remarks;
  if (report.numSamples == 0)
    return {"Accuracy and the error of each layer are not known: give test data with --data (and --label-key)."};
  std::string line = "Over " + std::to_string(report.numSamples) + " samples";
  if (report.outputSqnr && *report.outputSqnr >= Noise::noNoise)
    line += " the outputs of both programs are equal";
  else
    line += llvm::formatv(" the signal-to-noise ratio (SQNR) of the outputs is {0:f1} dB", report.outputSqnr.value_or(0)).str();
  if (report.agreement)
    line += ", and both programs have the same largest output for " + formatPercent(*report.agreement) + " of them";
  remarks.push_back(line + ".");
  if (!report.floating.accuracy)
    remarks.push_back("Accuracy is not known: name the array of labels with --label-key.");
  return remarks;
}
