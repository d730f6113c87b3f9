//===- Npy.cpp - arrays in .npy files -----------------------------------------------------------------------------===//

#include "nibble/Data/Npy.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileOutputBuffer.h"
#include "llvm/Support/FileSystem.h"
#include <cstring>

using namespace llvm;
using namespace nibble::data;

static constexpr StringLiteral magic = "\x93NUMPY";

/// numpy's letter and size of a dtype.
static StringRef getDescriptor(nibble_dtype dtype) {
  switch (dtype) {
  case NIBBLE_F32:
    return "<f4";
  case NIBBLE_F64:
    return "<f8";
  case NIBBLE_F16:
    return "<f2";
  case NIBBLE_I8:
    return "|i1";
  case NIBBLE_U8:
    return "|u1";
  case NIBBLE_I16:
    return "<i2";
  case NIBBLE_U16:
  case NIBBLE_BF16: // numpy has no bfloat16; its bits are kept
    return "<u2";
  case NIBBLE_I32:
    return "<i4";
  case NIBBLE_U32:
    return "<u4";
  case NIBBLE_I64:
    return "<i8";
  case NIBBLE_U64:
    return "<u8";
  case NIBBLE_BOOL:
    return "|b1";
  }
  llvm_unreachable("unknown dtype");
}

static Expected<nibble_dtype> parseDescriptor(StringRef text) {
  for (int dtype = NIBBLE_F32; dtype <= NIBBLE_BOOL; ++dtype)
    if (dtype != NIBBLE_BF16 && getDescriptor(nibble_dtype(dtype)) == text)
      return nibble_dtype(dtype);
  return createStringError("expected numbers or booleans, little endian, got elements of type '" + text + "'");
}

namespace {
/// Reads the header's Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  Expected<NpyHeader> parse() {
    std::optional<nibble_dtype> dtype;
    std::optional<bool> fortranOrder;
    std::optional<Shape> shape;
    if (!consume("{"))
      return createStringError("expected '{' at the beginning of the header");
    while (!consume("}")) {
      StringRef key;
      if (!parseString(key) || !consume(":"))
        return createStringError("expected a key in the header");
      if (key == "descr") {
        StringRef descriptor;
        if (!parseString(descriptor))
          return createStringError("expected a simple element type, got a structure");
        if (Error error = parseDescriptor(descriptor).moveInto(dtype.emplace()))
          return std::move(error);
      } else if (key == "fortran_order") {
        bool isTrue = consume("True");
        if (!isTrue && !consume("False"))
          return createStringError("expected True or False after 'fortran_order'");
        fortranOrder = isTrue;
      } else if (key == "shape") {
        if (!parseShape(shape.emplace()))
          return createStringError("expected a tuple of sizes after 'shape'");
      } else {
        return createStringError("expected 'descr', 'fortran_order' or 'shape' in the header, got '" + key + "'");
      }
      consume(",");
    }
    if (!dtype || !fortranOrder || !shape)
      return createStringError("expected 'descr', 'fortran_order' and 'shape' in the header");
    return NpyHeader{{*dtype, *shape}, *fortranOrder, 0};
  }

private:
  bool consume(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }

  bool parseString(StringRef &string) {
    StringRef quote = consume("'") ? "'" : consume("\"") ? "\"" : "";
    if (quote.empty() || !rest.contains(quote))
      return false;
    std::tie(string, rest) = rest.split(quote);
    return true;
  }

  bool parseShape(Shape &shape) {
    if (!consume("("))
      return false;
    while (!consume(")")) {
      rest = rest.ltrim();
      if (rest.consumeInteger(10, shape.emplace_back()) || shape.back() < 0)
        return false;
      rest.consume_front("L"); // of Python 2
      consume(",");
    }
    return true;
  }

  StringRef rest;
};

/// An open file, read from anywhere.
class File {
public:
  static Expected<std::unique_ptr<File>> open(StringRef path) {
    sys::fs::file_status status;
    if (std::error_code error = sys::fs::status(path, status))
      return createStringError(path + ": " + error.message());
    Expected<sys::fs::file_t> handle = sys::fs::openNativeFileForRead(path);
    if (!handle)
      return createStringError(path + ": " + llvm::toString(handle.takeError()));
    return std::unique_ptr<File>(new File(path.str(), status.getSize(), *handle));
  }

  ~File() { sys::fs::closeFile(handle); }

  Error read(uint64_t offset, MutableArrayRef<char> bytes) {
    while (!bytes.empty()) {
      Expected<size_t> size = sys::fs::readNativeFileSlice(handle, bytes, offset);
      if (!size)
        return createStringError(path + ": " + llvm::toString(size.takeError()));
      if (*size == 0)
        return createStringError(path + ": the file became shorter while it was read");
      bytes = bytes.drop_front(*size);
      offset += *size;
    }
    return Error::success();
  }

  const std::string path;
  const uint64_t sizeInBytes;

private:
  File(std::string path, uint64_t sizeInBytes, sys::fs::file_t handle)
      : path(std::move(path)), sizeInBytes(sizeInBytes), handle(handle) {}

  sys::fs::file_t handle;
};

