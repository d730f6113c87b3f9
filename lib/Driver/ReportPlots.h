//===- ReportPlots.h - plots of the report's page, as SVG ------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_REPORTPLOTS_H
#define NIBBLE_LIB_DRIVER_REPORTPLOTS_H

#include "ReportData.h"
#include "llvm/Support/raw_ostream.h"

namespace nibble {

/// Text with what HTML and SVG give a meaning to replaced.
std::string escapeHtml(llvm::StringRef text);

/// Two horizontal bars, float above quantized, the longer one over the whole width; labels are the values as text.
void plotPair(double floating, double quantized, const ReportRow &row, llvm::raw_ostream &out);

/// A horizontal bar for each value, the worst first, on an axis of dB.
void plotNoise(llvm::ArrayRef<LayerReport> layers, llvm::raw_ostream &out);

/// The distribution of one value in the float program (heights are logarithmic), with the range that the codes represent marked
/// below.
void plotHistogram(const LayerReport &layer, llvm::raw_ostream &out);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_REPORTPLOTS_H
