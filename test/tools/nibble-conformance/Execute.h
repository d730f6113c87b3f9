//===- Execute.h - import, evaluate and compile a case ------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_CONFORMANCE_EXECUTE_H
#define NIBBLE_TEST_TOOLS_CONFORMANCE_EXECUTE_H

#include "Case.h"
#include "nibble/Driver/Session.h"

namespace nibble::conformance {

/// What became of a case: each problem is empty when there was none. A case that is not imported is neither evaluated nor compiled.
struct Outcome {
  std::string importProblem, referenceProblem, compiledProblem;
  bool isEvaluated = false, isCompiled = false;
  /// Inputs that were given to the importer as initializers.
  unsigned numFrozenInputs = 0;

  bool passesOnReference() const { return isEvaluated && referenceProblem.empty(); }
  bool passesCompiled() const { return isCompiled && compiledProblem.empty(); }
  bool passed() const { return importProblem.empty() && referenceProblem.empty() && compiledProblem.empty(); }
  /// All problems in one line.
  std::string getProblem() const;
};

/// Imports a case, evaluates it on the reference, compiles it for this machine without quantization, runs it, and compares both
/// results with what is expected. Symbolic dimensions have the sizes of the data. Programs of nibble have static shapes: an input
/// whose value the importer has to know, by its own message (a shape, axes, pads), becomes an initializer, and so do filters and biases
/// of convolutions, which are weights in every trained network.
/// Without `evaluate` the reference, which is slow, is left out.
Outcome execute(Session &session, const CaseFiles &files, bool evaluate = true);

} // namespace nibble::conformance

#endif // NIBBLE_TEST_TOOLS_CONFORMANCE_EXECUTE_H