class NpySource : public ArraySource {
public:
  NpySource(const NpyHeader &header, std::unique_ptr<File> file)
      : ArraySource(header.type), begin(header.sizeInBytes), file(std::move(file)) {}

  Error read(uint64_t offset, MutableArrayRef<char> bytes) override { return file->read(begin + offset, bytes); }

private:
  uint64_t begin;
  std::unique_ptr<File> file;
};
} // namespace

Expected<NpyHeader> nibble::data::parseNpyHeader(StringRef text) {
  constexpr uint64_t versionEnd = 8;
  if (!text.starts_with(magic) || text.size() < versionEnd)
    return createStringError("not a .npy file");
  unsigned version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3)
    return createStringError("expected .npy version 1 to 3, got %u", version);
  uint64_t lengthSize = version == 1 ? 2 : 4, begin = versionEnd + lengthSize;
  if (text.size() < begin)
    return createStringError("the header is truncated");
  uint64_t length = version == 1 ? support::endian::read16le(text.data() + versionEnd)
                                 : support::endian::read32le(text.data() + versionEnd);
  if (begin + length > maxNpyHeaderSize || begin + length > text.size())
    return createStringError("the header is truncated or longer than 64 KiB");
  Expected<NpyHeader> header = HeaderParser(text.substr(begin, length)).parse();
  if (header)
    header->sizeInBytes = begin + length;
  return header;
}

std::string nibble::data::formatNpyHeader(const ArraySpec &type) {
  std::string dictionary =
      ("{'descr': '" + getDescriptor(type.dtype) + "', 'fortran_order': False, 'shape': (").str();
  for (int64_t dim : type.shape)
    dictionary += std::to_string(dim) + ", ";
  dictionary += "), }";
  constexpr uint64_t prefixSize = 10, alignment = 64;
  dictionary.resize(alignTo(prefixSize + dictionary.size() + 1, alignment) - prefixSize - 1, ' ');
  dictionary += '\n';
  char version[4] = {1, 0};
  support::endian::write16le(version + 2, dictionary.size());
  return magic.str() + std::string(version, sizeof(version)) + dictionary;
}

/// An array in Fortran order in C order.
static Array transposeFromFortranOrder(const Array &array) {
  Array result{array.type, std::vector<char>(array.bytes.size())};
  size_t elementSize = getSizeInBytes(array.type.dtype), numElements = array.bytes.size() / elementSize;
  Shape index(array.type.shape.size(), 0);
  for (size_t to = 0; to < numElements; ++to) {
    size_t from = 0;
    for (size_t dim = index.size(); dim-- > 0;)
      from = from * array.type.shape[dim] + index[dim];
    std::memcpy(&result.bytes[to * elementSize], &array.bytes[from * elementSize], elementSize);
    for (size_t dim = index.size(); dim-- > 0;) { // the next index, the last dimension fastest
      if (++index[dim] < array.type.shape[dim])
        break;
      index[dim] = 0;
    }
  }
  return result;
}

Expected<std::unique_ptr<ArraySource>> nibble::data::inOrder(std::unique_ptr<ArraySource> source,
                                                             const NpyHeader &header, StringRef what) {
  if (!header.fortranOrder)
    return source;
  Expected<Array> array = readAll(*source, what);
  if (!array)
    return array.takeError();
  return openArray(transposeFromFortranOrder(*array));
}

Error nibble::data::checkSize(const ArraySpec &type, uint64_t sizeInFile) {
  if (getSizeInBytes(type) == sizeInFile)
    return Error::success();
  return createStringError("the header says " + toString(type) + ", but " + Twine(sizeInFile) + " bytes follow it");
}

Expected<std::unique_ptr<ArraySource>> nibble::data::openNpy(StringRef path) {
  Expected<std::unique_ptr<File>> file = File::open(path);
  if (!file)
    return file.takeError();
  std::string beginning(std::min((*file)->sizeInBytes, maxNpyHeaderSize), '\0');
  if (Error error = (*file)->read(0, beginning))
    return std::move(error);
  Expected<NpyHeader> header = parseNpyHeader(beginning);
  if (!header)
    return createStringError(path + ": " + llvm::toString(header.takeError()));
  if (Error error = checkSize(header->type, (*file)->sizeInBytes - header->sizeInBytes))
    return createStringError(path + ": " + llvm::toString(std::move(error)));
  return inOrder(std::make_unique<NpySource>(*header, std::move(*file)), *header, path);
}

Expected<Array> nibble::data::readNpy(StringRef path) {
  Expected<std::unique_ptr<ArraySource>> source = openNpy(path);
  if (!source)
    return source.takeError();
  return readAll(**source, path);
}

Error nibble::data::writeNpy(StringRef path, const Array &array) {
  std::string header = formatNpyHeader(array.type);
  // Written to a temporary file that takes the name in the end.
  Expected<std::unique_ptr<FileOutputBuffer>> output =
      FileOutputBuffer::create(path, header.size() + array.bytes.size());
  if (!output)
    return createStringError(path + ": " + llvm::toString(output.takeError()));
  llvm::copy(array.bytes, llvm::copy(header, (*output)->getBufferStart()));
  if (Error error = (*output)->commit())
    return createStringError(path + ": " + llvm::toString(std::move(error)));
  return Error::success();
}
