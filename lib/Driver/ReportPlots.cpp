//===- ReportPlots.cpp - plots of the report's page, as SVG ----------------------------------------------------------------------===//

#include "ReportPlots.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace nibble;

std::string nibble::escapeHtml(llvm::StringRef text) {
  std::string escaped;
  llvm::raw_string_ostream stream(escaped);
  llvm::printHTMLEscaped(text, stream);
  return escaped;
}

/// Names of nodes can be paths of any length: the end says more than the beginning.
static std::string shorten(llvm::StringRef name, size_t length) {
  return name.size() <= length ? name.str() : "…" + name.take_back(length - 1).str();
}

void nibble::plotPair(double floating, double quantized, const ReportRow &row, llvm::raw_ostream &out) {
  constexpr double width = 80, labelWidth = 64, valueWidth = 70;
  double longest = std::max({floating, quantized, 1e-30});
  out << llvm::formatv("<svg viewBox='0 0 {0} 44' role='img' aria-label='{1}: float {2}, quantized {3}'>\n",
                       labelWidth + width + valueWidth, row.what, row.floating, row.quantized);
  auto bar = [&](int y, llvm::StringRef label, double value, llvm::StringRef text) {
    double length = std::max(1.0, value / longest * width);
    out << llvm::formatv("<text x='0' y='{0}'>{1}</text><rect class='{1}' x='{2}' y='{3}' width='{4:f1}' height='14' rx='2'/>"
                         "<text x='{5:f1}' y='{0}'>{6}</text>\n",
                         y + 12, label, labelWidth, y, length, labelWidth + length + 6, text);
  };
  bar(2, "float", floating, row.floating);
  bar(24, "quantized", quantized, row.quantized);
  out << "</svg>\n";
}

/// The next round number that is not below `value`.
static double getAxisEnd(double value) { return std::max(10.0, std::ceil(value / 10) * 10); }

void nibble::plotNoise(llvm::ArrayRef<LayerReport> layers, llvm::raw_ostream &out) {
  constexpr int rowHeight = 20, axisHeight = 20;
  constexpr double labelWidth = 250, plotWidth = 520, valueWidth = 60;
  // Values without any error would squeeze all others.
  constexpr double longestBar = 80;
  std::vector<const LayerReport *> sorted;
  for (const LayerReport &layer : layers)
    sorted.push_back(&layer);
  // Of equal ones the earlier first.
  llvm::sort(sorted, [](const LayerReport *a, const LayerReport *b) { return std::tie(a->sqnr, a) < std::tie(b->sqnr, b); });
  double end = getAxisEnd(std::min(longestBar, sorted.back()->sqnr));
  int height = rowHeight * static_cast<int>(sorted.size());
  out << llvm::formatv("<svg viewBox='0 0 {0} {1}' role='img' aria-label='SQNR of each value, the worst first'>\n",
                       labelWidth + plotWidth + valueWidth, height + axisHeight);
  for (double tick = 0; tick <= end; tick += 10) {
    double x = labelWidth + tick / end * plotWidth;
    out << llvm::formatv("<line class='grid' x1='{0:f1}' x2='{0:f1}' y1='0' y2='{1}'/><text class='tick' x='{0:f1}' y='{2}'>{3:f0}</text>\n",
                         x, height, height + 15, tick);
  }
  for (auto [number, layer] : llvm::enumerate(sorted)) {
    int y = static_cast<int>(number) * rowHeight;
    double length = std::max(0.0, std::min(layer->sqnr, end)) / end * plotWidth;
    std::string value = layer->sqnr >= Noise::noNoise ? "exact" : llvm::formatv("{0:f1}", layer->sqnr).str();
    out << llvm::formatv("<text class='label' x='{0}' y='{1}'>{2}<title>{3}</title></text><rect class='quantized' x='{4}' y='{5}' "
                         "width='{6:f1}' height='{7}' rx='2'/><text x='{8:f1}' y='{1}'>{9}</text>\n",
                         labelWidth - 8, y + 14, escapeHtml(shorten(layer->name, 36)), escapeHtml(layer->name), labelWidth, y + 3,
                         length, rowHeight - 6, labelWidth + length + 6, value);
  }
  out << "</svg>\n";
}

void nibble::plotHistogram(const LayerReport &layer, llvm::raw_ostream &out) {
  constexpr double width = 240, height = 34, ruleHeight = 6;
  double low = std::min(layer.min, layer.codeMin), high = std::max(layer.max, layer.codeMax);
  double extent = high > low ? high - low : 1;
  auto position = [&](double value) { return (value - low) / extent * width; };
  out << llvm::formatv("<svg class='histogram' viewBox='0 0 {0} {1}' role='img' aria-label='distribution of {2}'>", width,
                       height + ruleHeight + 2, escapeHtml(layer.name));
  int64_t largest = *std::max_element(layer.histogram.begin(), layer.histogram.end());
  double step = (layer.max - layer.min) / LayerReport::numBins;
  out << "<path class='distribution' d='";
  for (auto [number, count] : llvm::enumerate(layer.histogram)) {
    if (count == 0)
      continue;
    double share = std::log1p(static_cast<double>(count)) / std::log1p(static_cast<double>(largest));
    double x = position(layer.min + number * step), barWidth = std::max(1.0, step / extent * width);
    out << llvm::formatv("M{0:f1} {1}v{2:f1}h{3:f1}v{4:f1}z", x, height, -share * height, barWidth, share * height);
  }
  out << llvm::formatv("'/><rect class='codes' x='{0:f1}' y='{1}' width='{2:f1}' height='{3}' rx='2'/></svg>", position(layer.codeMin),
                       height + 2, std::max(1.0, position(layer.codeMax) - position(layer.codeMin)), ruleHeight - 2);
}
