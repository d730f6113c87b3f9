//===- HeaderScan.cpp - what must be known of a header before it is parsed ------------------------------===//

#include "HeaderScan.h"
#include "llvm/ADT/StringSet.h"
#include <vector>

using namespace llvm;

/// The position of the quote that ends a string whose text begins at `begin`, or of the end.
static size_t findEndOfString(StringRef text, size_t begin) {
  size_t at = begin;
  while (at < text.size() && text[at] != '"')
    at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

Error nibble::safetensors::scanHeader(StringRef text) {
  constexpr size_t maxDepth = 3; // the header, a tensor, its shape
  std::vector<StringSet<>> members;
  StringRef lastString;
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '"') {
      size_t end = findEndOfString(text, at + 1);
      lastString = text.slice(at + 1, end);
      at = end;
    } else if (c == '{' || c == '[') {
      if (members.size() == maxDepth)
        return createStringError("byte " + Twine(8 + at) + ": the header nests deeper than " + Twine(maxDepth));
      members.emplace_back();
    } else if ((c == '}' || c == ']') && !members.empty()) {
      members.pop_back();
    } else if (c == ':' && !members.empty() && !members.back().insert(lastString).second) {
      return createStringError("byte " + Twine(8 + at) + ": '" + lastString + "' is there twice");
    }
  }
  return Error::success();
}
