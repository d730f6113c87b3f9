//===- ReportMeasures.h - float and quantized program on the same data -----------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_REPORTMEASURES_H
#define NIBBLE_LIB_DRIVER_REPORTMEASURES_H

#include "ReportData.h"
#include "nibble/Data/DataSet.h"
#include "nibble/Execution/Program.h"
#include "mlir/IR/BuiltinOps.h"
#include <memory>

namespace nibble {

/// Test data: batches, and a label for each sample where there are labels.
struct TestData {
  std::unique_ptr<data::DataSet> batches;
  /// 64-bit integers.
  std::optional<data::Array> labels;
};

/// Runs both programs over all data and fills `numSamples`, `outputSqnr`, `agreement` and `accuracy` of the report.
llvm::Error evaluateOutputs(Program &floating, Program &quantized, llvm::ArrayRef<TestData> data, ReportData &report);

/// Compares each value that is stored in codes in `quantized` (after phase quantize) with the value of the same name in `floating`
/// (after phase normalize), on the reference interpreter, and fills `layers` and `numLayerBatches`. Takes a few batches of the first
/// data only: the interpreter is slow.
llvm::Error compareLayers(mlir::ModuleOp floating, mlir::ModuleOp quantized, data::DataSet &data, ReportData &report);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_REPORTMEASURES_H
