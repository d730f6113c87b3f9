//===- Axes.cpp - what cases are about ----------------------------------------------------------------===//

#include "Axes.h"

using namespace nibble::difffuzz;

llvm::ArrayRef<Tail> nibble::difffuzz::getTails() {
  static constexpr Tail tails[] = {Tail::One, Tail::Prime, Tail::Full, Tail::Around, Tail::Large};
  return tails;
}

llvm::StringRef nibble::difffuzz::getName(Tail tail) {
  static constexpr llvm::StringLiteral names[] = {"one", "prime", "full", "around", "large"};
  return names[static_cast<size_t>(tail)];
}

std::string nibble::difffuzz::getName(const Cell &cell) {
  return (cell.op + ", " + cell.codec + ", " + cell.variant + ", " + getName(cell.tail)).str();
}

namespace {
/// Ops that share codecs and variants.
struct Family {
  std::vector<std::string> ops, codecs, variants;
};
} // namespace

/// Codecs whose products with codes are sums of integers for each block, and all others of PackedCodes.cpp.
static const std::vector<std::string> integerCodecs = {"u1", "s2", "u3", "s4", "u4", "s5", "u6 high first", "u7"};
static const std::vector<std::string> otherCodecs = {"nf4",        "f4E2M1FN",  "f6E3M2FN", "f8E4M3FN", "ternary",     "u4 minimum",
                                                     "s4 two levels", "s3 two levels", "nvfp4",    "mxfp4",    "logarithmic", "bent"};

static std::vector<std::string> join(std::vector<std::string> all, const std::vector<std::string> &more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

static const std::vector<Family> &getFamilies() {
  static const std::vector<std::string> blocks = {"tensor", "channel", "group", "token"};
  static const std::vector<Family> families = {
      {{"decode"}, join(integerCodecs, otherCodecs), {"constant"}},
      {{"rows", "conv rows"}, integerCodecs, {"f32 none", "f32 requantize", "u8 none", "s8 residual"}},
      {{"rows", "conv rows"}, otherCodecs, {"f32 none", "f32 requantize", "f32 dequantize"}},
      {{"quantize", "dequantize"}, {"u8", "s8", "s8 narrow", "u16", "s16", "u9", "s8 away"}, blocks},
      {{"requantize"}, {"u8", "s8", "s8 narrow", "u16", "s16", "s8 away"}, {"tensor"}},
      {{"dynamic"}, {"u8", "s8", "s8 narrow"}, blocks},
      {{"conv", "grouped", "depthwise", "contract"},
       {"u8", "s8"},
       {"none", "dequantize", "requantize", "relu", "residual", "function"}},
      {{"conv", "grouped", "depthwise", "contract"}, {"f32"}, {"none", "requantize", "relu", "residual"}},
      {{"product"}, {"u8", "s8"}, {"none", "dequantize"}},
      {{"product"}, {"f32"}, {"none"}},
      {{"elementwise"}, {"u8", "s8"}, {"add", "multiply", "relu", "function"}},
      {{"pool"}, {"u8", "s8", "f32"}, {"max", "average"}},
  };
  return families;
}

const std::vector<Cell> &nibble::difffuzz::getCells() {
  static const std::vector<Cell> cells = [] {
    std::vector<Cell> all;
    for (const Family &family : getFamilies())
      for (const std::string &op : family.ops)
        for (const std::string &codec : family.codecs)
          for (const std::string &variant : family.variants)
            for (Tail tail : getTails())
              all.push_back({op, codec, variant, tail});
    return all;
  }();
  return cells;
}
