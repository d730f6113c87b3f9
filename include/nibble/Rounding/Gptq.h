//===- Gptq.h - rounding weights so that their errors cancel in the sums they are part of ------------===//
//
// Frantar, Ashkboos, Hoefler, Alistarh: "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers", 2022,
// Algorithm 1, with all parameters chosen beforehand. docs/Spec.md, "Rounding by GPTQ", says what is computed.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_ROUNDING_GPTQ_H
#define NIBBLE_ROUNDING_GPTQ_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>

namespace nibble::rounding {

struct GptqOptions {
  /// What is added to the diagonal, as a part of its mean: how little the data is trusted.
  double damping = 0.01;
  /// The columns whose errors are carried over to all later ones at once; how fast it goes, and the last bits of the result.
  int64_t blockSize = 128;
  /// Whether the columns with the largest diagonal elements are rounded first.
  bool inOrderOfActivity = false;
};

/// Replaces the elements of a column, one of each row, by what their codes stand for.
using RoundColumn = llvm::function_ref<void(int64_t column, llvm::MutableArrayRef<float> values)>;

/// Rounds the columns of `weights`, rows one after the other, and moves those to come so that (w - rounded w) * G * (w - rounded w)^T stays
/// small for each row w. `gram` is the upper triangle of G row by row, of as many columns as the weights have: of finite sums of
/// products, or all zero, which rounds each weight by itself.
void roundByGptq(llvm::ArrayRef<float> weights, llvm::ArrayRef<float> gram, const GptqOptions &options, RoundColumn round);

/// The sum over the rows of `errors` of e * G * e^T: the squared error of all outputs of the data behind G.
double getOutputError(llvm::ArrayRef<float> errors, llvm::ArrayRef<float> gram);

} // namespace nibble::rounding

#endif // NIBBLE_ROUNDING_GPTQ_H
