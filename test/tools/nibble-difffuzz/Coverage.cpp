//===- Coverage.cpp - how often what was tried --------------------------------------------------------===//

#include "Coverage.h"

using namespace nibble::difffuzz;

int64_t Coverage::getCount(const std::string &row, const std::string &level, Tail tail) const {
  auto found = counts.find({row, level, tail});
  return found == counts.end() ? 0 : found->second;
}

void Coverage::print(llvm::raw_ostream &os) const {
  os << "| op | codec | variant |";
  for (const std::string &level : levels)
    for (Tail tail : getTails())
      os << ' ' << level << ' ' << getName(tail) << " |";
  os << "\n| --- | --- | --- |";
  for (size_t column = 0; column < levels.size() * getTails().size(); ++column)
    os << " --- |";
  os << "\n";
  for (const Cell &cell : getCells()) {
    if (cell.tail != getTails().front())
      continue;
    os << "| " << getRow(cell) << " |";
    for (const std::string &level : levels)
      for (Tail tail : getTails())
        os << ' ' << getCount(getRow(cell), level, tail) << " |";
    os << "\n";
  }
}
