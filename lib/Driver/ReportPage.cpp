//===- ReportPage.cpp - the report as one HTML page ----------------------------------------------------------------------------------===//

#include "ReportFront.h"
#include "ReportPlots.h"
#include "llvm/Support/FormatVariadic.h"

using namespace nibble;

namespace {

constexpr llvm::StringLiteral style = R"(
:root { color-scheme: light dark; --text: #1d2433; --soft: #5d6880; --page: #ffffff; --panel: #f4f6fa; --line: #dde2ec;
        --float: #9aa5bd; --quantized: #2f6fd0; --codes: #d9822b; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e8f1; --soft: #9aa5bd; --page: #12151c; --panel: #1b202b; --line: #303849;
          --float: #6b7790; --quantized: #5b9bf5; --codes: #e79a4b; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64em; margin: 2em auto; padding: 0 1.2em; color: var(--text); background: var(--page); }
h1 { font-size: 1.7em; margin: 0; } h2 { font-size: 1.2em; margin: 2.2em 0 .4em; } p { margin: .4em 0; } .soft { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15em, 1fr)); gap: 1em; margin: 1.4em 0; }
.card { background: var(--panel); border-radius: 8px; padding: .9em 1.1em; }
.card h3 { font-size: .85em; font-weight: 500; margin: 0; color: var(--soft); } .card b { font-size: 1.5em; }
svg { display: block; width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
.float { fill: var(--float); } .quantized, .distribution { fill: var(--quantized); } .codes { fill: var(--codes); }
circle.front { fill: var(--quantized); opacity: .55; } circle.uniform { fill: var(--float); } circle.chosen { fill: var(--codes); }
.grid { stroke: var(--line); } svg .label { text-anchor: end; } svg .tick { text-anchor: middle; fill: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3em .8em; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 500; color: var(--soft); } th:last-child { text-align: left; } th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.histogram { width: 240px; } .key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; vertical-align: -.05em; }
)";

/// What a card compares, as a number.
struct Comparison {
  double floating, quantized;
};

/// In the order of getSummary.
std::vector<Comparison> getComparisons(const ReportData &report) {
  const ProgramReport &a = report.floating, &b = report.quantized;
  std::vector<Comparison> comparisons;
  if (a.accuracy && b.accuracy)
    comparisons.push_back({*a.accuracy, *b.accuracy});
  comparisons.push_back({a.seconds, b.seconds});
  comparisons.push_back({static_cast<double>(a.weightBytes), static_cast<double>(b.weightBytes)});
  comparisons.push_back({static_cast<double>(a.workspaceBytes), static_cast<double>(b.workspaceBytes)});
  return comparisons;
}

void writeCards(const ReportData &report, llvm::raw_ostream &out) {
  out << "<div class='cards'>\n";
  for (auto [row, comparison] : llvm::zip_equal(getSummary(report), getComparisons(report))) {
    out << "<div class='card'><h3>" << row.what << "</h3><b>" << (row.comparison.empty() ? row.quantized : row.comparison) << "</b>\n";
    plotPair(comparison.floating, comparison.quantized, row, out);
    out << "</div>\n";
  }
  out << "</div>\n";
}

std::string formatNoise(double sqnr) { return sqnr >= Noise::noNoise ? "exact" : llvm::formatv("{0:f1}", sqnr).str(); }

void writeLayers(const ReportData &report, llvm::raw_ostream &out) {
  out << "<h2>Signal-to-noise ratio of each stored value, dB</h2>\n<p class='soft'>The worst first; 6 dB are one bit. Against the float "
         "program, over "
      << report.numLayerBatches << (report.numLayerBatches == 1 ? " batch" : " batches")
      << "; the errors of all layers before are included.</p>\n";
  plotNoise(report.layers, out);
  out << "<h2>Values and the range of their codes</h2>\n<p class='soft'><span class='key' style='background: var(--quantized)'></span> "
         "how the elements of the float program are distributed (heights are logarithmic), <span class='key' style='background: "
         "var(--codes)'></span> the range that codes represent: what lies outside is clamped. In program order.</p>\n"
         "<div class='wide'><table><tr><th>value</th><th>min</th><th>max</th><th>codes from</th><th>to</th><th>SQNR dB</th>"
         "<th>distribution</th></tr>\n";
  for (const LayerReport &layer : report.layers) {
    out << llvm::formatv("<tr><td>{0}</td><td>{1:f3}</td><td>{2:f3}</td><td>{3:f3}</td><td>{4:f3}</td><td>{5}</td><td>",
                         escapeHtml(layer.name), layer.min, layer.max, layer.codeMin, layer.codeMax, formatNoise(layer.sqnr));
    plotHistogram(layer, out);
    out << "</td></tr>\n";
  }
  out << "</table></div>\n";
}

} // namespace

std::string nibble::formatReportPage(const ReportData &report) {
  std::string page;
  llvm::raw_string_ostream out(page);
  out << "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>"
      << escapeHtml(report.model) << "</title><style>" << style << "</style></head><body>\n";
  out << "<h1>" << escapeHtml(report.model) << "</h1>\n<p class='soft'>Recipe " << escapeHtml(report.recipe) << " on "
      << escapeHtml(report.cpu) << "</p>\n";
  writeCards(report, out);
  for (const std::string &remark : getRemarks(report))
    out << "<p>" << escapeHtml(remark) << "</p>\n";
  if (!report.front.points.empty())
    plotFront(report.front, out);
  if (!report.layers.empty())
    writeLayers(report, out);
  if (!report.floatOps.empty()) {
    out << "<h2>Stayed float</h2>\n<ul>\n";
    for (const std::string &op : report.floatOps)
      out << "<li>" << escapeHtml(op) << "</li>\n";
    out << "</ul>\n";
  }
  out << "</body></html>\n";
  return page;
}
