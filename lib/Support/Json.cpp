//===- Json.cpp - JSON from files that anybody may have written ---------------------------------------===//

#include "nibble/Support/Json.h"

using namespace llvm;

/// Whether brackets are nested no deeper than any format needs.
static bool isShallow(StringRef text) {
  constexpr int maxDepth = 16;
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      i += c == '\\';
      inString = c != '"';
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      if (++depth > maxDepth)
        return false;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

Expected<json::Value> nibble::parseJson(StringRef text, StringRef source) {
  if (!isShallow(text))
    return createStringError(source + ": brackets are nested deeper than in any file of nibble");
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return createStringError(source + ": not JSON: " + toString(value.takeError()));
  return value;
}
