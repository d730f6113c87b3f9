//===- Report.h - how good and how fast a quantized model is ------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_REPORT_H
#define NIBBLE_DRIVER_REPORT_H

#include "nibble/Driver/Compile.h"

namespace nibble {

struct ReportOptions {
  ModelOptions model;
  QuantizeOptions quantize;
  TargetOptions target;
  /// Test data; may have labels.
  std::vector<std::string> data;
  /// The array that holds the labels; empty: none.
  std::string labelKey;
  /// Where to write one self-contained HTML page; empty: `<name>-report.html` in the current folder.
  std::string html;
  bool writesHtml = true;
  /// A front that `nibble assign` wrote, to be shown on the page; empty: none.
  std::string front;
};

/// `nibble report`: accuracy of float and quantized program, signal to noise ratio and range of each layer, size, latency. Text
/// goes to standard output.
llvm::Error reportModel(const ReportOptions &options);

} // namespace nibble

#endif // NIBBLE_DRIVER_REPORT_H
