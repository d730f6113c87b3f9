//===- Coverage.cpp - how often what was tried --------------------------------------------------------===//

#include "Coverage.h"
#include "nibble/Support/OutputFiles.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include <tuple>

using namespace nibble::difffuzz;
using llvm::StringRef;

Count Coverage::getCount(const Cell &cell, const std::string &level) const {
  auto found = counts.find({getName(cell), level});
  return found == counts.end() ? Count() : found->second;
}

Count Coverage::getSum() const {
  Count sum;
  for (const auto &[key, count] : counts)
    sum.add(count);
  return sum;
}

llvm::Error Coverage::load(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return llvm::createStringError(path + ": " + file.getError().message());
  llvm::SmallVector<StringRef> lines;
  (*file)->getBuffer().split(lines, '\n', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef line : lines) {
    auto [numbers, cell] = line.split(": ");
    auto [programs, rest] = numbers.split(' ');
    auto [cases, level] = rest.split(' ');
    Count count;
    if (programs.getAsInteger(10, count.programs) || cases.getAsInteger(10, count.cases) || level.empty() || cell.empty())
      return llvm::createStringError(path + ": expected '<programs> <cases> <level>: <cell>', got '" + line + "'");
    counts[{cell.str(), level.str()}].add(count);
  }
  return llvm::Error::success();
}

llvm::Error Coverage::save(StringRef path) const {
  std::string text;
  for (const auto &[key, count] : counts)
    text += llvm::formatv("{0} {1} {2}: {3}\n", count.programs, count.cases, key.second, key.first).str();
  return nibble::writeFile(path, text);
}

namespace {
/// A row of the table.
struct Row {
  int64_t numCells = 0;
  /// For each level.
  std::vector<Count> least, sum;
};
} // namespace

static bool isLess(const Count &a, const Count &b) { return std::tie(a.cases, a.programs) < std::tie(b.cases, b.programs); }

void Coverage::print(llvm::raw_ostream &os, llvm::ArrayRef<Cell> cells, llvm::ArrayRef<std::string> levels) const {
  llvm::MapVector<std::pair<StringRef, StringRef>, Row> rows;
  Count all, least = {INT64_MAX, INT64_MAX};
  std::string leastName;
  for (const Cell &cell : cells) {
    Row &row = rows[{cell.op, cell.codec}];
    row.least.resize(levels.size(), {INT64_MAX, INT64_MAX});
    row.sum.resize(levels.size());
    ++row.numCells;
    for (auto [level, rowLeast, sum] : llvm::zip_equal(levels, row.least, row.sum)) {
      Count count = getCount(cell, level);
      rowLeast = std::min(rowLeast, count, isLess);
      sum.add(count);
      all.add(count);
      if (isLess(count, least)) {
        least = count;
        leastName = getName(cell) + ", " + level;
      }
    }
  }
  os << "| op | codec | cells |";
  for (const std::string &level : levels)
    os << ' ' << level << " least | programs | cases |";
  os << "\n| --- | --- | --- |";
  for (size_t level = 0; level < levels.size(); ++level)
    os << " --- | --- | --- |";
  os << "\n";
  for (const auto &[name, row] : rows) {
    os << "| " << name.first << " | " << name.second << " | " << row.numCells << " |";
    for (auto [rowLeast, sum] : llvm::zip_equal(row.least, row.sum))
      os << ' ' << rowLeast.cases << " | " << sum.programs << " | " << sum.cases << " |";
    os << "\n";
  }
  os << llvm::formatv("{0} programs of one op, {1} cases; each of {2} cells on {3} levels at least {4} cases of {5} programs ({6})\n", all.programs,
                      all.cases, cells.size(), levels.size(), least.cases, least.programs, leastName);
}
