//===- Metadata.cpp - values of GGUF's keys -------------------------------------------------------------===//

#include "Metadata.h"
#include "llvm/ADT/StringExtras.h"

using namespace nibble;
using namespace nibble::gguf;
using llvm::Expected;

namespace {
/// The numbers of the format.
enum TypeNumber : uint32_t { U8, S8, U16, S16, U32, S32, F32, Bool, String, Array, U64, S64, F64 };
} // namespace

/// A number of type `Stored`, widened to `Value`.
template <typename Stored, typename Value> static Expected<MetadataValue> readAs(ByteCursor &cursor) {
  Expected<Stored> number = cursor.readNumber<Stored>("a value");
  if (!number)
    return number.takeError();
  return MetadataValue(static_cast<Value>(*number));
}

static Expected<MetadataValue> readBool(ByteCursor &cursor) {
  Expected<uint8_t> number = cursor.readNumber<uint8_t>("a value");
  if (!number)
    return number.takeError();
  if (*number > 1)
    return cursor.fail("expected a bool of 0 or 1, got " + llvm::Twine(unsigned(*number)));
  return MetadataValue(*number == 1);
}

static Expected<MetadataValue> readArray(ByteCursor &cursor) {
  MetadataArray array;
  if (llvm::Error error = cursor.readNumber<uint32_t>("an array's type").moveInto(array.typeNumber))
    return std::move(error);
  if (llvm::Error error = cursor.readNumber<uint64_t>("an array's size").moveInto(array.size))
    return std::move(error);
  if (array.typeNumber == Array)
    return cursor.fail("expected an array of numbers or strings, got an array of arrays");
  // Each element takes a byte at least, so that a wrong size ends at the end of the file.
  uint64_t begin = cursor.getPosition();
  for (uint64_t i = 0; i < array.size; ++i) {
    Expected<MetadataValue> element = readValue(cursor, array.typeNumber);
    if (!element)
      return element.takeError();
  }
  array.bytes = llvm::arrayRefFromStringRef(cursor.slice(begin, cursor.getPosition()));
  return MetadataValue(array);
}

Expected<MetadataValue> nibble::gguf::readValue(ByteCursor &cursor, uint32_t typeNumber) {
  switch (typeNumber) {
  case U8:
    return readAs<uint8_t, uint64_t>(cursor);
  case S8:
    return readAs<int8_t, int64_t>(cursor);
  case U16:
    return readAs<uint16_t, uint64_t>(cursor);
  case S16:
    return readAs<int16_t, int64_t>(cursor);
  case U32:
    return readAs<uint32_t, uint64_t>(cursor);
  case S32:
    return readAs<int32_t, int64_t>(cursor);
  case F32:
    return readAs<float, double>(cursor);
  case Bool:
    return readBool(cursor);
  case String:
    return cursor.readString("a value");
  case Array:
    return readArray(cursor);
  case U64:
    return readAs<uint64_t, uint64_t>(cursor);
  case S64:
    return readAs<int64_t, int64_t>(cursor);
  case F64:
    return readAs<double, double>(cursor);
  }
  return cursor.fail("expected a value type of 0 to 12, got " + llvm::Twine(typeNumber));
}

std::vector<MetadataValue> MetadataArray::getElements() const {
  std::vector<MetadataValue> elements;
  ByteCursor cursor(llvm::toStringRef(bytes));
  for (uint64_t i = 0; i < size; ++i)
    elements.push_back(llvm::cantFail(readValue(cursor, typeNumber)));
  return elements;
}
