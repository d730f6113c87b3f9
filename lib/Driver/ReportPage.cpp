//===- ReportPage.cpp - the report as one HTML page ----------------------------------------------------------------------------------===//

#include "ReportData.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>

using namespace nibble;

namespace {

constexpr llvm::StringLiteral style = R"(
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
table { border-collapse: collapse; } th, td { padding: .2em .9em; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; } svg { width: 100%; height: auto; } text { font: 11px system-ui, sans-serif; }
)";

std::string escape(llvm::StringRef text) {
  std::string escaped;
  llvm::raw_string_ostream stream(escaped);
  llvm::printHTMLEscaped(text, stream);
  return escaped;
}

std::string percent(const std::optional<double> &share) {
  return share ? llvm::formatv("{0:f2} %", *share * 100).str() : "–";
}

/// A horizontal bar for each layer, from 0 to the largest value.
void plotSqnr(const std::vector<LayerReport> &layers, llvm::raw_ostream &out) {
  constexpr int rowHeight = 16, labelWidth = 260, plotWidth = 560;
  double largest = 1;
  for (const LayerReport &layer : layers)
    largest = std::max(largest, layer.sqnr);
  out << llvm::formatv("<svg viewBox='0 0 {0} {1}' role='img' aria-label='SQNR of each value'>\n",
                       labelWidth + plotWidth + 60, rowHeight * layers.size() + 4);
  for (auto [number, layer] : llvm::enumerate(layers)) {
    double width = std::max(0.0, layer.sqnr) / largest * plotWidth;
    int y = static_cast<int>(number) * rowHeight;
    out << llvm::formatv("<text x='{0}' y='{1}' text-anchor='end'>{2}</text>"
                         "<rect x='{3}' y='{4}' width='{5:f1}' height='{6}' fill='#4878b0'/>"
                         "<text x='{7:f1}' y='{1}'>{8:f1}</text>\n",
                         labelWidth - 8, y + 12, escape(layer.name), labelWidth, y + 2, width, rowHeight - 4,
                         labelWidth + width + 5, layer.sqnr);
  }
  out << "</svg>\n";
}

/// The range of each layer as a line between minimum and maximum on one axis.
void plotRanges(const std::vector<LayerReport> &layers, llvm::raw_ostream &out) {
  constexpr int rowHeight = 16, labelWidth = 260, plotWidth = 560;
  double low = 0, high = 0;
  for (const LayerReport &layer : layers) {
    low = std::min(low, layer.min);
    high = std::max(high, layer.max);
  }
  double extent = high > low ? high - low : 1;
  auto position = [&](double value) { return labelWidth + (value - low) / extent * plotWidth; };
  out << llvm::formatv("<svg viewBox='0 0 {0} {1}' role='img' aria-label='range of each value'>\n",
                       labelWidth + plotWidth + 60, rowHeight * layers.size() + 4);
  out << llvm::formatv("<line x1='{0:f1}' x2='{0:f1}' y1='0' y2='{1}' stroke='#bbb'/>\n", position(0),
                       rowHeight * layers.size());
  for (auto [number, layer] : llvm::enumerate(layers)) {
    int y = static_cast<int>(number) * rowHeight;
    out << llvm::formatv("<text x='{0}' y='{1}' text-anchor='end'>{2}</text>"
                         "<rect x='{3:f1}' y='{4}' width='{5:f1}' height='{6}' fill='#c08040'>"
                         "<title>{7} to {8}</title></rect>\n",
                         labelWidth - 8, y + 12, escape(layer.name), position(layer.min), y + 4,
                         std::max(1.0, position(layer.max) - position(layer.min)), rowHeight - 8, layer.min, layer.max);
  }
  out << "</svg>\n";
}

} // namespace

std::string nibble::formatReportPage(const ReportData &report) {
  std::string page;
  llvm::raw_string_ostream out(page);
  out << "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>" << escape(report.model)
      << "</title><style>" << style << "</style></head><body>\n";
  out << "<h1>" << escape(report.model) << "</h1>\n<p>Recipe " << escape(report.recipe) << ", " << escape(report.cpu)
      << ".</p>\n<table><tr><th></th><th>float</th><th>quantized</th></tr>\n";
  auto row = [&](llvm::StringRef what, const std::string &floating, const std::string &quantized) {
    out << "<tr><td>" << what << "</td><td>" << floating << "</td><td>" << quantized << "</td></tr>\n";
  };
  if (report.floating.accuracy)
    row(llvm::formatv("top-1 of {0} samples", report.numSamples).str(), percent(report.floating.accuracy),
        percent(report.quantized.accuracy));
  row("weights, bytes", std::to_string(report.floating.weightBytes), std::to_string(report.quantized.weightBytes));
  row("workspace, bytes", std::to_string(report.floating.workspaceBytes), std::to_string(report.quantized.workspaceBytes));
  row("one run, µs", llvm::formatv("{0:f1}", report.floating.seconds * 1e6).str(),
      llvm::formatv("{0:f1}", report.quantized.seconds * 1e6).str());
  out << "</table>\n";
  if (report.outputSqnr)
    out << llvm::formatv("<p>Output SQNR {0:f1} dB; same largest output for {1} of {2} samples.</p>\n",
                         *report.outputSqnr, percent(report.agreement), report.numSamples);
  if (!report.layers.empty()) {
    out << "<h2>Signal to noise ratio of each stored value, dB</h2>\n<p>Against the float program on the first "
        << report.numLayerSamples << " batches; the errors of all layers before are included.</p>\n";
    plotSqnr(report.layers, out);
    out << "<h2>Range of each stored value</h2>\n";
    plotRanges(report.layers, out);
  }
  if (!report.floatOps.empty()) {
    out << "<h2>Stayed float</h2>\n<ul>\n";
    for (const std::string &op : report.floatOps)
      out << "<li>" << escape(op) << "</li>\n";
    out << "</ul>\n";
  }
  out << "</body></html>\n";
  return page;
}
