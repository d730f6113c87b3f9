//===- Coverage.h - how often what was tried ----------------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_COVERAGE_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_COVERAGE_H

#include "Axes.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

namespace nibble::difffuzz {

class Coverage {
public:
  explicit Coverage(llvm::ArrayRef<std::string> levels) : levels(levels) {}

  void count(const Cell &cell, llvm::StringRef level) { ++counts[{getRow(cell), level.str(), cell.tail}]; }

  /// One line for each op, codec and variant; in it, for each level, the counts of the classes of extents.
  void print(llvm::raw_ostream &os) const;

private:
  static std::string getRow(const Cell &cell) { return cell.op + " | " + cell.codec + " | " + cell.variant; }

  int64_t getCount(const std::string &row, const std::string &level, Tail tail) const;

  std::vector<std::string> levels;
  std::map<std::tuple<std::string, std::string, Tail>, int64_t> counts;
};

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_COVERAGE_H
