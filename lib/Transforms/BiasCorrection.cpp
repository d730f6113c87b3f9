//===- BiasCorrection.cpp - what rounded weights add to the mean of a contraction's results ---------===//
//
// Rounding errors of weights do not cancel where inputs have a mean, as they have behind a ReLU: each channel is shifted by
// the sum of error times mean. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019,
// section 4.2; the means are those of calibration, not of a model of it.
//
//===----------------------------------------------------------------------------------------------===//

#include "BiasCorrection.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nibble;

/// For each index of a filter's dimension, the share of the outputs at which it meets the input and not its padding.
static SmallVector<double> getSharesInside(ConvOp op, unsigned dim) {
  int64_t extent = op.getInputType().getDimSize(1 + dim), numOutputs = op.getInitType().getDimSize(1 + dim);
  SmallVector<double> shares;
  for (int64_t tap = 0; tap < op.getFilterShape()[dim]; ++tap) {
    int64_t numInside = 0;
    for (int64_t output = 0; output < numOutputs; ++output) {
      int64_t position = output * op.getStrides()[dim] + tap * op.getDilations()[dim] - op.getPadding()[2 * dim];
      numInside += position >= 0 && position < extent;
    }
    shares.push_back(double(numInside) / double(numOutputs));
  }
  return shares;
}

static SmallVector<double> getMeanFactors(ConvOp op, ArrayRef<float> means) {
  if (static_cast<int64_t>(means.size()) != op.getInputType().getDimSize(3))
    return {};
  ArrayRef<int64_t> shape = op.getFilterShape();
  int64_t channels = shape[2], features = shape[3], featuresOfGroup = features / op.getGroups();
  SmallVector<double> rows = getSharesInside(op, 0), columns = getSharesInside(op, 1), factors;
  for (double row : rows)
    for (double column : columns)
      for (int64_t channel = 0; channel < channels; ++channel)
        for (int64_t feature = 0; feature < features; ++feature)
          factors.push_back(row * column * means[feature / featuresOfGroup * channels + channel]);
  return factors;
}

static SmallVector<double> getMeanFactors(ContractOp op, ArrayRef<float> means) {
  ArrayRef<int64_t> shape = op.getFilterShape();
  if (shape.size() != 2 || static_cast<int64_t>(means.size()) != op.getInputType().getShape().back())
    return {};
  SmallVector<double> factors;
  for (int64_t row = 0; row < shape[0]; ++row)
    for (int64_t column = 0; column < shape[1]; ++column)
      factors.push_back(means[op.getTransposeFilter() ? column : row]);
  return factors;
}

SmallVector<double> nibble::getMeanFactors(ContractionOpInterface op, ArrayRef<float> channelMeans) {
  return llvm::TypeSwitch<Operation *, SmallVector<double>>(op)
      .Case<ConvOp, ContractOp>([&](auto typed) { return ::getMeanFactors(typed, channelMeans); })
      .Default([](Operation *) { return SmallVector<double>(); });
}
