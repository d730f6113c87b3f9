//===- ReportFront.cpp - the front of assignments on the report's page ------------------------------------------------------------===//

#include "ReportFront.h"
#include "ReportPlots.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace nibble;
using namespace nibble::assignment;

namespace {

/// One plot: losses upwards, logarithmic, over a quantity.
class FrontPlot {
public:
  FrontPlot(const Front &front, Quantity quantity, llvm::raw_ostream &out) : front(front), quantity(quantity), out(out) {
    for (const FrontPoint &point : front.points) {
      end = std::max(end, point.totals.get(quantity) / getUnit());
      if (point.totals.loss > 0) {
        low = std::min(low, std::log10(point.totals.loss));
        high = std::max(high, std::log10(point.totals.loss));
      }
    }
    low = std::floor(std::min(low, high));
    high = std::max(std::ceil(high), low + 1);
  }

  void draw() {
    out << llvm::formatv("<svg viewBox='0 0 {0} {1}' role='img' aria-label='loss over {2} of each assignment'>\n",
                         left + width + right, height + bottom, getName(quantity));
    drawAxes();
    for (const FrontPoint &point : front.points)
      drawPoint(point);
    out << "</svg>\n";
  }

private:
  static constexpr double left = 70, width = 640, right = 20, height = 260, bottom = 36, margin = 12;

  double getUnit() const { return quantity == Quantity::Size ? 1024 : 1e3; }
  double getX(double value) const { return left + (end > 0 ? value / end * width : 0); }
  /// What loses nothing lies below the least loss.
  double getY(double loss) const {
    double share = loss > 0 ? (std::log10(loss) - low) / (high - low) : 0;
    return loss > 0 ? height - 2 * margin - share * (height - 3 * margin) : height - margin;
  }

  void drawAxes() {
    for (double power = low; power <= high; ++power)
      out << llvm::formatv("<line class='grid' x1='{0}' x2='{1}' y1='{2:f1}' y2='{2:f1}'/>"
                           "<text class='label' x='{3}' y='{4:f1}'>1e{5:f0}</text>\n",
                           left, left + width, getY(std::pow(10, power)), left - 8, getY(std::pow(10, power)) + 4, power);
    out << llvm::formatv("<text class='label' x='{0}' y='{1:f1}'>0</text>\n", left - 8, getY(0) + 4);
    constexpr int numTicks = 5;
    for (int tick = 0; tick <= numTicks; ++tick)
      out << llvm::formatv("<text class='tick' x='{0:f1}' y='{1}'>{2:f1}</text>\n", getX(end * tick / numTicks), height + 14,
                           end * tick / numTicks);
    out << llvm::formatv("<text class='tick' x='{0}' y='{1}'>{2}</text>\n", left + width / 2, height + 30,
                         quantity == Quantity::Size ? "size, KiB" : "time, us");
  }

  void drawPoint(const FrontPoint &point) {
    const Totals &totals = point.totals;
    bool isFront = point.kind == "front";
    std::string name = point.kind + (point.kind == "uniform" ? " " + getMostFrequent(point.candidates) : "");
    out << llvm::formatv("<circle class='{0}' cx='{1:f1}' cy='{2:f1}' r='{3}'><title>{4}: loss {5:e3}, {6:f1} us, {7:f1} KiB</title></circle>\n",
                         escapeHtml(point.kind), getX(totals.get(quantity) / getUnit()), getY(totals.loss), isFront ? 4 : 6,
                         escapeHtml(name), totals.loss, totals.time / 1e3, totals.size / 1024);
  }

  /// What a uniform assignment is called after; layers that cannot have it are float32.
  static std::string getMostFrequent(llvm::ArrayRef<std::string> candidates) {
    return *std::max_element(candidates.begin(), candidates.end(), [&](const std::string &a, const std::string &b) {
      return llvm::count(candidates, a) < llvm::count(candidates, b);
    });
  }

  const Front &front;
  Quantity quantity;
  llvm::raw_ostream &out;
  double end = 0, low = 0, high = -100;
};

} // namespace

void nibble::plotFront(const Front &front, llvm::raw_ostream &out) {
  out << "<h2>Mixed precision: what loses least</h2>\n<p class='soft'>Losses of assignments over what they take, as added up from the loss "
         "and cost files: <span class='key' style='background: var(--quantized)'></span> those that none beats, <span class='key' "
         "style='background: var(--float)'></span> one candidate for all layers, <span class='key' style='background: "
         "var(--codes)'></span> the chosen one.</p>\n";
  for (Quantity quantity : {Quantity::Size, Quantity::Time})
    FrontPlot(front, quantity, out).draw();
}
