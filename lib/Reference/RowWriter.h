//===- RowWriter.h - rows of sums through an epilogue -----------------------------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_ROWWRITER_H
#define NIBBLE_LIB_REFERENCE_ROWWRITER_H

#include "Evaluators.h"

namespace nibble::reference {

/// Writes rows of sums to the result, through the epilogue.
class RowWriter {
public:
  /// Sets the op's results when it has any; memrefs are written in place.
  static FailureOr<RowWriter> create(ContractionOpInterface op, Frame &frame);

  /// `position` counts rows of the result in row-major order.
  template <typename Sum>
  LogicalResult write(int64_t position, ArrayRef<Sum> sums);

private:
  RowWriter(ContractionOpInterface op) : op(op) {}
  LogicalResult runEpilogue(int64_t position);
  /// Where a row of a view of the result's shape starts.
  static char *getRow(const View &view, int64_t position);

  ContractionOpInterface op;
  View result;
  Tensor accumulators; // one row
  SmallVector<View> operands;
  std::unique_ptr<ScalarProgram> epilogue; // null: accumulators are the result
  std::unique_ptr<ScalarMachine> machine;
};

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_ROWWRITER_H
