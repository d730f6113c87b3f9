//===- LeftOut.cpp - the cases that are known not to pass, with reasons -------------------------------===//

#include "LeftOut.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace nibble::conformance;

Expected<LeftOut> LeftOut::read(StringRef path) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return createStringError(path + ": " + file.getError().message());
  LeftOut list;
  for (line_iterator line(**file, /*SkipBlanks=*/true, '#'); !line.is_at_end(); ++line) {
    StringRef text = line->trim();
    std::string location = (path + ":" + Twine(line.line_number()) + ": ").str();
    if (text.consume_front("[") && text.consume_back("]")) {
      list.reasons.push_back(text.str());
      continue;
    }
    if (list.reasons.empty())
      return createStringError(location + "expected a [reason] before the first case");
    if (!list.reasonOf.try_emplace(text, list.reasons.size() - 1).second)
      return createStringError(location + "'" + text + "' is listed twice");
    list.names.push_back(text.str());
  }
  return list;
}

std::optional<StringRef> LeftOut::findReason(StringRef name) const {
  auto it = reasonOf.find(name);
  if (it == reasonOf.end())
    return std::nullopt;
  return reasons[it->second];
}
