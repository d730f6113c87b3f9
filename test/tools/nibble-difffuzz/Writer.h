//===- Writer.h - the text of a random program --------------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_WRITER_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_WRITER_H

#include "Axes.h"
#include "llvm/Support/FormatVariadic.h"
#include <random>
#include <set>

namespace nibble::difffuzz {

using Shape = std::vector<int64_t>;

/// `tensor<2x3xf32>`.
std::string getTensorType(llvm::ArrayRef<int64_t> shape, llvm::StringRef element);

/// The bounds of an integer codec.
struct CodeRange {
  int64_t min, max;
};
CodeRange getCodeRange(llvm::StringRef codec);
/// `i8` or `i16`.
std::string getStorage(llvm::StringRef codec);
inline bool isSigned(llvm::StringRef codec) { return codec.starts_with("s"); }

/// Draws numbers, the same ones everywhere for a seed.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  uint64_t bits() { return engine(); }
  /// In [low, high].
  int64_t integer(int64_t low, int64_t high) { return low + static_cast<int64_t>(bits() % uint64_t(high - low + 1)); }
  bool chance(double probability) { return static_cast<double>(bits() >> 11) * 0x1p-53 < probability; }
  template <typename T> const T &pick(llvm::ArrayRef<T> choices) { return choices[bits() % choices.size()]; }
  template <typename T> T pick(std::initializer_list<T> choices) { return choices.begin()[bits() % choices.size()]; }
  /// An extent of a class.
  int64_t extent(Tail tail);
  /// An extent of any class, large ones seldom.
  int64_t extent();
  /// A positive float about `size`.
  float factor(float size);

private:
  std::mt19937_64 engine;
  /// Quotients by powers of two meet ties.
  bool drawsPowersOfTwo = chance(0.25);
};

/// The steps of a function in a region, from one f32 to another: one that is not of `arith` alone.
std::string drawFunction(Random &random, const std::string &argument, const std::string &result);

/// Writes the ops of one case: names of values begin with a prefix of its own, so that several cases fit into one function.
class Writer {
public:
  Writer(std::string prefix, uint64_t seed) : random(seed), prefix(std::move(prefix)) {}

  Random random;

  /// A new argument of the function; returns its name.
  std::string addArgument(llvm::ArrayRef<int64_t> shape, llvm::StringRef element);
  /// `%name = <text>`; returns the name.
  template <typename... Args> std::string add(const char *format, Args &&...args) { return add(1, format, std::forward<Args>(args)...); }
  /// The same of an op with several results.
  template <typename... Args> std::string add(int numResults, const char *format, Args &&...args) {
    std::string name = getFreshName(), results = numResults == 1 ? name : name + ":" + std::to_string(numResults);
    body += "    " + results + " = " + llvm::formatv(format, std::forward<Args>(args)...).str() + "\n";
    return name;
  }
  /// A constant with all its elements.
  std::string addFloats(llvm::ArrayRef<int64_t> shape, llvm::function_ref<float()> draw);
  /// The same in `f32`, `f16` or `bf16`.
  std::string addFloats(llvm::ArrayRef<int64_t> shape, llvm::StringRef element, llvm::function_ref<float()> draw);
  std::string addBytes(llvm::StringRef type, llvm::ArrayRef<char> bytes);
  std::string addIntegers(llvm::ArrayRef<int64_t> shape, llvm::StringRef element, llvm::function_ref<int64_t()> draw);
  /// A scalar constant.
  std::string addScalar(int64_t value, llvm::StringRef type);
  std::string addScalar(float value);
  std::string addEmpty(llvm::StringRef type) { return add("tensor.empty() : {0}", type); }

  /// An op of the module, once however many cases have it.
  void addDeclaration(std::string text) { declarations.insert(std::move(text)); }

  /// The value that the case computes.
  void setResult(std::string name, std::string type) {
    result = std::move(name);
    resultType = std::move(type);
  }

  /// `%a: tensor<…>, %b: …`
  std::vector<std::string> arguments;
  std::set<std::string> declarations;
  std::string body, result, resultType;

private:
  std::string getFreshName() { return "%" + prefix + std::to_string(next++); }
  std::string prefix;
  int next = 0;
};

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_WRITER_H
