//===- Mutate.cpp - files that are almost right -------------------------------------------------------===//

#include "Mutate.h"

using namespace nibble;

/// Half of the places lie in the first 256 bytes, where headers are.
static size_t pickPlace(const std::string &content, std::mt19937_64 &random) {
  constexpr size_t headerSize = 256;
  size_t limit = content.size() > headerSize && random() % 2 ? headerSize : content.size();
  return limit == 0 ? 0 : random() % limit;
}

/// What protobuf reads as a length of 2^62, 2^31 - 1 or -1.
static std::string makeLongInteger(std::mt19937_64 &random) {
  static const std::string integers[] = {std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x40", 9),
                                         std::string("\xff\xff\xff\xff\x07", 5),
                                         std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10)};
  return integers[random() % std::size(integers)];
}

static void damage(std::string &content, std::mt19937_64 &random) {
  size_t place = pickPlace(content, random), rest = content.size() - place;
  size_t length = std::min<size_t>(rest, 1 + random() % 16);
  static constexpr char extremes[] = {0, 1, '\x7f', '\x80', '\xff', '0', '9', '-'};
  switch (random() % 7) {
  case 0:
    content.resize(place);
    break;
  case 1:
  case 2:
    if (rest != 0)
      content[place] ^= 1 << (random() % 8);
    break;
  case 3:
    if (rest != 0)
      content[place] = extremes[random() % std::size(extremes)];
    break;
  case 4:
    content.erase(place, length);
    break;
  case 5:
    content.insert(place, content.substr(place, length));
    break;
  case 6:
    content.replace(place, length, makeLongInteger(random));
    break;
  }
}

std::string fuzz::mutate(llvm::StringRef content, std::mt19937_64 &random) {
  std::string result = content.str();
  for (uint64_t count = 1 + random() % 4; count != 0; --count)
    damage(result, random);
  return result;
}
