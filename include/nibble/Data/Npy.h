//===- Npy.h - arrays in .npy files ------------------------------------------------------------------------------===//
//
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3: numbers and booleans, little endian.
//
//===--------------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_DATA_NPY_H
#define NIBBLE_DATA_NPY_H

#include "nibble/Data/ArraySource.h"

namespace nibble::data {

/// What the beginning of a .npy file says.
struct NpyHeader {
  ArraySpec type;
  /// Whether the first dimension varies fastest.
  bool fortranOrder;
  /// Where the elements begin.
  uint64_t sizeInBytes;
};

/// The longest header that is read; numpy's own are below 200 bytes.
constexpr uint64_t maxNpyHeaderSize = 65536;

/// Reads a header from the beginning of a file, of which `text` is at least maxNpyHeaderSize bytes or everything. Errors say
/// what is wrong, not where: the caller names the file.
llvm::Expected<NpyHeader> parseNpyHeader(llvm::StringRef text);

/// The header of a file with elements of this type; its size is a multiple of 64.
std::string formatNpyHeader(const ArraySpec &type);

/// Opens a file; it must hold exactly the elements that its header claims.
llvm::Expected<std::unique_ptr<ArraySource>> openNpy(llvm::StringRef path);

/// Reads a whole file of at most maxBytesInMemory.
llvm::Expected<Array> readNpy(llvm::StringRef path);

/// Writes a file; nothing is left at `path` when that fails.
llvm::Error writeNpy(llvm::StringRef path, const Array &array);

/// An error unless `sizeInFile` bytes are what the elements of `type` take.
llvm::Error checkSize(const ArraySpec &type, uint64_t sizeInFile);

/// The elements behind a header in C order: `source` itself, or a transposed copy in memory. `what` names it in errors.
llvm::Expected<std::unique_ptr<ArraySource>> inOrder(std::unique_ptr<ArraySource> source, const NpyHeader &header,
                                                     llvm::StringRef what);

} // namespace nibble::data

#endif // NIBBLE_DATA_NPY_H
