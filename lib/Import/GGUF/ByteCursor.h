//===- ByteCursor.h - reading numbers and strings in front of a bound ------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_GGUF_BYTECURSOR_H
#define NIBBLE_LIB_IMPORT_GGUF_BYTECURSOR_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Error.h"

namespace nibble::gguf {

/// A position in bytes that never passes their end.
class ByteCursor {
public:
  explicit ByteCursor(llvm::StringRef bytes) : bytes(bytes) {}

  uint64_t getPosition() const { return position; }
  uint64_t getNumRemaining() const { return bytes.size() - position; }
  llvm::StringRef slice(uint64_t begin, uint64_t end) const { return bytes.slice(begin, end); }

  /// `byte <position>: <what>`
  llvm::Error fail(const llvm::Twine &what) const {
    return llvm::createStringError("byte " + llvm::Twine(position) + ": " + what);
  }

  llvm::Expected<llvm::StringRef> readBytes(uint64_t size, llvm::StringRef what) {
    if (size > getNumRemaining())
      return fail("expected " + llvm::Twine(size) + " bytes of " + what + ", got " + llvm::Twine(getNumRemaining()));
    position += size;
    return bytes.substr(position - size, size);
  }

  /// A little-endian number.
  template <typename T> llvm::Expected<T> readNumber(llvm::StringRef what) {
    llvm::Expected<llvm::StringRef> read = readBytes(sizeof(T), what);
    if (!read)
      return read.takeError();
    return llvm::support::endian::read<T, llvm::endianness::little>(read->data());
  }

  /// A string behind its length.
  llvm::Expected<llvm::StringRef> readString(llvm::StringRef what) {
    llvm::Expected<uint64_t> size = readNumber<uint64_t>(what);
    if (!size)
      return size.takeError();
    return readBytes(*size, what);
  }

private:
  llvm::StringRef bytes;
  uint64_t position = 0;
};

} // namespace nibble::gguf

#endif // NIBBLE_LIB_IMPORT_GGUF_BYTECURSOR_H
