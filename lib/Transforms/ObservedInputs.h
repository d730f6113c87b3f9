//===- ObservedInputs.h - what calibration knows of the inputs of contractions ----------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_OBSERVEDINPUTS_H
#define NIBBLE_LIB_TRANSFORMS_OBSERVEDINPUTS_H

#include "RowOrder.h"
#include "nibble/Calibration/StatisticsFile.h"
#include "nibble/Numerics/GramLayout.h"

namespace nibble {

/// A value with a probe, each of whose channels may be multiplied with a factor since.
struct ObservedInput {
  ObserveOp probe;
  /// Empty for ones.
  llvm::SmallVector<float> factors;

  /// Nothing when there is no probe.
  static std::optional<ObservedInput> find(mlir::Value value);
};

/// `value` with each channel, an index of its last dimension, multiplied with a factor.
mlir::Value createChannelProduct(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, llvm::ArrayRef<float> factors);

/// The arrays of merged statistics files.
class InputStatistics {
public:
  /// Files that cannot be read are an error at `op`.
  static mlir::FailureOr<InputStatistics> load(mlir::Operation *op, llvm::ArrayRef<std::string> paths);

  /// The Gram matrices of the patches that the rows of a filter are multiplied with, as `numerics::GramLayout` has them and with
  /// the factors of the input. An error at `op` when the files have none of this size.
  mlir::FailureOr<llvm::SmallVector<float>> getGram(ContractionOpInterface op, const RowOrder &order, ObservedInput input) const;
  /// The sums of the magnitudes of the channels that a probe saw; an error at the probe when the files have none.
  mlir::FailureOr<llvm::ArrayRef<float>> getMagnitudes(ObserveOp probe) const;

private:
  explicit InputStatistics(calibration::StatisticsFile file) : file(std::move(file)) {}
  mlir::FailureOr<llvm::ArrayRef<float>> getArray(mlir::Operation *op, const std::string &name, int64_t size) const;

  calibration::StatisticsFile file;
};

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_OBSERVEDINPUTS_H
