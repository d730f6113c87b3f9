//===- OutputLoss.h - how far the outputs of one program are from those of another -----------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_OUTPUTLOSS_H
#define NIBBLE_LIB_DRIVER_OUTPUTLOSS_H

#include "ProgramOutputs.h"
#include "nibble/Assignment/LossFile.h"

namespace nibble {

/// Sums over batches of outputs, in their order (docs/Spec.md, "Loss file").
class OutputLoss {
public:
  /// Takes in what both programs make of one batch of `numSamples`.
  void add(llvm::ArrayRef<data::Array> exact, llvm::ArrayRef<data::Array> approximate, int64_t numSamples);

  assignment::Loss get() const;

private:
  void addScores(llvm::ArrayRef<float> exact, llvm::ArrayRef<float> approximate);

  Noise noise;
  double divergence = 0;
  int64_t numSamples = 0;
  bool hasScores = true;
};

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_OUTPUTLOSS_H
