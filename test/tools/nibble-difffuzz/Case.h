//===- Case.h - one random program, or several in one -------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_CASE_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_CASE_H

#include "Writer.h"

namespace nibble::difffuzz {

/// A program of one op: which one it is of a run, and what it is about.
struct Case {
  uint64_t seed = 0, index = 0, copy = 0;
  Cell cell;

  /// Whether there are inputs to try several sets of.
  bool hasInputs() const { return cell.op != "decode"; }
};

/// Program number `index` of a run through some of the cells, which come one after another, so that all are met equally often, each time with
/// other numbers. What has no inputs is `numCopies` programs, each with numbers of its own.
std::vector<Case> getCases(llvm::ArrayRef<Cell> cells, uint64_t seed, uint64_t index, unsigned numCopies);

/// A module in the form after phase fuse, whose `@main` has the results of the cases as its outputs.
std::string getModuleText(llvm::ArrayRef<Case> cases);

/// The ops of each family.
void writeContraction(const Cell &cell, Writer &writer);
void writeDecoding(const Cell &cell, Writer &writer);
void writeConversion(const Cell &cell, Writer &writer);
void writeElementwise(const Cell &cell, Writer &writer);
void writePool(const Cell &cell, Writer &writer);

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_CASE_H
