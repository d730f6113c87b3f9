//===- LossFile.h - what each scheme of each layer loses, in a file ----------------------------------------------------===//
//
// docs/Spec.md, "Loss file". What `nibble sensitivity` writes, a person may edit and `nibble assign` reads.
//
//===-------------------------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_ASSIGNMENT_LOSSFILE_H
#define NIBBLE_ASSIGNMENT_LOSSFILE_H

#include "llvm/Support/Error.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nibble::assignment {

/// The candidate that loses nothing and is compared with: the model as it is.
inline constexpr llvm::StringLiteral floatCandidate = "float32";

/// How the outputs of the model change when one layer has one scheme and all others are float.
struct Loss {
  /// Signal to quantization noise ratio of all outputs together, in dB.
  double sqnr = 0;
  /// Where outputs are scores of classes: the mean over the samples of the Kullback-Leibler divergence of their softmax from that of the
  /// float program, in nats.
  std::optional<double> kl;
  /// The ratio of the layer's own result, in dB: what its scheme does to it before other layers forgive or amplify it. For people to read.
  std::optional<double> layerSqnr;

  /// The energy of the error by that of the signal: what adds up over layers.
  double getNoise() const;
};

/// A layer as rules of recipes see it, with its losses by the name of the candidate, a recipe. What is not there cannot be chosen.
struct LayerLosses {
  std::string name, op;
  int64_t numWeights = 0;
  std::map<std::string, Loss> losses;
};

struct LossFile {
  std::string model;
  /// Of the layers with their weights, and of the data; losses of others do not fit.
  std::string modelDigest, dataDigest;
  int64_t numSamples = 0;
  /// In program order.
  std::vector<LayerLosses> layers;

  /// Errors begin with the path and say where in the file.
  static llvm::Expected<LossFile> load(llvm::StringRef path);
  static llvm::Expected<LossFile> parse(llvm::StringRef text, llvm::StringRef source);
  std::string format() const;
  /// Whole or not at all.
  llvm::Error save(llvm::StringRef path) const;
};

} // namespace nibble::assignment

#endif // NIBBLE_ASSIGNMENT_LOSSFILE_H
