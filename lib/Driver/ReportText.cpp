//===- ReportText.cpp - the report for a terminal ----------------------------------------------------------------------------------===//

#include "ReportData.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;

/// `text` at the right of `width` columns; µ is one column and two bytes.
static std::string alignRight(const std::string &text, size_t width) {
  size_t columns = 0;
  for (char c : text)
    columns += (c & 0xC0) != 0x80;
  return std::string(columns < width ? width - columns : 0, ' ') + text;
}

std::string nibble::formatReport(const ReportData &report) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << report.model << " with recipe " << report.recipe << " on " << report.cpu << "\n\n";
  auto row = [&](const ReportRow &row) {
    out << llvm::formatv("{0,-20}", row.what) << alignRight(row.floating, 14) << alignRight(row.quantized, 14);
    out << (row.comparison.empty() ? "" : "   " + row.comparison) << "\n";
  };
  row({"", "float", "quantized", ""});
  for (const ReportRow &line : getSummary(report))
    row(line);
  out << "\n";
  for (const std::string &remark : getRemarks(report))
    out << remark << "\n";
  if (!report.layers.empty()) {
    out << llvm::formatv("\n{0,-40} {1,12} {2,12} {3,10}\n", "value stored in codes", "min", "max", "SQNR dB");
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
