//===- Awq.h - scaling channels so that the weights of salient ones are rounded more finely ----------===//
//
// Lin, Tang, Tang, Yang, Dang, Han: "AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration", 2023, section 3.2.
// docs/Spec.md, "Channel scaling by AWQ", says what is computed.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_ROUNDING_AWQ_H
#define NIBBLE_ROUNDING_AWQ_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace nibble::rounding {

/// The factors magnitude^exponent of channels, divided by the geometric mean of the largest and the smallest; all 1 for an exponent of 0.
/// Magnitudes below 2^-10 of the largest count as that.
llvm::SmallVector<float> getChannelFactors(llvm::ArrayRef<float> magnitudes, double exponent);

struct ChannelFactors {
  llvm::SmallVector<float> factors;
  double exponent = 0;
  /// Of the outputs, with the factors and without.
  double error = 0, plainError = 0;
};

/// The factors with the least error among exponents 0, 1/20, … 19/20, the first of several. `getError` says what the error of the outputs is
/// when weights are multiplied with the factors before they are rounded, and divided afterwards.
ChannelFactors searchChannelFactors(llvm::ArrayRef<float> magnitudes,
                                    llvm::function_ref<double(llvm::ArrayRef<float> factors)> getError);

} // namespace nibble::rounding

#endif // NIBBLE_ROUNDING_AWQ_H
