//===- FrontText.cpp - fronts as comma-separated values ----------------------------------------------------------------===//

#include "nibble/Assignment/Front.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace nibble::assignment;
using llvm::StringRef;

static constexpr llvm::StringLiteral leadingColumns[] = {"kind", "loss", "time_ns", "size_bytes"};

/// A field as RFC 4180 has it: in quotation marks where it needs them.
static void writeField(StringRef text, llvm::raw_ostream &out) {
  if (text.find_first_of(",\"\r\n") == StringRef::npos) {
    out << text;
    return;
  }
  out << '"';
  for (char c : text)
    out << (c == '"' ? "\"\"" : StringRef(&c, 1));
  out << '"';
}

std::string Front::format() const {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << llvm::join(llvm::ArrayRef(leadingColumns), ",");
  for (const std::string &layer : layers)
    writeField(layer, out << ',');
  out << '\n';
  for (const FrontPoint &point : points) {
    out << point.kind << llvm::format(",%.9g,%.1f,%.0f", point.totals.loss, point.totals.time, point.totals.size);
    for (const std::string &candidate : point.candidates)
      writeField(candidate, out << ',');
    out << '\n';
  }
  return text;
}

/// Takes the fields of one record off the front of `text`. False when a quotation mark has no end.
static bool takeRecord(StringRef &text, std::vector<std::string> &fields) {
  fields.assign(1, "");
  bool isQuoted = false;
  while (!text.empty()) {
    char c = text.front();
    text = text.drop_front();
    if (c == '"' && isQuoted && text.consume_front("\""))
      fields.back() += '"';
    else if (c == '"')
      isQuoted = !isQuoted;
    else if (c == ',' && !isQuoted)
      fields.emplace_back();
    else if (c == '\n' && !isQuoted)
      return true;
    else if (c != '\r' || isQuoted)
      fields.back() += c;
  }
  return !isQuoted;
}

static bool readNumber(StringRef text, double &number) { return !text.getAsDouble(number) && std::isfinite(number); }

llvm::Expected<Front> Front::parse(StringRef text, StringRef source) {
  constexpr size_t numLeading = std::size(leadingColumns);
  Front front;
  std::vector<std::string> fields;
  bool isHeader = takeRecord(text, fields) && fields.size() > numLeading;
  if (!isHeader || !std::equal(std::begin(leadingColumns), std::end(leadingColumns), fields.begin()))
    return llvm::createStringError(source + ":1: expected the columns " + llvm::join(llvm::ArrayRef(leadingColumns), ",") +
                                   " and names of layers");
  front.layers.assign(fields.begin() + numLeading, fields.end());
  for (size_t line = 2; !text.empty(); ++line) {
    FrontPoint point;
    bool isComplete = takeRecord(text, fields) && fields.size() == numLeading + front.layers.size();
    if (!isComplete || !readNumber(fields[1], point.totals.loss) || !readNumber(fields[2], point.totals.time) ||
        !readNumber(fields[3], point.totals.size))
      return llvm::createStringError(source + ":" + llvm::Twine(line) + ": expected " +
                                     llvm::Twine(numLeading + front.layers.size()) + " fields, the second to fourth finite numbers");
    point.kind = fields[0];
    point.candidates.assign(fields.begin() + numLeading, fields.end());
    front.points.push_back(std::move(point));
  }
  return front;
}
