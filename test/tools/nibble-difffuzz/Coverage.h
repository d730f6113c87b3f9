//===- Coverage.h - how often what was tried ----------------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_COVERAGE_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_COVERAGE_H

#include "Axes.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

namespace nibble::difffuzz {

/// A case is one program of one op on one set of inputs.
struct Count {
  int64_t programs = 0, cases = 0;

  void add(const Count &more) {
    programs += more.programs;
    cases += more.cases;
  }
};

class Coverage {
public:
  void count(const Cell &cell, llvm::StringRef level, const Count &more) { counts[{getName(cell), level.str()}].add(more); }

  Count getSum() const;

  /// Adds the counts of a file that `save` has written.
  llvm::Error load(llvm::StringRef path);
  /// One line for each cell and level, in a form that can be read again and sorted: `<programs> <cases> <level>: <cell>`.
  llvm::Error save(llvm::StringRef path) const;

  /// One line for each op and codec; in it, for each level, how often the least tried of its variants and classes of extents was, and all
  /// together. Behind them, the least tried of all.
  void print(llvm::raw_ostream &os, llvm::ArrayRef<Cell> cells, llvm::ArrayRef<std::string> levels) const;

private:
  /// The cell and the level.
  using Key = std::pair<std::string, std::string>;

  Count getCount(const Cell &cell, const std::string &level) const;

  std::map<Key, Count> counts;
};

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_COVERAGE_H
