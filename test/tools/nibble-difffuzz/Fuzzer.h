//===- Fuzzer.h - cases one after another, counted -----------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_FUZZER_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_FUZZER_H

#include "Case.h"
#include "Coverage.h"
#include "Trial.h"

namespace nibble::difffuzz {

/// Tries cases at every level, counts them, and writes those that differ.
class Fuzzer {
public:
  Fuzzer(std::string directory, std::vector<Cell> cells, std::vector<std::string> levels, uint64_t seed)
      : directory(std::move(directory)), cells(std::move(cells)), levels(std::move(levels)), seed(seed) {}

  /// Programs number `first` to `first + numCases`, in one module. An error is one of the tool: of cases that differ there is a line on standard
  /// error.
  llvm::Error tryCases(uint64_t first, unsigned numCases);
  /// How many results were not what the Spec allows, or programs not compiled.
  uint64_t getNumDifferent() const { return numDifferent; }

  /// Whether one of the first places for a fault shows it: in some it cannot, a channel that saturates anyway for example.
  llvm::Expected<bool> isCaught(bool (*plant)(mlir::Operation *op));

  Coverage coverage;

private:
  /// The context of a session keeps every constant: a new one from time to time. Programs hold on to theirs.
  std::shared_ptr<Session> getSession();
  llvm::Error tryCases(llvm::ArrayRef<Case> cases, llvm::ArrayRef<std::string> triedLevels);
  /// A program that is not compiled, or not evaluated: those of its cases that alone are not either.
  llvm::Error fail(llvm::ArrayRef<Case> cases, llvm::ArrayRef<std::string> triedLevels, const std::string &problem);
  /// A case that differs: alone when it does so alone too, else with those that were in its program.
  llvm::Error report(llvm::ArrayRef<Case> cases, const Case &drawn, llvm::StringRef level, const Difference &difference);
  /// Writes the program and its inputs.
  llvm::Error write(llvm::ArrayRef<Case> cases, llvm::StringRef level, const Difference &difference);

  std::string directory;
  std::vector<Cell> cells;
  std::vector<std::string> levels;
  uint64_t seed, numDifferent = 0;
  std::shared_ptr<Session> session;
  unsigned numPrograms = 0;
};

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_FUZZER_H
