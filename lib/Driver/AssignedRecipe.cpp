//===- AssignedRecipe.cpp - an assignment as the text of a recipe ----------------------------------------------------------------===//

#include "AssignedRecipe.h"
#include "nibble/Assignment/LossFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/YAMLParser.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;
using llvm::StringRef;

static std::string quote(StringRef text) { return "\"" + llvm::yaml::escape(text, /*EscapePrintable=*/false) + "\""; }

/// With the digits that give the same floats again.
static std::string formatNumbers(const std::vector<float> &numbers) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (float number : numbers)
    out << (text.empty() ? "[" : ", ") << llvm::format("%.9g", number);
  return text + "]";
}

/// The `input` section; empty for the defaults.
static std::string formatImages(const data::ImageOptions &images) {
  const data::ImageOptions defaults;
  static constexpr StringRef channels[] = {"RGB", "BGR", "gray"};
  std::string text;
  auto add = [&](StringRef key, const std::string &value) { text += ("  " + key + ": " + value + "\n").str(); };
  if (images.height > 0)
    add("size", "[" + std::to_string(images.height) + ", " + std::to_string(images.width) + "]");
  if (images.channels != defaults.channels)
    add("channels", channels[static_cast<int>(images.channels)].str());
  if (images.mean != defaults.mean)
    add("mean", formatNumbers(images.mean));
  if (images.scale != defaults.scale)
    add("scale", formatNumbers(images.scale));
  if (images.layout == data::ImageLayout::NHWC)
    add("layout", "NHWC");
  if (images.keepPixels)
    add("compile_in", "true");
  return text.empty() ? "" : "input:\n" + text;
}

std::string nibble::formatRecipe(const std::vector<AssignedLayer> &layers, const std::string &comment,
                                 const data::ImageOptions &images) {
  std::string text;
  for (StringRef line : llvm::split(comment, '\n'))
    if (!line.empty())
      text += ("# " + line + "\n").str();
  text += "rules:\n";
  for (const AssignedLayer &layer : layers) {
    text += "  - name: " + quote(layer.name) + "\n";
    text += layer.candidate == assignment::floatCandidate ? "    float: true\n" : "    recipe: " + quote(layer.candidate) + "\n";
    if (!layer.reason.empty())
      text += "    reason: " + quote(layer.reason) + "\n";
  }
  return text + "  - float: true\n    reason: the assignment has no layer of this name\n" + formatImages(images);
}
