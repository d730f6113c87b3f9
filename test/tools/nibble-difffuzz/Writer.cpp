//===- Writer.cpp - the text of a random program ------------------------------------------------------===//

#include "Writer.h"
#include "nibble/Numerics/SmallFloat.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace nibble::difffuzz;

std::string nibble::difffuzz::getTensorType(llvm::ArrayRef<int64_t> shape, llvm::StringRef element) {
  std::string type = "tensor<";
  for (int64_t extent : shape)
    type += std::to_string(extent) + "x";
  return type + element.str() + ">";
}

CodeRange nibble::difffuzz::getCodeRange(llvm::StringRef codec) {
  unsigned numBits = 0;
  codec.split(' ').first.drop_front().getAsInteger(10, numBits);
  int64_t size = int64_t(1) << numBits;
  if (!isSigned(codec))
    return {0, size - 1};
  return {-size / 2 + codec.ends_with("narrow"), size / 2 - 1};
}

std::string nibble::difffuzz::getStorage(llvm::StringRef codec) {
  CodeRange range = getCodeRange(codec);
  return range.max - range.min > 255 ? "i16" : "i8";
}

float Random::factor(float size) {
  float drawn = size * (0.5f + static_cast<float>(bits() >> 40) * 0x1p-24f);
  return drawsPowersOfTwo ? std::exp2(std::round(std::log2(drawn))) : drawn;
}

int64_t Random::extent(Tail tail) {
  switch (tail) {
  case Tail::One:
    return 1;
  case Tail::Prime:
    return pick({2, 3, 5, 7, 11, 13});
  case Tail::Full:
    return pick({16, 32, 48, 64});
  case Tail::Around:
    return pick({15, 17, 31, 33, 47, 49, 63, 65});
  case Tail::Large:
    return pick({67, 79, 97, 101, 127, 131});
  }
  llvm_unreachable("all classes are covered");
}

int64_t Random::extent() {
  return extent(pick({Tail::One, Tail::Prime, Tail::Prime, Tail::Full, Tail::Around, Tail::Around, Tail::Large}));
}

std::string Writer::addArgument(llvm::ArrayRef<int64_t> shape, llvm::StringRef element) {
  std::string name = getFreshName();
  arguments.push_back(name + ": " + getTensorType(shape, element));
  return name;
}

std::string Writer::addBytes(llvm::StringRef type, llvm::ArrayRef<char> bytes) {
  return add("arith.constant dense<\"0x{0}\"> : {1}", llvm::toHex(llvm::StringRef(bytes.data(), bytes.size())), type);
}

std::string nibble::difffuzz::drawFunction(Random &random, const std::string &argument, const std::string &result) {
  const char *text = random.pick({
      "      {1} = math.tanh {0} : f32\n",
      "      {1} = math.erf {0} : f32\n",
      "      {1} = math.exp {0} : f32\n",
      // Sigmoid.
      "      {1}n = arith.negf {0} : f32\n      {1}e = math.exp {1}n : f32\n      {1}o = arith.constant 1.0 : f32\n"
      "      {1}d = arith.addf {1}e, {1}o : f32\n      {1} = arith.divf {1}o, {1}d : f32\n",
      // Of numbers that are not negative.
      "      {1}a = math.absf {0} : f32\n      {1} = math.log {1}a : f32\n",
      "      {1}a = math.absf {0} : f32\n      {1} = math.rsqrt {1}a : f32\n",
      "      {1}a = math.absf {0} : f32\n      {1} = math.sqrt {1}a : f32\n",
  });
  return llvm::formatv(text, argument, result).str();
}

static int64_t getNumElements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

std::string Writer::addFloats(llvm::ArrayRef<int64_t> shape, llvm::function_ref<float()> draw) {
  std::vector<float> elements(getNumElements(shape));
  for (float &element : elements)
    element = draw();
  return addBytes(getTensorType(shape, "f32"), {reinterpret_cast<const char *>(elements.data()), elements.size() * sizeof(float)});
}

std::string Writer::addFloats(llvm::ArrayRef<int64_t> shape, llvm::StringRef element, llvm::function_ref<float()> draw) {
  if (element == "f32")
    return addFloats(shape, draw);
  auto *narrow = element == "f16" ? nibble::numerics::floatToHalf : nibble::numerics::floatToBfloat;
  std::vector<uint16_t> elements(getNumElements(shape));
  for (uint16_t &bits : elements)
    bits = narrow(draw());
  return addBytes(getTensorType(shape, element),
                  {reinterpret_cast<const char *>(elements.data()), elements.size() * sizeof(uint16_t)});
}

std::string Writer::addIntegers(llvm::ArrayRef<int64_t> shape, llvm::StringRef element, llvm::function_ref<int64_t()> draw) {
  unsigned numBits = 0;
  element.drop_front().getAsInteger(10, numBits);
  std::vector<char> bytes;
  for (int64_t index = 0, count = getNumElements(shape); index < count; ++index) {
    int64_t value = draw();
    bytes.insert(bytes.end(), reinterpret_cast<const char *>(&value), reinterpret_cast<const char *>(&value) + numBits / 8);
  }
  return addBytes(getTensorType(shape, element), bytes);
}

std::string Writer::addScalar(int64_t value, llvm::StringRef type) { return add("arith.constant {0} : {1}", value, type); }

std::string Writer::addScalar(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return add("arith.constant 0x{0} : f32", llvm::utohexstr(bits, /*LowerCase=*/false, /*Width=*/8));
}
