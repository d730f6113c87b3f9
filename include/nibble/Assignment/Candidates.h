//===- Candidates.h - losses and costs of named layers as one problem --------------------------------------------------===//

#ifndef NIBBLE_ASSIGNMENT_CANDIDATES_H
#define NIBBLE_ASSIGNMENT_CANDIDATES_H

#include "nibble/Assignment/CostFile.h"
#include "nibble/Assignment/LossFile.h"
#include "nibble/Assignment/Problem.h"

namespace nibble::assignment {

/// Which of the losses of a file adds up to the loss of an assignment.
enum class LossMeasure {
  /// Energy of the outputs' error by that of the outputs.
  Noise,
  /// Kullback-Leibler divergence of the outputs.
  Divergence,
};

/// A problem, and what its numbers stand for.
struct NamedProblem {
  struct NamedLayer {
    std::string name, op;
    int64_t numWeights = 0;
    /// The candidate that each choice is, and whether its time is measured.
    std::vector<std::string> candidates;
    std::vector<bool> isMeasured;
    /// The number of the choice; nothing when the layer cannot have the candidate.
    std::optional<size_t> findChoice(llvm::StringRef candidate) const;
  };

  Problem problem;
  LossMeasure measure = LossMeasure::Noise;
  std::vector<NamedLayer> layers;
  /// Of the model in float.
  Totals floating;
  int64_t numWeights = 0;
  /// Whether all times come from a clock.
  bool isMeasured = true;

  /// The selection that gives every layer the candidate, or float where a layer cannot have it; nothing when it cannot have that either.
  std::optional<Selection> getUniform(llvm::StringRef candidate) const;
};

/// Puts losses and costs of one model together. `candidates` are those that layers may get; empty: all that both files know. Without
/// `measure`, it is the divergence where all losses have one, else the noise. Errors name the layers and files that do not fit.
llvm::Expected<NamedProblem> makeProblem(const LossFile &losses, const CostFile &costs, std::vector<std::string> candidates,
                                         std::optional<LossMeasure> measure);

} // namespace nibble::assignment

#endif // NIBBLE_ASSIGNMENT_CANDIDATES_H
